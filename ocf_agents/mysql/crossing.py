"""Where a server without GTIDs goes on in the log of a primary: a closed table, from the first line that fits.

Invariant: whoever is sent to a place in the primary's log has everything that the primary had there, and
nothing else. What cannot be shown from the two logs and the record of the junction is not assumed: the
server is set apart, with the reason.

Every member logs what it applies (log_slave_updates), so that a primary's log is all that happened to its
data since that log began. Whoever is at a place in it may go on there, however often the roles have changed
since. From one log to another there is only the junction.
"""

from __future__ import annotations

from ..lean import TYPE_CHECKING, Record
from .coordinates import Coordinates, Junction

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Callable

    from .gtid import Position
    from .look import Look
    from .member import Member
    from .pact import Pact
    from .peer import Peer

GO_ON, CROSS, APPLY, APART = "go on", "cross", "apply", "apart"
"""Follow from where it is; from the junction; apply first what was received; follow nobody."""


class Case(Record):
    """All that a decision looks at."""

    primary: str
    """The node to follow, for people."""
    end: Coordinates
    """Where the primary's log ends now."""
    junction: Junction | None
    """What the cluster's record says of the beginning of that log."""
    own: str
    """The server_uuid of the server that is to follow."""
    at: Coordinates | None
    """What it has executed of the log of whom it followed last; None if it follows nobody."""
    applied: bool = True
    """Whether it has executed all that it can of what it received, and receives nothing."""
    tail: str = ""
    """What it wrote itself after its place in the junction, or why nobody can tell."""

    @property
    def opened(self) -> Coordinates:
        """Where the primary's log began to go on, or no place at all."""
        return self.junction.opened if self.junction else Coordinates()

    @property
    def former(self) -> Coordinates:
        """Up to where the primary had the log of its predecessor, or no place at all."""
        return (self.junction and self.junction.received) or Coordinates()

    @property
    def here(self) -> Coordinates:
        """Where it is, or no place at all."""
        return self.at or Coordinates()


class Course(Record):
    """What a server that is to follow does, and why."""

    name: str
    fits: Callable[[Case], bool]
    kind: str
    reason: str = ""


COURSES = (
    Course("in the primary's log", lambda case: case.end.covers(case.here), GO_ON),
    Course("beyond the primary's end", lambda case: case.end.along(case.here), APART,
           "it has {beyond} of {primary}'s log, which {primary} itself has not"),
    Course("no junction", lambda case: not case.end.covers(case.opened), APART,
           "no record says where the log of {primary} goes on from that of its predecessor"),
    Course("former primary", lambda case: case.at is None and case.own == case.former.log and not case.tail,
           CROSS),
    Course("former primary with a tail", lambda case: case.at is None and case.own == case.former.log, APART,
           "{tail}"),
    Course("unknown", lambda case: not case.here.along(case.former), APART,
           "nothing shows where in the log of {primary} it would have to go on{where}"),
    Course("not applied", lambda case: not case.applied, APPLY),
    Course("at the junction", lambda case: case.here == case.former, CROSS),
    Course("short of the junction", lambda case: case.former.covers(case.here), APART,
           "it lacks {lacks} of the former primary's log, which {primary} has but cannot hand over"),
    Course("past the junction", lambda _: True, APART,
           "it has {past} of the former primary's log, which {primary} has not"),
)  # fmt: skip
"""Every case there is, in the order in which they are tried."""


def course(case: Case) -> Course:
    """The first one that fits."""
    return next(known for known in COURSES if known.fits(case))


def explain(case: Case, found: Course) -> str:
    """Why a server is set apart, and the way out."""
    if found.kind != APART:
        return ""
    text = found.reason.format(
        primary=case.primary,
        beyond=case.end.until(case.here),
        tail=case.tail,
        where=""
        if case.at is None
        else f"; it is at {case.here.file}:{case.here.offset} of another server's",
        lacks=case.here.until(case.former),
        past=case.former.until(case.here),
    )
    return f"{text} (there are no GTIDs)"


def survey(member: Member, look: Look, pact: Pact, peer: Peer) -> tuple[Case, Look]:
    """The case of this server, which receives nothing that could change it meanwhile, and the look at it."""
    from .placed import tail

    end = peer.history
    if not isinstance(end, Coordinates):
        raise TypeError(f"{end!r} is no place in a log")
    at = told(look)
    if at and at.log != end.log and look.receiving != "No":
        member.server.stop_receiving()
        look = member.look_within()
        at = told(look)
    if at and not at.log and at.named and look.source == member.address(pact.primary):
        # Told by hand, or by this agent before it could connect: a place in the log of that very server.
        at = Coordinates(end.log, at.file, at.offset)
    own = str(member.server.value("@@GLOBAL.server_uuid"))
    junction = Junction.read(pact.position)
    former = junction.received if junction else None
    written = tail(member.server, former) if at is None and former and former.log == own else ""
    applied = look.drained and look.receiving == "No"
    return Case(pact.primary, end, junction, own, at, applied, written), look


def told(look: Look) -> Coordinates | None:
    """What a server has executed of its source's log; None if it has no source."""
    history = look.history if look.source else None
    return history if isinstance(history, Coordinates) else None


def record(member: Member, look: Look, pact: Pact | None) -> Junction:
    """The junction that a server makes which is about to open, and which has applied all it could."""
    opened = member.server.history()
    if not isinstance(opened, Coordinates):
        raise TypeError(f"{opened!r} is no place in a log")
    received = told(look)
    known = Junction.read(pact.position) if pact and pact.primary == member.name else None
    if received is None and known and opened.covers(known.opened):
        return known  # its log just goes on
    return Junction(opened, received)


def doubtful(look: Look, heard: Mapping[str, Position], pact: Pact | None, me: str) -> str:
    """Why nobody can tell whether this server has everything; empty if it can be told.

    Before the first promotion all count that were heard, later the last primary.
    """
    position = look.position
    if not isinstance(position, Coordinates):
        return ""
    if not position.log:
        return f"how far it is in the log of {look.source} is not known before it has been connected there"
    rivals = [*heard] if pact is None else [pact.primary] if pact.primary != me else []
    strangers = [name for name in rivals if name in heard and not alike(position, heard[name])]
    if not strangers:
        return ""
    return (
        f"its data and those of {', '.join(sorted(strangers))} cannot be compared without GTIDs; keep those "
        "nodes in standby until one leads, then make the others its replicas, from a copy of its data"
    )


def alike(one: Coordinates, other: Position) -> bool:
    """Whether two positions are places in one log, or the other one's server follows somebody it has not met yet."""
    return isinstance(other, Coordinates) and (not other.log or one.along(other))
