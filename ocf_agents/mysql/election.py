"""May this node lead? A decision on the pact and on what the survivors published.

Invariant: whoever may lead has every write that was ever acknowledged. The primary of the pact has
them all. Of the standbys at least one has, nobody knows which; so all of them must have been heard,
and the candidate must be as far as each.
"""

from __future__ import annotations

from ..lean import TYPE_CHECKING, Record
from .gtid import covers

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .gtid import Position
    from .pact import Pact


class Candidate(Record):
    """A node at the moment of its promotion."""

    name: str
    position: Position
    heard: Mapping[str, Position]
    """What the other survivors published after they had stopped receiving."""
    pact: Pact | None = None
    """None with durability=async, and before the first promotion."""


class Verdict(Record):
    """Whether the candidate may lead; if not, why, and who is better if somebody is."""

    allowed: bool
    reason: str = ""
    better: str = ""


def elect(candidate: Candidate) -> Verdict:
    """Whether this candidate may lead, now that it is known what the others have."""
    pact = candidate.pact
    if pact is None:
        return against(candidate, tuple(candidate.heard))
    if candidate.name == pact.primary:
        return against(candidate, pact.standbys)
    if candidate.name not in pact.standbys:
        wanted = ", ".join(filter(None, (pact.primary, *pact.standbys))) or "nobody that is known"
        return Verdict(
            False, f"acknowledged writes may be lacking here; those who have them all: {wanted}; start one"
        )
    missing = [name for name in pact.standbys if name != candidate.name and name not in candidate.heard]
    if missing:
        return Verdict(
            False,
            f"{', '.join(missing)} may hold acknowledged writes that are lacking here and was not heard; "
            "start it",
        )
    return against(candidate, (*pact.standbys, pact.primary))


def against(candidate: Candidate, rivals: tuple[str, ...]) -> Verdict:
    """Whether no rival that was heard has more. One that has parted is set apart later, not obeyed."""
    for name in sorted(set(rivals) - {candidate.name, ""}):
        position = candidate.heard.get(name)
        if position is None or covers(candidate.position, position):
            continue
        if covers(position, candidate.position):
            return Verdict(False, f"{name} has more ({position} against {candidate.position})", name)
        if candidate.pact is not None and name in candidate.pact.standbys:
            return Verdict(False, f"{name} has writes that are lacking here ({position}), and the reverse")
    return Verdict(True)
