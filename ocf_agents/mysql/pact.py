"""The pact: the cluster-wide, lasting record of who may hold acknowledged writes.

It stands in the cluster's configuration, so that it survives every node's power failure, and is
written by the primary alone (and by a former one that gives its claim up).
"""

from __future__ import annotations

from ..lean import TYPE_CHECKING, Record
from .gtid import domains, parse

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .gtid import Position


SERIAL = ";serial="
CLOSED, ASKS, BROKEN, TORN = "closed", "asks", "broken", "torn"
UNABLE = (BROKEN, TORN)
"""The words of a node that cannot take over."""


class Pact(Record):
    """Every acknowledged write is on the primary, and on one of the standbys if there are any.

    `invited` may send acknowledgements, but nobody counts on them yet. `position` is where the
    present primary began: what a former one has beyond it was acknowledged to nobody.
    """

    primary: str = ""
    standbys: tuple[str, ...] = ()
    invited: str = ""
    position: str = ""

    @classmethod
    def read(cls, text: str | None) -> Pact | None:
        """The pact in a text of `write`; None where there is none, or none that can be read."""
        words = dict(part.partition("=")[::2] for part in (text or "").split(";"))
        if "primary" not in words or "standbys" not in words:
            return None
        return cls(
            words["primary"],
            tuple(sorted(filter(None, words["standbys"].split(",")))),
            words.get("invited", ""),
            words.get("position", ""),
        )

    def write(self) -> str:
        """The pact as one line."""
        return (
            f"primary={self.primary};standbys={','.join(self.standbys)};"
            f"invited={self.invited};position={self.position}"
        )

    def names(self, node: str) -> bool:
        """Whether the node may lead."""
        return node == self.primary or node in self.standbys

    def witnesses(self, node: str) -> tuple[str, ...]:
        """Those of whom the node must have met one, since it started, for its copy to be the newest.

        A standby may have been struck off, which the primary knows. In the place of a primary with
        standbys, or of one that gave its claim up, one of them may have been promoted, which all of
        them know. Without other standbys nobody can have been.
        """
        if self.primary and node in self.standbys:
            return (self.primary,)
        return tuple(name for name in self.standbys if name != node)

    def successors(self, reports: Mapping[str, Report]) -> tuple[str, ...]:
        """The standbys that can take over: nobody, while one of them cannot say all that it acknowledged."""
        words = {name: reports[name].word for name in self.standbys if name in reports}
        if len(words) < len(self.standbys) or TORN in words.values():
            return ()
        return tuple(name for name in self.standbys if words[name] not in UNABLE)

    def welcomes(self, node: str) -> bool:
        """Whether acknowledgements of the node are wanted."""
        return node in self.standbys or node == self.invited


def serial(text: str | None) -> int:
    """The number of a pact in the cluster's record; each one that is concluded has a higher one."""
    number = (text or "").rpartition(SERIAL)[2]
    return int(number) if number.isdigit() else 0


class Report(Record):
    """What a node last published of itself: whom it follows, whether it acknowledges, how far it is."""

    follows: str = ""
    acknowledges: bool = False
    position: Position = domains("")
    word: str = ""
    """CLOSED: the node was the primary, and nothing comes after this position. ASKS: it must be
    welcome before it can follow, since what it lacks bears its own number. BROKEN: it has all that it
    received, but cannot apply it. TORN: it may lack what it once acknowledged, so that its position says
    nothing of that."""

    @classmethod
    def read(cls, text: str | None) -> Report | None:
        """The report in a text of `write`; None where there is none, or none that can be read."""
        parts = (text or "").split(";")
        if len(parts) != 4:
            return None
        try:
            return cls(parts[0], parts[1] == "acks", parse(parts[2]), parts[3])
        except ValueError:
            return None

    def write(self) -> str:
        """The report as one line."""
        acknowledges = "acks" if self.acknowledges else ""
        return f"{self.follows};{acknowledges};{self.position};{self.word}"
