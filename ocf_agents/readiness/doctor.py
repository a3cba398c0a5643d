"""Every look at this node, in the order in which one would mend."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import databases, endpoints, files, machine
from .site import site

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ..cib.model import Configuration
    from .line import Line
    from .site import Site

LOOKS: dict[str, Callable[[Site], Iterator[Line]]] = {
    "cluster": machine.cluster,
    "agents": files.agents,
    "programs": files.programs,
    "configuration": files.readable,
    "passwords": files.passwords,
    "systemd": machine.units,
    "ports": machine.ports,
    "clock": machine.clock,
    "database": databases.grants,
    "catalogue": endpoints.catalogue,
}


def examine(configuration: Configuration, looks: tuple[str, ...] = ()) -> Iterator[tuple[str, Line]]:
    """Each line with the look that it is from; of all looks, or of these."""
    here = site(configuration)
    for line in here.wrong:
        yield "programs", line
    for name, look in LOOKS.items():
        if not looks or name in looks:
            for line in look(here):
                yield name, line
