"""May this server be rebuilt now? Decisions on values alone.

Invariant: the source has every confirmed write, and nobody counts on what is here. The primary of the
pact has them all; this node is not the one, and the pact does not name it as one that has them beside it.
"""

from __future__ import annotations

from ...lean import TYPE_CHECKING, Record
from ..gtid import errant

if TYPE_CHECKING:
    from ..gtid import Position
    from ..pact import Pact
    from ..peer import Peer


class Facts(Record):
    """What is known of the cluster at one moment."""

    node: str
    pact: Pact | None = None
    current: bool = True
    """Whether the pact is known to be the newest one."""
    peer: Peer | None = None
    """What the primary of the pact says of itself; None while it cannot be asked."""
    denied: str = ""
    """What the primary does not allow."""


def standing(facts: Facts) -> str:
    """Why the record does not allow it; empty where it does."""
    pact = facts.pact
    if pact is None or not pact.primary:
        return "nobody is on record as the primary"
    if pact.primary == facts.node:
        return "this node is on record as the primary, and may be the only one with some confirmed writes"
    if facts.node in (*pact.standbys, pact.invited):
        return f"{pact.primary} still counts on this node for confirmed writes"
    return "" if facts.current else "this node has met nobody yet who has the newest record"


def obstacle(facts: Facts) -> str:
    """Why the cluster does not allow it now; empty where it does."""
    source = facts.pact.primary if facts.pact else ""
    if facts.peer is None:
        return standing(facts) or f"{source} cannot be asked"
    return standing(facts) or (f"{source} takes no writes now" if facts.peer.read_only else facts.denied)


def unusable(copy: Position | None, source: str, peer: Peer) -> str:
    """Why a copy must not take the place of the data; empty where it may."""
    if copy is None:
        return f"the copy of {source} does not say where it ends; is log_bin on there?"
    extra = errant(copy, peer.history)
    return f"the copy has {extra}, which {source} has not" if extra else ""


class Means(Record):
    """What this node has for it."""

    unfit: str = ""
    """Why no server of this sort can be rebuilt."""
    missing: tuple[str, ...] = ()
    """Programs that are not installed."""
    password: bool = True
    encrypted: bool = False
    """Whether replication is to be encrypted, which the copy would not be."""
    fixed: bool = False
    """Whether the data directory cannot be renamed."""
    elsewhere: tuple[str, ...] = ()
    """Settings that put a part of the data elsewhere."""
    apart: tuple[str, ...] = ()
    """What was set apart before."""
    address: str = ""
    """What is wrong with the address to listen at."""


def lack(means: Means, datadir: str) -> str:
    """What this node lacks for it; empty where it lacks nothing."""
    findings = (
        (bool(means.unfit), f"{means.unfit}; rebuild it by hand"),
        (bool(means.missing), f"{', '.join(means.missing)}: not installed on this node"),
        (not means.password, "replication_passwd: not set, and both nodes prove by it who they are"),
        (means.encrypted, "replication is encrypted, and the copy would travel in plain text"),
        (
            means.fixed,
            f"datadir={datadir}: is a mount point or a link, and cannot be renamed; use a directory below it",
        ),
        (bool(means.elsewhere), f"{', '.join(means.elsewhere)}: a part of the data is outside of {datadir}"),
        (bool(means.apart), f"{', '.join(means.apart)}: set apart before; move it away"),
        (bool(means.address), means.address),
    )
    return next((text for found, text in findings if found), "")
