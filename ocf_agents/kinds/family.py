"""Which processes belong to a service, and what they amount to: decisions on values alone."""

from __future__ import annotations

from ..lean import TYPE_CHECKING
from .state import ORPHANED, RUNNING, STOPPED, SUSPENDED, Sight

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..system.proc import Process
    from .state import State

SUSPENDED_STATE = "T"
INTERPRETERS = ("python", "sh", "bash", "dash", "perl")


def program(command: tuple[str, ...]) -> str:
    """The name of the program that a command line runs, be it a binary or an interpreter's script.

    Whoever merely names a program, as an editor or a pager does, runs another one.
    """
    name = command[0].rpartition("/")[2]
    if name.rstrip("0123456789.") not in INTERPRETERS:
        return name
    script = next((word for word in command[1:] if not word.startswith("-")), name)
    return script.rpartition("/")[2]


def family(everyone: Iterable[Process], known: Iterable[Process]) -> tuple[Process, ...]:
    """The known processes, whatever lives in a session that one of them leads, and all descendants.

    A worker whose parent died keeps its session; that is how it is still told from a stranger.
    """
    found = {process.pid: process for process in known}
    leaders = {process.pid for process in found.values() if process.session == process.pid}
    rest = [process for process in everyone if process.pid not in found]
    grown = True
    while grown:
        grown = False
        for process in rest:
            if process.pid not in found and (process.parent in found or process.session in leaders):
                found[process.pid] = process
                grown = True
    return tuple(found[pid] for pid in sorted(found))


def state_of(main: Process) -> State:
    """What a service is whose main process is alive."""
    return SUSPENDED if main.state == SUSPENDED_STATE else RUNNING


def judge(members: tuple[Process, ...], marked: frozenset[int]) -> Sight:
    """What the processes of a service amount to when no record says which is the main one.

    The main process is the one whose parent is not of the service. One that these agents started
    leads its session, so a marked process at the top that does not is a worker left behind.
    """
    pids = {process.pid for process in members}
    tops = [process for process in members if process.parent not in pids]
    leaders = [process for process in tops if process.session == process.pid]
    mains = leaders or [process for process in tops if process.pid not in marked]
    if not members:
        return Sight(STOPPED)
    if not mains:
        return Sight(ORPHANED, None, members)
    main = mains[0]
    others = tuple(process for process in members if process is not main)
    return Sight(state_of(main), main, others)
