"""What this node tells the cluster of itself: its score, and whether readers and writers may come."""

from __future__ import annotations

from ..lean import TYPE_CHECKING
from ..system.errors import Missing, Refused
from .diagnosis import PROMOTED_SCORE
from .memory import FAILED

if TYPE_CHECKING:
    from .diagnosis import Diagnosis
    from .member import Member


def claim(member: Member, diagnosis: Diagnosis, replicated: bool) -> None:
    """The cluster knows; unless it was told just the same before, which costs nothing to see."""
    given, memory = member.settings, member.memory
    readable = patience(member, diagnosis.state.readable)
    writable = int(diagnosis.score == PROMOTED_SCORE)
    wanted = wording(diagnosis, str(readable))
    told = memory.told(wanted)
    unheard = told and awaits(diagnosis) and memory.unheard()
    if told and not unheard:
        return
    if memory[FAILED] and diagnosis.score is not None:
        # A score makes Pacemaker start over before it looks at the other nodes again: if nobody but a
        # server that ended unnoticed may lead, one attempt would follow the other, and it would stay so.
        memory[FAILED] = ""
        return
    cluster = member.cluster
    try:
        if replicated:
            if diagnosis.score is None:
                # Pacemaker may act on the score at once, and end the monitor before it gives its reason.
                member.log.info(f"is not to be promoted: {diagnosis.text}")
                cluster.withdraw_promotion_score()
            else:
                if unheard:
                    # A score that comes while a start is on its way to the record may be passed over, and
                    # the same score once more is no news; as seen with Pacemaker 2.1.5.
                    cluster.withdraw_promotion_score()
                cluster.set_promotion_score(diagnosis.score)
        if given.reader_attribute and (replicated or "reader_attribute" in given.context.parameters):
            cluster.set_attribute(given.reader_attribute, str(readable))
        if given.writer_attribute:
            cluster.set_attribute(given.writer_attribute, str(writable))
    except (Refused, Missing) as refused:
        member.log.warning(str(refused))
        return
    memory.tell(wanted, unheard)


def awaits(diagnosis: Diagnosis) -> bool:
    """Whether this server may lead, and follows nobody who does."""
    return diagnosis.score is not None and not diagnosis.state.readable


def wording(diagnosis: Diagnosis, readable: str) -> str:
    """A claim in words, to tell it from another one."""
    return f"{diagnosis.score} {readable} {int(diagnosis.score == PROMOTED_SCORE)}"


def patience(member: Member, readable: bool) -> int:
    """The reader attribute's value: full at a good look, one less at each bad one, down to 0."""
    full = member.settings.reader_failcount
    last = member.memory["readable"]
    value = full if readable else max(0, min(full, int(last)) - 1) if last.isdigit() else 0
    member.memory["readable"] = str(value)
    return value


def withdraw(member: Member, replicated: bool) -> None:
    """This node claims nothing any more; a cluster that does not answer must not keep a server from stopping."""
    given, cluster = member.settings, member.cluster
    try:
        if replicated:
            cluster.withdraw_promotion_score()
            cluster.withdraw_report(f"{member.resource}-position")
        if given.reader_attribute and member.memory["readable"] not in ("", "0"):
            cluster.set_attribute(given.reader_attribute, "0")
        if given.writer_attribute:
            cluster.set_attribute(given.writer_attribute, "0")
    except (Refused, Missing) as refused:
        member.log.warning(str(refused))
    member.memory["claim"] = member.memory["report"] = ""
    member.memory.save()
