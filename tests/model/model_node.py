"""One node of the modelled world: a MariaDB, what the agent keeps on the node, what Pacemaker knows of it.

A transaction is (sequence number, server that wrote it, identity): two servers can give the same
number to different writes, and one that rolled a write back can give its number away again.
"""

from __future__ import annotations

from operator import itemgetter
from typing import Any, NamedTuple, Optional

GENERATIONS = 4
"""After so many, the numbers of server processes and receiving threads begin anew."""


class Transaction(NamedTuple):
    """One write."""

    number: int
    writer: int
    identity: int

    def __str__(self) -> str:
        return f"0-{self.writer}-{self.number}"


FIELDS: dict[str, Any] = {
    # The machine.
    "on": True,
    "fenced": False,
    "rebooted": False,
    "harmed": False,
    # Pacemaker: the instance's role, the node's attributes, its copy of the configuration.
    "role": "stopped",
    "score": None,
    "report": None,
    "version": 0,
    "pact": None,
    "files": (),
    # The server.
    "up": False,
    "generation": 0,
    "read_only": True,
    "log": (),
    "pending": 0,
    "doubtful": 0,
    "waits": False,
    "acknowledged": 0,
    "lingering": (),
    # Its replication.
    "source": "",
    "receives": False,
    "applies": False,
    "trouble": "",
    "relay": (),
    "kept": True,
    "seen": None,
    "placed": False,
    "receiver": 0,
    "applier": 0,
    "willing": False,
    "acknowledges": False,
}
"""Every field with its first value.

- fenced: known to be off; rebooted, harmed: that this ever happened to it
- pending: how many writes at the log's end wait for an acknowledgement
- doubtful: how many of them crash recovery would roll back
- lingering: replicas that are gone, which the server has not noticed, and whether they acknowledged
- seen: where the receiver is; None after a restart
- kept: whether the relay log's files are there; placed: the applier was told where it stood in them
- willing: the variable that makes the next receiver an acknowledging one
"""

VALUES = itemgetter(*FIELDS)


class Node:
    """A node, as fields that can be frozen into a value."""

    name: str
    server_id: int
    on: bool
    fenced: bool
    rebooted: bool
    harmed: bool
    role: str
    score: Optional[str]
    report: Optional[str]
    version: int
    pact: Optional[str]
    files: tuple[tuple[str, str], ...]
    up: bool
    generation: int
    read_only: bool
    log: tuple[Transaction, ...]
    pending: int
    doubtful: int
    waits: bool
    acknowledged: int
    lingering: tuple[tuple[str, bool], ...]
    source: str
    receives: bool
    applies: bool
    trouble: str
    relay: tuple[Transaction, ...]
    kept: bool
    seen: Optional[Transaction]
    placed: bool
    receiver: int
    applier: int
    willing: bool
    acknowledges: bool

    def __init__(self, name: str, values: tuple[Any, ...] = tuple(FIELDS.values())) -> None:
        self.name = name
        self.server_id = int(name[1:])
        self.__dict__.update(zip(FIELDS, values))

    def freeze(self) -> tuple[Any, ...]:
        return VALUES(self.__dict__)

    # What the server has.

    @property
    def last(self) -> Optional[Transaction]:
        return self.log[-1] if self.log else None

    def has(self, identity: int) -> bool:
        """Whether a write is here, applied or only received."""
        return any(write.identity == identity for write in (*self.log, *self.relay))

    # The life of the server.

    def start(self, rolls_back: bool) -> None:
        """The server runs, closed, its replication at rest."""
        if rolls_back and self.doubtful:
            lost, self.log = self.log[-self.doubtful :], self.log[: -self.doubtful]
            if self.kept:
                # What a replica had applied is still in its relay log's files.
                self.relay = (*(write for write in lost if write.writer != self.server_id), *self.relay)
        self.up, self.read_only, self.doubtful = True, True, 0
        self.generation = self.generation % GENERATIONS + 1
        self.pending, self.acknowledged, self.lingering = 0, 0, ()
        self.waits = self.willing = self.acknowledges = False
        self.receives = self.applies = self.placed = False
        self.trouble, self.seen = "", None

    def end(self) -> None:
        """The server has ended; its relay log is still on the disk."""
        self.up, self.read_only = False, True
        self.pending, self.acknowledged, self.lingering = 0, 0, ()
        self.waits = self.willing = self.acknowledges = self.receives = self.applies = False

    def die(self, more: int) -> None:
        """The server died: what waited is in doubt, and perhaps more, since no commit is synchronous."""
        if self.read_only:
            self.doubtful = min(len(self.log), more)
        else:
            own = next(
                (n for n, write in enumerate(reversed(self.log)) if write.writer != self.server_id), 99
            )
            self.doubtful = min(own, len(self.log), self.pending + more)
        self.end()

    def lose_power(self, more: int) -> None:
        """The machine is off: with it went the run directory and a relay log that was not synchronised."""
        if self.up:
            self.die(more)
        self.on, self.fenced, self.role = False, False, "stopped"
        self.rebooted = self.harmed = True
        self.score = self.report = None
        self.files, self.relay, self.seen, self.kept = (), (), None, False

    # Replication, by statement.

    def start_threads(self, receive: bool, apply: bool) -> None:
        """START SLAVE. With no thread running, MariaDB under GTID throws the relay log away first."""
        if not self.source:
            return
        if not (self.receives or self.applies or self.placed):
            self.relay, self.seen, self.kept = (), None, True
        if receive and not self.receives:
            self.receives, self.acknowledges = True, self.willing
            self.receiver = self.receiver % GENERATIONS + 1
            if self.seen is None or not self.relay:
                self.seen = self.relay[-1] if self.relay else self.last
        if apply:
            if not self.applies:
                self.applier = self.applier % GENERATIONS + 1
            self.applies, self.trouble = True, ""
        self.placed = False

    def stop_threads(self, receive: bool, apply: bool) -> None:
        """STOP SLAVE."""
        self.receives = self.receives and not receive
        self.applies = self.applies and not apply

    def change_source(self, source: str) -> None:
        """CHANGE MASTER TO: the relay log of the former source is gone."""
        self.source, self.relay, self.seen, self.kept = source, (), None, True
        self.trouble, self.placed = "", False

    def apply(self) -> None:
        """The applier takes the next write from the relay log; strictly in order, or it stops."""
        write, self.relay = self.relay[0], self.relay[1:]
        if self.last and write.number <= self.last.number:
            self.applies, self.trouble, self.relay = False, "1950", (write, *self.relay)
        else:
            self.log = (*self.log, write)
