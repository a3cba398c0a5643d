"""When the primary waits for replicas, and who is on record for it: one step at a time.

Invariant: while the primary confirms a write without the acknowledgement of a standby, the pact
names no standby. So a replica is struck off before the primary stops waiting for it, and is entered
only after the primary waits and the replica has caught up. Any step may be the last one before a
crash; `next_step` then goes on from whatever it finds.
"""

from __future__ import annotations

from ..lean import Record
from .pact import Pact

REST = "rest"
INVITE = "invite"
WAIT = "wait"
ADMIT = "admit"
DISMISS = "dismiss"
RELEASE = "release"
STEPS = (REST, INVITE, WAIT, ADMIT, DISMISS, RELEASE)
"""Nothing to do; ask a replica to acknowledge; wait for acknowledgements; enter a standby; strike
standbys off; wait no longer."""


class Facts(Record):
    """What the primary sees."""

    me: str
    pact: Pact
    waits: bool
    attached: frozenset[str] = frozenset()
    """Nodes that receive from here, of which none is known to be off."""
    acknowledging: frozenset[str] = frozenset()
    """Those of them that acknowledge what they receive."""
    absent: frozenset[str] = frozenset()
    """Nodes that do not receive, and cannot act on an old pact: in our membership, or surely off."""
    caught_up: frozenset[str] = frozenset()
    """Nodes that have every write that was confirmed before the waiting began."""
    confirmed: bool = False
    """Whether a write was acknowledged after the last change among those attached."""
    unable: frozenset[str] = frozenset()
    """Nodes that cannot apply what they receive."""
    undecided: frozenset[str] = frozenset()
    """Nodes whose fate is open: they may not have seen the last change of the pact."""


class Step(Record):
    """What to do next: a kind, and the pact that then holds."""

    kind: str
    pact: Pact
    names: tuple[str, ...] = ()


def next_step(facts: Facts) -> Step:
    """The next step towards waiting for every replica that is there."""
    if facts.pact.standbys:
        return with_standbys(facts)
    return awaiting(facts) if facts.waits else alone(facts)


def with_standbys(facts: Facts) -> Step:
    """The step while somebody is on record."""
    pact = facts.pact
    if not facts.waits:
        return Step(WAIT, pact)
    lost = tuple(name for name in pact.standbys if name in facts.absent)
    if lost:
        return dismissal(facts, lost)
    newcomers = sorted(facts.attached - set(pact.standbys) - {facts.me})
    if newcomers:
        # One more to be heard before a promotion: that is safe before it acknowledges anything.
        return Step(ADMIT, entered(pact, newcomers[0]), (newcomers[0],))
    return Step(REST, pact)


def awaiting(facts: Facts) -> Step:
    """The step while writes wait, but nobody is on record yet, or nobody any more."""
    pact = facts.pact
    if pact.invited not in facts.acknowledging - facts.unable:
        # Whoever was struck off while it was being cut from us may act on the old pact until it is fenced.
        return Step(REST if facts.undecided else RELEASE, pact)
    if pact.invited in facts.caught_up:
        return Step(ADMIT, entered(pact, pact.invited), (pact.invited,))
    return Step(REST, pact)


def alone(facts: Facts) -> Step:
    """The step while no write waits."""
    pact = facts.pact
    if pact.invited in facts.acknowledging - facts.unable:
        return Step(WAIT, pact)
    candidates = sorted(facts.attached - facts.unable - {facts.me})
    if candidates and pact.invited not in facts.attached - (facts.unable - facts.acknowledging):
        return Step(INVITE, Pact(pact.primary, (), candidates[0], pact.position), (candidates[0],))
    return Step(REST, pact)


def dismissal(facts: Facts, lost: tuple[str, ...]) -> Step:
    """The step that strikes standbys off.

    What only a lost one acknowledged must be on another standby first: any acknowledgement since
    proves it, since a replica receives in order. With no standby left the primary has it all.
    """
    pact = facts.pact
    left = tuple(name for name in pact.standbys if name not in lost)
    if left and not facts.confirmed:
        return Step(REST, pact)
    return Step(DISMISS, Pact(pact.primary, left, "", pact.position), lost)


def entered(pact: Pact, name: str) -> Pact:
    """The pact with one more standby."""
    return Pact(pact.primary, tuple(sorted({*pact.standbys, name})), "", pact.position)


def taken_over(name: str, position: str, successors: tuple[str, ...]) -> Pact:
    """The pact of a new primary, before it opens: it alone has what will be written from now on."""
    return Pact(name, (), min(successors, default=""), position)


def renounced(pact: Pact) -> Pact:
    """The pact of a former primary that may lose the tail of its log in crash recovery."""
    return Pact("", pact.standbys, "", pact.position)
