"""What a look at a service can show: a closed table of named states, and what monitor says to each."""

from __future__ import annotations

from ..lean import TYPE_CHECKING, Record
from ..ocf.codes import ERR_GENERIC, NOT_RUNNING, SUCCESS

if TYPE_CHECKING:
    from ..system.proc import Process


class State(Record):
    """A state; `meaning` completes the sentence "the service ..."."""

    name: str
    code: int
    meaning: str


STOPPED = State("stopped", NOT_RUNNING, "does not run")
RUNNING = State("running", SUCCESS, "runs")
STARTING = State("starting", ERR_GENERIC, "is still starting")
STOPPING = State("stopping", ERR_GENERIC, "is being stopped")
SUSPENDED = State("suspended", ERR_GENERIC, "is suspended by a signal (SIGSTOP) and serves nobody")
ORPHANED = State("orphaned", ERR_GENERIC, "has lost its main process; workers of it are left")
FAILED = State("failed", ERR_GENERIC, "has failed")

STATES = (STOPPED, RUNNING, STARTING, STOPPING, SUSPENDED, ORPHANED, FAILED)


class Sight(Record):
    """One look at a service: its state, its main process and all others that belong to it."""

    state: State
    main: Process | None = None
    others: tuple[Process, ...] = ()

    @property
    def processes(self) -> tuple[Process, ...]:
        """All processes of the service, the main one first."""
        return ((self.main,) if self.main else ()) + self.others

    def __str__(self) -> str:
        pids = ", ".join(str(process.pid) for process in self.processes[:5])
        return f"{self.state.meaning} (pid {pids})" if pids else self.state.meaning
