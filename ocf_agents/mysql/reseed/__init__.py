"""A server that was set apart, or that has no data, is rebuilt from the primary: `reseed=auto`.

Invariant: nothing that this node had is deleted, and nothing of it is even moved while the pact names
this node. The primary of the pact has every confirmed write; only a copy of that one, while it is
writable and answers, takes the place of what is here.

The receiver on the node to be rebuilt fills a directory beside the data, waits for the agent's word, sets
the old data apart by renaming them, and becomes the server. The donor on the primary sends.
"""

from __future__ import annotations

from ...lean import TYPE_CHECKING
from ...system.errors import Missing, Refused

if TYPE_CHECKING:
    from typing import Callable

    from ...system.proc import Process
    from ..look import Look
    from ..member import Member
    from .attention import Rebuilding

WORK, MARK, APART = ".reseed", "mark", ".set-apart"
"""How the name of the directory beside the data ends; the file in it that says it is ours; and how the names
of what was set apart go on."""
ATTEMPT, SUPPLY = ".reseed", ".supply"
"""How the files in which the receiver and the donor say what they do end."""


def step(member: Member, look: Look, main: Process | None, rebuilding: Callable[[], Rebuilding]) -> str:
    """What there is to tell of this server's being rebuilt; a step was taken, for it or for another's.

    `main` is the server's process, or the receiver's; None where promote opened it.
    """
    if not needed(member, look, main is None):
        return ""
    try:
        if main is None:
            from .supply import supply

            supply(member, rebuilding().site)
            return ""
        return rebuilding().told() if member.settings.context.probe else rebuilding().attend(look, main)
    except (Refused, Missing, OSError) as refused:
        member.log.warning(f"rebuilding: {refused}")
        return ""


def needed(member: Member, look: Look, opened: bool) -> bool:
    """Whether there may be something to do: a replica is missing, or this server is set apart or under way."""
    if opened:
        from ..guard import replicas

        missing = replicas(member, look) + 1 < member.settings.context.clone.maximum
        return not look.read_only and (missing or member.host.exists(f"{member.memory.path}{SUPPLY}"))
    return bool(member.memory["quarantine"]) or member.host.exists(f"{member.memory.path}{ATTEMPT}")


def tidy(member: Member, rebuilding: Callable[[], Rebuilding]) -> None:
    """Nothing is left of a rebuilding, of this server or from it, by whatever it was ended."""
    if left(member):
        from .supply import withdraw

        withdraw(member)
        rebuilding().tidy()


def left(member: Member) -> bool:
    """Whether something of a rebuilding may be left on this node, by whatever it ended."""
    data, files = member.settings.datadir, member.memory.path
    return any(map(member.host.exists, (f"{data}{WORK}", f"{files}{ATTEMPT}", f"{files}{SUPPLY}")))
