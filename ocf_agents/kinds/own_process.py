"""A service as a process that the agent itself starts, watches and ends."""

from __future__ import annotations

from ..lean import TYPE_CHECKING
from ..ocf.codes import Failure, Unrecorded
from ..system.plan import LARGEST_OUTPUT, OUTPUT, PLAN, RECORD, VIGIL
from ..system.pulse import recorded
from .family import family, judge, state_of
from .state import RUNNING, STOPPED, Sight

if TYPE_CHECKING:
    from ..system.proc import Process
    from .service import Service

LAST_LINES = 3
APPEARANCE = 1.0
"""Seconds within which a new process shows its command line, or has ended."""
TERM, KILL, CONT = 15, 9, 18
FORCE_AFTER = 0.7
"""The part of stop's time after which SIGKILL follows SIGTERM."""


class OwnProcess:
    """The default backend, as the agents of old did it."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.host = service.host
        self.pidfile = service.pid or service.beside(".pid")
        self.record = service.beside(RECORD)
        self.output = service.beside(OUTPUT)

    def look(self) -> Sight:
        """What runs of the service now. Without a usable record, every process is looked at."""
        main = self.recorded()
        if main is None:
            return self.search()
        self.host.trim(self.output, LARGEST_OUTPUT)
        return Sight(state_of(main), main)

    def recorded(self) -> Process | None:
        """The main process by pid, start time and command line, if the record still fits it."""
        known = recorded(self.host.read_bytes(self.record))
        process = self.host.process(known[0]) if known else None
        if process is None or known is None or process.started != known[1]:
            return None
        return process if self.service.fits(process.command) or self.marked(process) else None

    def search(self) -> Sight:
        """What runs of the service, found by its mark or by its user and command line."""
        everyone = tuple(one for one in self.host.processes() if not self.service.spares(one.command))
        marks = {process.pid: self.host.mark(process) for process in everyone}
        account = self.host.account(self.service.user)
        left = self.session(everyone, account.uid) if account else frozenset()
        marked = frozenset(
            pid for pid, mark in marks.items() if (mark and mark == self.mark) or (mark == "" and pid in left)
        )
        known = [
            process
            for process in everyone
            if process.pid in marked
            # A process without any mark was started by hand or by an older agent; it is ours to adopt.
            or (
                marks[process.pid] == ""
                and account
                and process.uid == account.uid
                and self.service.fits(process.command)
            )
        ]
        return judge(family(everyone, known), marked)

    def session(self, everyone: tuple[Process, ...], uid: int) -> frozenset[int]:
        """The processes in the session that the process on record led or leads.

        Some daemons overwrite their command line, and the environment with our mark along with it.
        """
        pid, started = recorded(self.host.read_bytes(self.record)) or (0, 0)
        if any(one.pid == pid and one.started != started for one in everyone):
            return frozenset()
        members = (one for one in everyone if pid and one.session == pid and one.started >= started)
        return frozenset(one.pid for one in members if one.uid == uid)

    def marked(self, process: Process) -> bool:
        """Whether these agents started the process for this resource."""
        return bool(self.mark) and self.host.mark(process) == self.mark

    @property
    def mark(self) -> str:
        """What the processes of this resource carry in their environment."""
        return self.service.context.instance

    def start(self) -> None:
        """The service's process exists and is on record; raises Failure with nothing left behind."""
        sight = self.look()
        if sight.state not in (STOPPED, RUNNING):
            self.service.log.warning(f"{self.service.name} {sight}; ending that before the start")
            self.stop()
        elif sight.main:
            self.service.log.info(f"{self.service.name} {sight} already")
            self.remember(sight.main)
            return
        command = self.service.command(self.mark)
        # Before anything runs it must be certain that its record can be written.
        self.save(self.record, "0 0\n")
        self.save(self.pidfile, "0\n")
        try:
            pid = self.host.spawn(command, self.output)
        except OSError as error:
            raise Failure(
                f"{command.argv[0]}: {error.strerror or error}; can {self.service.user} run it?"
            ) from error
        # A program that executes itself once more, as HAProxy does, is nobody for a moment.
        self.service.deadline.wait(lambda: self.host.process(pid) is not None, APPEARANCE)
        main = self.host.process(pid)
        if main:
            self.remember(main)

    def remember(self, main: Process) -> None:
        """The main process is on record, and its pid in the pid file, or it is ended again.

        The end of one that has claims in the cluster is not left to the next monitor.
        """
        try:
            self.save(self.record, f"{main.identity}\n")
            self.save(self.pidfile, f"{main.pid}\n")
        except Failure:
            self.stop()
            raise
        if self.service.context.clone.promotable:
            from .vigil import keep

            keep(self.service, main)

    def save(self, path: str, text: str) -> None:
        """The file holds the text; Failure says why it cannot."""
        try:
            self.host.write(path, text)
        except OSError as error:
            raise Unrecorded(path, error) from error

    def stop(self) -> None:
        """No process of the service is left: SIGTERM, then SIGKILL, then a last look; else Failure."""
        deadline = self.service.deadline
        self.service.discard(self.service.beside(VIGIL))
        if self.members():
            self.end(TERM)
            if not deadline.wait(self.gone, deadline.left() * FORCE_AFTER):
                self.service.log.warning(f"{self.service.name} ignores SIGTERM; killing it")
                deadline.wait(self.killed)
        left = self.members()
        if left:
            pids = ", ".join(str(process.pid) for process in left)
            raise Failure(
                f"{self.service.name}: process {pids} survives SIGKILL; only a reboot of the node ends it"
            )
        self.service.discard_pid(self.pidfile)
        for path in (self.record, self.output, self.service.beside(PLAN)):
            self.service.discard(path)

    def members(self) -> tuple[Process, ...]:
        """All processes of the service, the main one first."""
        main = self.recorded()
        sight = self.search()
        if main and all(main.pid != process.pid for process in sight.processes):
            everyone = tuple(self.host.processes())
            return family(everyone, (main, *sight.processes))
        return sight.processes

    def end(self, number: int) -> None:
        """The main process got the signal first, so that it does not replace its workers; then all."""
        for process in self.members():
            self.host.signal(process, number)
            if number == TERM:
                # A suspended process acts on a signal only once it goes on.
                self.host.signal(process, CONT)

    def gone(self) -> bool:
        """Whether no process is left; workers whose main process has gone are told to go as well."""
        left = self.search()
        if left.main is None and left.others:
            self.end(TERM)
        return not left.processes and not self.recorded()

    def killed(self) -> bool:
        """Whether no process is left after all that are left got SIGKILL."""
        self.end(KILL)
        return not self.members()

    def last_words(self) -> str:
        """The last lines that the service printed, on one line."""
        lines = [line.strip() for line in (self.host.read(self.output) or "").splitlines()]
        return " | ".join([line for line in lines if line][-LAST_LINES:])
