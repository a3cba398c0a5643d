"""Positions without GTIDs: a place in the binary log of one server, and the junction of two logs.

Invariant: two places are compared in one and the same log only. Of places in two logs nothing is known:
neither covers the other. A junction is the one thing that connects two logs, and only at its two places.
"""

from __future__ import annotations

from ..lean import Record

FIELDS = 3
READ = ("Master_Log_File", "Read_Master_Log_Pos")
EXECUTED = ("Relay_Master_Log_File", "Exec_Master_Log_Pos")
"""Columns of a replica's status, by their old names."""


class Coordinates(Record):
    """How far somebody is in the binary log of a server."""

    log: str = ""
    """The server whose log it is, by its server_uuid; empty if nobody knows yet."""
    file: str = ""
    offset: int = 0

    @property
    def place(self) -> tuple[int, int]:
        """What grows along a log: the number of the file, and the offset in it."""
        number = self.file.rpartition(".")[2]
        return (int(number) if number.isdigit() else 0, self.offset)

    @property
    def named(self) -> bool:
        """Whether this is a place at all: a numbered file whose name can stand in a statement and a record."""
        name, _, number = self.file.rpartition(".")
        plain = all(letter.isalnum() or letter in "._-" for letter in name)
        return bool(name) and plain and self.file.isascii() and number.isdigit()

    def along(self, other: Coordinates) -> bool:
        """Whether both are places in the same log, so that they can be compared."""
        same = self.file.rpartition(".")[0] == other.file.rpartition(".")[0]
        return bool(self.log) and self.log == other.log and same

    def covers(self, other: Coordinates) -> bool:
        """Whether this is certainly as far as the other place, in the same log."""
        return self.along(other) and self.place >= other.place

    def beyond(self, other: Coordinates) -> str:
        """What is not certainly before the other place, for people."""
        if other.covers(self):
            return ""
        return other.until(self) if self.along(other) else str(self)

    def until(self, other: Coordinates) -> str:
        """What lies between this place and a later one in the same log, for people."""
        file = "" if self.file == other.file else f"{other.file}:"
        return f"{self.file}:{self.offset}-{file}{other.offset}"

    def joined(self, other: Coordinates) -> Coordinates:
        """The later one of both; of two logs this one, which the other never covers."""
        return other if other.covers(self) else self

    def __bool__(self) -> bool:
        return True  # a place that is not known is not the beginning

    def __str__(self) -> str:
        return f"{self.log}/{self.file}/{self.offset}"


class Junction(Record):
    """Where the log of a primary begins to go on from what its predecessor had written.

    `opened` is where the primary's own log ended before it opened. `received` is how far it was in the
    log of its predecessor then, with everything applied; None if it followed nobody. So a server that has
    exactly all up to `received` goes on at `opened`, and no other one does.
    """

    opened: Coordinates
    received: Coordinates | None = None

    @classmethod
    def read(cls, text: str) -> Junction | None:
        """The junction in a text of `str`; None if it is none, such as one of a time with GTIDs."""
        try:
            opened, *former = map(coordinates, text.split(","))
        except ValueError:
            return None
        return cls(opened, former[0] if former else None) if len(former) <= 1 else None

    def covers(self, other: Coordinates) -> bool:
        """Whether the primary had everything up to that place when it opened."""
        return self.opened.covers(other) or bool(self.received and self.received.covers(other))

    def __str__(self) -> str:
        return ",".join(map(str, filter(None, (self.opened, self.received))))


def coordinates(text: str) -> Coordinates:
    """The place in a text; ValueError if it is none."""
    fields = text.split("/")
    if len(fields) != FIELDS:
        raise ValueError(f"{text[:60]!r} is no place in a log")
    return Coordinates(fields[0], fields[1], int(fields[2]))


def ends(told: dict[str, str]) -> tuple[str, str]:
    """What a server has executed, and what it has received, in the words of its answers by their old names.

    Of a server that follows nobody the first one is the end of its own log, and the second is empty.
    """
    if not told.get("Master_Host"):
        return place(told.get("server_uuid", ""), told.get("File", ""), told.get("Position", "")), ""
    source = told.get("Master_UUID", "")
    executed, received = (
        place(source, told.get(file, ""), told.get(at, "")) for file, at in (EXECUTED, READ)
    )
    return executed, received


def place(log: str, file: str, offset: str) -> str:
    """The text of a place."""
    return str(Coordinates(log, file, int(offset) if offset.isdigit() else 0))


def lacking(told: dict[str, str]) -> str:
    """Why places say too little of this server; empty if they say enough."""
    if told.get("log_slave_updates", "ON").upper() == "OFF":
        return "has no GTIDs, and log_slave_updates is off: start it by the cluster, which sets that"
    if "File" in told and not Coordinates("", told["File"], 0).named:
        return "has no GTIDs, and no binary log with a plain name: set log_bin in its configuration"
    return ""
