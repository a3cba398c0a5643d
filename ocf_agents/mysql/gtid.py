"""Positions in the history of a database: which transactions a server has, and which another lacks.

A position is a value. Two questions are asked of it: does it cover another one (whoever has it can
do without the other), and what is extra in it (which of its transactions the other never had).
"""

from __future__ import annotations

from ..lean import TYPE_CHECKING, Record

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Union

    from .coordinates import Coordinates

    Position = Union["Domains", "Sets", Coordinates]

MARIADB, MYSQL = "mariadb", "mysql"
SHOWN = 10
"""Entries of a list of transactions that an exit reason shows."""


class Domains(Record):
    """MariaDB: the last sequence number per domain and server, as in 0-1-100,0-2-150.

    In one domain sequence numbers only grow (gtid_strict_mode), whichever server writes.
    """

    entries: tuple[tuple[int, int, int], ...] = ()

    def last(self, domain: int) -> tuple[int, int]:
        """The highest sequence number in a domain, with the server that wrote it; (0, 0) if none."""
        return max(((number, server) for d, server, number in self.entries if d == domain), default=(0, 0))

    def covers(self, other: Domains) -> bool:
        """Whether this history goes on at least as far in every domain, and lacks nothing of the other.

        The second half matters: a server skips what comes back to it under its own number, and can
        so be further on and still lack a transaction that it once rolled back.
        """
        for domain in {entry[0] for entry in other.entries}:
            number, server = other.last(domain)
            mine, writer = self.last(domain)
            if mine < number or (mine == number and writer != server):
                return False
        return not other.beyond(self)

    def of(self, server: int) -> Domains:
        """What one server has written of this history."""
        return Domains(tuple(entry for entry in self.entries if entry[1] == server))

    def beyond(self, other: Domains) -> str:
        """The transactions of this history that are certainly not in the other, as a list for people.

        A server that the other does not know wrote before the other's beginning, or it is extra; then it
        wrote after what both have.
        """
        known, common, found = other.by_server, self.common(other), []
        for domain, server, number in self.entries:
            numbers = [n for d, _, n in other.entries if d == domain]
            have = known.get((domain, server), min(numbers, default=0))
            if number > have:
                first = known.get((domain, server), common.get(domain, number - 1)) + 1
                found.append(f"{domain}-{server}-{span(first, number)}")
        return shorten(found)

    def astray(self, other: Domains) -> str:
        """The transactions after all that both have, if the last one is of a server that the other does not know.

        MariaDB's servers refuse to go on from such a place.
        """
        common, heads = self.common(other), self.heads().entries
        return shorten(
            [
                f"{domain}-{server}-{span(common.get(domain, 0) + 1, number)}"
                for domain, server, number in heads
                if (domain, server) not in other.by_server
            ]
        )

    def common(self, other: Domains) -> dict[int, int]:
        """By domain, the last number of a server up to which both have it; no entry if both share no server."""
        known = other.by_server
        shared: dict[int, int] = {}
        for domain, server, number in self.entries:
            if (domain, server) in known:
                shared[domain] = max(shared.get(domain, 0), min(number, known[domain, server]))
        return shared

    @property
    def by_server(self) -> dict[tuple[int, int], int]:
        """The last number by domain and server."""
        return {(domain, server): number for domain, server, number in self.entries}

    def joined(self, other: Domains) -> Domains:
        """What both have together."""
        return domains(f"{self},{other}")

    def heads(self) -> Domains:
        """The last transaction of each domain only, as gtid_slave_pos wants it."""
        heads = {domain: self.last(domain) for domain, _, _ in self.entries}
        return Domains(tuple(sorted((d, server, number) for d, (number, server) in heads.items())))

    def __bool__(self) -> bool:
        return bool(self.entries)

    def __str__(self) -> str:
        return ",".join(f"{domain}-{server}-{number}" for domain, server, number in self.entries)


class Sets(Record):
    """MySQL: intervals per source, as in 3e11fa47-...:1-5:7; a source may carry a tag (8.3 and later)."""

    entries: tuple[tuple[str, tuple[tuple[int, int], ...]], ...] = ()

    def covers(self, other: Sets) -> bool:
        """Whether every transaction of the other is in this history."""
        return not other.less(self).entries

    def beyond(self, other: Sets) -> str:
        """The transactions of this history that are not in the other, as a list for people."""
        return shorten(str(self.less(other)).split(",")) if self.less(other).entries else ""

    def less(self, other: Sets) -> Sets:
        """This history without the transactions of the other."""
        theirs = dict(other.entries)
        left = ((source, without(spans, theirs.get(source, ()))) for source, spans in self.entries)
        return Sets(tuple((source, spans) for source, spans in left if spans))

    def joined(self, other: Sets) -> Sets:
        """What both have together."""
        return sets(f"{self},{other}")

    def __bool__(self) -> bool:
        return bool(self.entries)

    def __str__(self) -> str:
        return ",".join(
            ":".join((source, *(span(first, last) for first, last in spans)))
            for source, spans in self.entries
        )


def parse(text: str) -> Position:
    """The position that a text stands for; MySQL's have a colon, places in a log a slash; ValueError if none."""
    if "/" in text:
        from .coordinates import coordinates

        return coordinates(text)
    return sets(text) if ":" in text else domains(text)


def told(row: Sequence[object]) -> Position:
    """The position in what a server answers when it is asked for its history, in parts that may be empty."""
    return parse(",".join(str(part) for part in row if part))


def covers(one: Position, other: Position) -> bool:
    """Whether one history has all of the other; of different sorts, only an empty one is had."""
    if not other:
        return True
    return type(one) is type(other) and one.covers(other)  # type: ignore[arg-type]  # of one sort


def errant(mine: Position, theirs: Position) -> str:
    """What keeps a server with this history from following one with that, as a list for people."""
    if isinstance(mine, Domains) and isinstance(theirs, Domains):
        return mine.beyond(theirs) or mine.astray(theirs)
    return mine.beyond(theirs) if type(mine) is type(theirs) else str(mine)  # type: ignore[arg-type]


def domains(text: str) -> Domains:
    """The MariaDB position in a text; ValueError if it is none."""
    found: dict[tuple[int, int], int] = {}
    for word in filter(None, (part.strip() for part in text.split(","))):
        domain, server, number = (int(field) for field in word.split("-"))
        found[domain, server] = max(number, found.get((domain, server), 0))
    return Domains(tuple(sorted((*pair, number) for pair, number in found.items())))


def sets(text: str) -> Sets:
    """The MySQL GTID set in a text; ValueError if it is none.

    A transaction that a session owns stands there with the session's number, as in 3e11fa47-...:7#12.
    """
    found: dict[str, list[tuple[int, int]]] = {}
    for word in filter(None, ("".join(part.split()) for part in text.split(","))):
        uuid, *fields = word.split(":")
        source = uuid = uuid.lower()
        for field in fields:
            if not field[:1].isdigit():
                source = f"{uuid}:{field}"
                continue
            first, _, last = field.partition("#")[0].partition("-")
            found.setdefault(source, []).append((int(first), int(last or first)))
    return Sets(tuple(sorted((source, merged(spans)) for source, spans in found.items())))


def merged(spans: list[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """The same numbers as few intervals in order."""
    result: list[tuple[int, int]] = []
    for first, last in sorted(spans):
        if result and first <= result[-1][1] + 1:
            result[-1] = (result[-1][0], max(last, result[-1][1]))
        else:
            result.append((first, last))
    return tuple(result)


def without(
    spans: tuple[tuple[int, int], ...], others: tuple[tuple[int, int], ...]
) -> tuple[tuple[int, int], ...]:
    """The intervals less what the others hold."""
    left = list(spans)
    for low, high in others:
        cut = []
        for first, last in left:
            cut += [(first, min(last, low - 1)), (max(first, high + 1), last)]
        left = [(first, last) for first, last in cut if first <= last]
    return tuple(left)


def span(first: int, last: int) -> str:
    """An interval as MySQL writes it."""
    return str(first) if first == last else f"{first}-{last}"


def shorten(words: list[str]) -> str:
    """A list that still fits into an exit reason."""
    more = len(words) - SHOWN
    return ",".join(words[:SHOWN]) + (f" and {more} more" if more > 0 else "")


def joined(one: Position, other: Position) -> Position:
    """What both have together; of two sorts, which one server never has, the first one."""
    if not one:
        return other
    return one.joined(other) if type(one) is type(other) else one  # type: ignore[arg-type]  # of one sort
