"""Changing the primary: closing, standing for election, draining, opening.

Every step can be the last one before a crash; whoever repeats the action finds its way on from there.
"""

from __future__ import annotations

from ..lean import TYPE_CHECKING
from ..ocf.codes import Failure
from ..system.errors import Refused
from . import vip
from .diagnosis import PROMOTED_SCORE
from .dialect import closed
from .durability import taken_over
from .election import Candidate, elect
from .gtid import covers
from .look import ANSWERS
from .member import GROUP
from .memory import FAILED
from .pact import BROKEN, CLOSED, Report
from .receipt import cease, forgo, resume, settle_up, torn
from .replica import soundness, told

if TYPE_CHECKING:
    from ..ocf.notification import Notification
    from ..system.proc import Process
    from .gtid import Position
    from .look import Look
    from .member import Member
    from .pact import Pact

GOODBYE = 5.0
"""Seconds that a replica gives an old primary that is alive to hand over the last transactions."""
DRAIN = 0.8
"""The part of promote's remaining time that applying the relay log may take."""


def close(member: Member) -> None:
    """This server takes no writes, which was verified, and everyone can read how far it got."""
    member.memory["claim"] = ""
    member.server.close_writes(member.deadline.left)
    member.memory.close()
    if member.lossless:
        # Nobody writes any more; what this server will apply as a replica must wait for nobody.
        member.server.set_waits(False)
    if not closed(member.server.value("@@GLOBAL.read_only")):
        raise Failure("the server is still writable after read_only was set; who opens it?")
    member.publish(Report("", False, member.server.history(), CLOSED))


def stand_by(member: Member, asked: Notification) -> None:
    """A promotion is near: this server receives no more, and has said how far it is."""
    look = member.look()
    if look.answer == ANSWERS and look.read_only:
        prepare(member, look, asked.demoting)
    elif look.answer == ANSWERS and member.name not in asked.promoting:
        # Started before the resource was a clone, or opened by hand: another one is to lead now.
        close(member)


def prepare(member: Member, look: Look, demoted: tuple[str, ...]) -> None:
    """Nothing more is received or acknowledged, nothing was thrown away, and the position is known."""
    if look.source and look.receiving == "Yes":
        await_last_words(member, demoted)
    if look.source:
        look = cease(member, look)
    elif member.memory["report"] == Report("", False, look.position, CLOSED).write():
        return  # the others read there where the old primary's writes end
    member.publish(Report("", False, look.position, soundness(member, look)))


def await_last_words(member: Member, demoted: tuple[str, ...]) -> None:
    """All that a primary wrote before it closed is here, if it is alive to hand it over."""
    reports = member.reports()
    ends = [reports[name].position for name in demoted if name in reports and reports[name].word == CLOSED]
    for end in ends:
        here = member.deadline.wait(lambda end=end: covers(member.look().position, end), GOODBYE)  # type: ignore[misc]
        if not here:
            member.log.warning(f"the old primary closed at {end}, which has not arrived here")


def promote(member: Member, main: Process) -> None:
    """This server is the primary and writable; or Failure, and it is as closed as before."""
    reports = member.host.meanwhile(member.reports)
    look = member.look_within()
    if not look.read_only and member.opened(main):
        return
    if not look.read_only:
        raise Failure("the server is writable, but not by a promotion; demote it first")
    if look.source and look.receiving != "No":
        look = cease(member, look)
    others = reports()
    member.memory[FAILED] = "1"
    member.memory.save()
    pact = stand(member, look, told(others))
    vip.check(member)
    drain(member, look)
    beginning, position = begin(member, look, pact)
    successors: tuple[str, ...] = ()
    if member.lossless:
        member.server.set_acknowledges(False)
        member.server.set_waits(False)
        successors = tuple(
            name
            for name, report in others.items()
            if report.word != BROKEN and covers(position, report.position)
        )
    go_on_record(member, taken_over(member.name, beginning, successors))
    leave(member, look)
    open_writes(member, main)
    member.log.info(f"is the primary from {beginning} on")


def go_on_record(member: Member, pact: Pact) -> None:
    """The cluster holds the pact, and knows where its primary is to stay and to be found.

    All at once: until the server is open nobody can write.
    """
    member.memory["claim"] = ""
    member.memory.save()
    told = (
        member.host.meanwhile(lambda: member.publish(Report(member.name))),
        member.host.meanwhile(lambda: member.cluster.set_promotion_score(PROMOTED_SCORE)),
    )
    member.conclude(pact)
    for wait in told:
        wait()


def begin(member: Member, look: Look, pact: Pact | None) -> tuple[str, Position]:
    """Where this server begins, for the record, and what it has; its source is forgotten if nothing rests on it.

    Without GTIDs only the source tells where this server is in another one's log, until that is on record.
    """
    if look.placed:
        from .crossing import record

        junction = record(member, member.look_within(), pact)
        return str(junction), junction.received or junction.opened
    if look.source:
        member.server.forget_source()
    position = member.server.history()
    return str(position), position


def leave(member: Member, look: Look) -> None:
    """The source is forgotten, since what it told is on record now."""
    if look.placed and look.source:
        settle_up(member)
        member.server.forget_source()


def open_writes(member: Member, main: Process) -> None:
    """The server is writable, which was verified, and this node remembers that it is to be."""
    for word in (FAILED, "quarantine", "stray", "guard", "claim", "waits_since", "announced"):
        member.memory[word] = ""
    member.memory.save()
    forgo(member)
    member.memory.open(main)
    member.server.open_writes()
    if member.memory["events"]:
        member.server.tell("SET GLOBAL event_scheduler = 1")
    if closed(member.server.value("@@GLOBAL.read_only")):
        raise Failure("the server is still read-only after it was opened")


def stand(member: Member, look: Look, heard: dict[str, Position]) -> Pact | None:
    """This node may lead, by this record, or Failure says who better should."""
    if member.memory["quarantine"]:
        raise Failure(f"this server is set apart: {member.memory['quarantine']}")
    known = member.pact()
    pact = known if member.lossless else None
    verdict = elect(Candidate(member.name, look.position, heard, pact))
    reason = doubt(member, look, pact) if verdict.allowed else verdict.reason
    if not reason and look.placed:
        from .crossing import doubtful

        reason = doubtful(look, heard, known, member.name)
    if not reason:
        return known
    member.memory["claim"] = ""
    try:
        # Not merely a lower score: a better one that has none yet would never get its turn.
        member.cluster.withdraw_promotion_score()
    except Refused as refused:
        member.log.warning(str(refused))
    raise Failure(f"not promoted: {reason}")


def doubt(member: Member, look: Look, pact: Pact | None) -> str:
    """Why this node's own knowledge is not enough to lead; empty if it is, or nothing was promised."""
    if look.unfit:
        return f"this server {look.unfit}"
    if pact is None:
        return ""
    lacking = torn(member, look, pact)
    if lacking:
        return lacking
    if not member.current(pact):
        names = " or ".join(pact.witnesses(member.name))
        return f"this node has not met {names} since it started, and may have missed a newer record"
    return ""


def drain(member: Member, look: Look) -> None:
    """Everything that was received is applied, or Failure."""
    if not look.source or look.drained:
        return
    seen = [look]
    resume(member, look)

    def done() -> bool:
        seen[0] = member.look_within()
        return seen[0].drained or bool(seen[0].trouble)

    member.deadline.wait(done, member.deadline.left() * DRAIN)
    kept = seen[0].position if look.placed else seen[0].history
    if not seen[0].drained or not covers(kept, look.position):
        why = seen[0].trouble or "there was not enough time; give promote more"
        raise Failure(f"not promoted: what was received is not all applied: {why}")


def announce(member: Member) -> None:
    """Agents of old, and people, find where the primary is and where its log began.

    Not while a failover is under way: each change of the configuration makes Pacemaker start over.
    """
    if member.memory["announced"] == "1":
        return
    if not member.memory["announced"]:
        member.memory["announced"] = "0"
        return
    file, offset = member.server.coordinates()
    address = member.address(member.name)
    member.cluster.set_fact(GROUP, f"{member.resource}_REPL_INFO", f"{address}|{file}|{offset}")
    member.memory["announced"] = "1"
