"""Somebody who waits for the end of a service's main process, at which no monitor may look for seconds."""

from __future__ import annotations

import os
import sys

from ..lean import TYPE_CHECKING
from ..system import vigil
from ..system.plan import VIGIL
from ..system.spawn import ROOT, Command

if TYPE_CHECKING:
    from ..system.proc import Process
    from .service import Service


def keep(service: Service, main: Process) -> None:
    """The agent's monitor runs as soon as this process has ended, unless its end is meant.

    Nobody hears what that returns: it is for what a monitor does on its own account, such as to withdraw a
    claim. The cluster then has its own monitor see the rest.
    """
    host, note, name = service.host, service.beside(VIGIL), f"{main.identity}\n"
    if host.read(note) == name:
        return
    # Whoever waits does so in another directory.
    script, agent = map(os.path.abspath, (vigil.__file__, sys.argv[0]))
    words = (sys.executable, "-IS", script, service.beside(""), agent)
    try:
        host.write(note, name)
        host.spawn(Command(words, ROOT, dict(service.context.environment)), os.devnull)
    except OSError as error:
        service.discard(note)
        why = f"{error.filename or note}: {error.strerror or error}"
        service.log.warning(f"{why}; should the server end, only the next monitor will see it")
