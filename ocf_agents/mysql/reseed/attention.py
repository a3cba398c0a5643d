"""A replica's monitor looks after its own rebuilding: it asks for the data, watches, and gives the word."""

from __future__ import annotations

from ...lean import TYPE_CHECKING, Record
from ...ocf.codes import Failure, NotInstalled
from ...system.errors import Refused
from .. import restored
from ..gtid import parse
from ..look import ANSWERS
from ..receipt import ask_primary
from . import ATTEMPT
from .attempt import FAILED, LISTENS, READY, STARTS, TAKES, Attempt, Request
from .decision import Facts, lack, obstacle, standing, unusable
from .means import address, denied, layout, means
from .places import NOTHING, Places

if TYPE_CHECKING:
    from typing import Callable

    from ...system.proc import Process
    from ...system.spawn import Command
    from ..gtid import Position
    from ..look import Look
    from ..member import Member

EMPTY = "it has no data"
"""The cause where there is no server to set apart."""
WORD = 10
"""SIGUSR1: the copy may take the place of the data."""
ANSWER, START = 120, 120
"""Seconds that a donor has to come, and a server to answer on its new data."""
APPEARANCE = 5.0
"""Seconds that a process has to appear, or to be gone."""


class Site(Record):
    """How the server is run on this node."""

    server: Callable[[], Command]
    """What runs it."""
    records: tuple[str, ...]
    """The files with its pid and start, and with its pid."""
    output: str
    config: str
    options: tuple[str, ...]
    """What says where it keeps what."""
    user: str


class Rebuilding:
    """The rebuilding of one server, as this call of the agent sees it."""

    def __init__(self, member: Member, site: Site) -> None:
        self.member = member
        self.host = member.host
        self.site = site
        self.path = f"{member.memory.path}{ATTEMPT}"
        self.places = Places(self.host, member.settings.datadir)

    @property
    def attempt(self) -> Attempt:
        """What the receiver last told."""
        return Attempt.read(self.host, self.path)

    @property
    def attribute(self) -> str:
        """The name under which this node asks for data."""
        return f"{self.member.resource}-reseed"

    def trouble(self) -> str:
        """What keeps a receiver from its work; empty if nothing does."""
        attempt = self.attempt
        return "" if attempt.worker(self.host) else attempt.reason or "nobody receives data yet"

    def attend(self, look: Look, main: Process | None) -> str:
        """What there is to tell of it, after a step; empty where this is a server like any other."""
        attempt = self.attempt
        if attempt.phase == STARTS:
            return self.finish(attempt, look)
        if attempt.worker(self.host):
            return self.accompany(attempt)
        if attempt.phase not in ("", FAILED):
            attempt = self.abandon(attempt, "its process ended before its work was done")
        return self.propose(attempt, main) if self.member.memory["quarantine"] else ""

    def told(self) -> str:
        """What there is to tell of it to a probe, which changes nothing."""
        attempt = self.attempt
        return attempt.progress("the primary") if attempt.worker(self.host) else ""

    # One step each.

    def propose(self, attempt: Attempt, main: Process | None) -> str:
        """A server that is set apart is to be rebuilt, or there is a reason why not."""
        member, memory = self.member, self.member.memory
        kept = f"is kept apart: {memory['quarantine']}"
        facts = self.facts()
        cause = f"{facts.pact.primary if facts.pact else ''}: {memory['quarantine']}"
        if attempt.phase == FAILED and attempt.cause == cause:
            self.tell(attempt)
            return f"{kept}; it was not rebuilt: {attempt.reason}"
        why = obstacle(facts) or self.lack()
        if why:
            return f"{kept}; it is not rebuilt: {why}"
        self.places.undo()
        command = self.command(cause, main.identity if main else "")
        self.host.spawn(command, self.site.output)
        member.deadline.wait(lambda: self.attempt.cause == cause, APPEARANCE)
        attempt = self.attempt
        if attempt.worker(self.host):
            return self.accompany(attempt)
        failed = attempt if attempt.phase == FAILED else attempt.but(reason="its process did not start")
        failed = failed.but(phase=FAILED, cause=cause)
        failed.write(self.host, self.path)
        self.tell(failed)
        return f"{kept}; it was not rebuilt: {failed.reason}"

    def accompany(self, attempt: Attempt) -> str:
        """The receiver has what it needs of the agent, or is ended where the cluster is another now."""
        memory = self.member.memory
        session, _, asked = memory["asked"].partition(" ")
        if attempt.phase == TAKES:
            return attempt.progress(asked)
        facts = self.facts()
        source = facts.pact.primary if facts.pact else ""
        if attempt.cause != EMPTY and not memory["quarantine"]:
            return self.forget(attempt, "is not set apart any more")
        why = standing(facts)
        if session == attempt.session and (why or source != asked):
            return self.forget(attempt, why or f"{source} is the primary now, and no longer {asked}")
        if session != attempt.session:
            why = obstacle(facts)
            if why:
                return f"has no data, and waits for somebody to be rebuilt from: {why}"
            self.ask(attempt, source)
        elif attempt.phase == LISTENS and self.host.now() - int(memory["asked_at"] or 0) > ANSWER:
            reason = f"{source} did not send its data within {ANSWER} s; is port {self.port} open, and "
            self.abandon(attempt, attempt.reason or f"{reason}reseed=auto set for it?")
        elif attempt.phase == READY:
            self.judge(attempt, facts, source)
        return self.attempt.progress(source)

    def ask(self, attempt: Attempt, source: str) -> None:
        """The primary can read that its data are wanted here."""
        member, memory = self.member, self.member.memory
        request = Request(source, attempt.session, address(member), self.port)
        member.cluster.publish(self.attribute, request.write())
        memory["asked"], memory["asked_at"] = f"{attempt.session} {source}", str(int(self.host.now()))
        cause = EMPTY if attempt.cause == EMPTY else memory["quarantine"]
        member.log.info(f"is to be rebuilt from {source}: {cause}; nothing is moved before the copy is whole")

    def judge(self, attempt: Attempt, facts: Facts, source: str) -> None:
        """A copy that is whole takes the place of the data, if the primary knows all that is in it."""
        if obstacle(facts) or facts.peer is None:
            return  # nobody can say yet; the copy does not grow old
        why = unusable(self.end_of_copy(attempt), source, facts.peer)
        worker = attempt.worker(self.host)
        if why:
            self.abandon(attempt, why)
        elif worker:
            self.member.log.info(f"the copy of {source} is whole, and takes the place of the data")
            self.member.cluster.withdraw_report(self.attribute)
            self.host.signal(worker, WORD)

    def end_of_copy(self, attempt: Attempt) -> Position | None:
        """Where in the primary's history the copy ends; None where nothing says so."""
        if self.member.version.mariadb:
            return restored.end(self.member, self.places.new)
        return parse(attempt.position) if attempt.position else None

    def finish(self, attempt: Attempt, look: Look) -> str:
        """The server on the new data is one like any other as soon as it answers."""
        member, memory = self.member, self.member.memory
        source = memory["asked"].partition(" ")[2]
        if look.answer != ANSWERS and self.host.now() - int(attempt.since or 0) < START:
            return f"starts on the data of {source}"
        self.places.undo()
        memory["quarantine"], memory["eligible"] = "", "0"
        kept = f"; what it had before is in {attempt.apart}" if attempt.apart else ""
        member.log.info(f"was rebuilt from {source}{kept}")
        self.host.remove(self.path)
        return ""

    # How it ends otherwise.

    def abandon(self, attempt: Attempt, reason: str) -> Attempt:
        """The rebuilding has failed, for this reason; the data are what they were."""
        self.end(attempt)
        failed = attempt.but(phase=FAILED, reason=reason)
        failed.write(self.host, self.path)
        self.tell(failed)
        return failed

    def forget(self, attempt: Attempt, reason: str) -> str:
        """The rebuilding has ended, and may be begun anew; what there is to tell of it."""
        self.end(attempt)
        self.host.remove(self.path)
        self.member.log.warning(f"its rebuilding has ended: {reason}")
        return f"is not rebuilt now: {reason}"

    def end(self, attempt: Attempt) -> None:
        """Nobody works on it, and nothing is left of what was received."""
        self.member.deadline.wait(lambda: attempt.end(self.host), APPEARANCE)
        self.places.undo()
        self.member.cluster.withdraw_report(self.attribute)

    def tell(self, failed: Attempt) -> None:
        """The log has the failure, once."""
        memory = self.member.memory
        if memory["failed"] != failed.session:
            self.member.log.error(f"was not rebuilt: {failed.reason}; its data are as they were")
            self.member.cluster.withdraw_report(self.attribute)
        memory["failed"] = failed.session

    # What it takes.

    @property
    def port(self) -> int:
        """Where the data are received."""
        return self.member.settings.reseed_port

    def facts(self) -> Facts:
        """What is known of the cluster now."""
        member = self.member
        pact = member.pact()
        elsewhere = pact is not None and pact.primary not in ("", member.name)
        peer = ask_primary(member, pact) if pact is not None and elsewhere else None
        source = pact.primary if pact else ""
        current = pact is None or member.current(pact)
        return Facts(member.name, pact, current, peer, denied(member, source, peer))

    def lack(self) -> str:
        """What this node lacks for it; the places of the logs are known afterwards."""
        member = self.member
        kept = layout(member, self.site.options)
        self.places.logs = kept.logs
        return lack(means(member, self.places, kept), self.places.data)

    def command(self, cause: str, server: str) -> Command:
        """The receiver, with its order written; raises OSError."""
        from .commission import commission

        return commission(self.member, self.site, self.places, cause, server)

    def instead(self) -> Command:
        """The receiver in the place of a server without data, or NotInstalled."""
        place, attempt = f"datadir={self.places.data}: holds no database", self.attempt
        if attempt.phase == FAILED and attempt.cause == EMPTY:
            # Pacemaker gives a node up that answers so, until somebody has looked and cleans up.
            self.host.remove(self.path)
            raise NotInstalled(f"{place}, and was not rebuilt: {attempt.reason}")
        why = self.lack()
        if why:
            raise NotInstalled(f"{place}, and cannot be rebuilt: {why}")
        return self.command(EMPTY, "")

    def tidy(self) -> None:
        """Nobody works on it any more; what was half done is undone, or done where it had to be."""
        attempt = self.attempt
        if attempt.phase != STARTS:
            self.member.deadline.wait(lambda: attempt.end(self.host), APPEARANCE)
        try:
            step = self.places.tidy()
        except (OSError, Refused) as error:
            if self.member.settings.context.action == "start":
                # A server must not run on data that are half way to others.
                raise Failure(f"{error}; left by a rebuilding of {self.places.data}") from error
            self.member.log.warning(f"{error}; it stays behind")
            return
        if step != NOTHING:
            self.member.log.info(f"{self.places.work}: left by a rebuilding; {step}")
        if attempt.phase != FAILED or self.host.entries(self.places.data):
            self.host.remove(self.path)
