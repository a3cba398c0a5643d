"""What a receiver or a donor is told: a file that only root can read, and that is gone once it was read."""

from __future__ import annotations

import json
import sys

from ...lean import TYPE_CHECKING, Record
from ...system.proc import MARK
from ...system.spawn import Command
from ..memory import MODE
from .attempt import Attempt

if TYPE_CHECKING:
    from typing import Any

    from ...system.host import Account, Host

ENDING = ".order"
RECEIVE, CLONE, DONATE = "receive", "clone", "donate"
"""What a process is there for: to fill a directory in MariaDB's way or in MySQL's, or to help with that."""
PURPOSE = "ocf-agents mysql reseed"
BACKUP, UNPACK = ("mariadb-backup", "mariabackup"), ("mbstream",)
"""The programs that copy and unpack, by their names, new ones first."""
TAIL = 3


class Order(Record):
    """Where to meet, what to run there, and where to write down how far it is."""

    path: str
    """The file of the attempt."""
    session: str
    cause: str
    key: str
    """What both ends know, in hexadecimal digits."""
    address: str
    port: int
    datadir: str
    instance: str
    """The resource that the processes are marked as belonging to."""
    backup: tuple[str, ...] = ()
    """How the data are copied, or prepared, in MariaDB's way."""
    unpack: str = ""
    logs: tuple[str, ...] = ()
    user: str = ""
    server: str = ""
    """Pid and start of the server whose place is to be taken, if one runs."""
    argv: tuple[str, ...] = ()
    environment: dict[str, str] = {}
    records: tuple[str, ...] = ()
    """The files with the main process's pid and start, and with its pid."""
    source: str = ""
    """Host and port of the server that may be cloned; for its donor."""
    refusal: str = ""
    """Why it may not."""
    login: tuple[str, ...] = ()
    """The account that clones, and its password."""
    encrypted: bool = False
    """Whether it must not do so in plain text."""
    options: tuple[str, ...] = ()
    """What the server that clones is to be told for that."""

    def write(self, host: Host) -> tuple[str, str, str]:
        """The order is in its file; the words that run a process with it. Raises OSError."""
        file = f"{self.path}{ENDING}"
        host.write(file, json.dumps({name: getattr(self, name) for name in type(self).__annotations__}), MODE)
        return sys.executable or "/usr/bin/python3", f"{__file__.rpartition('/')[0]}/__main__.py", file

    @classmethod
    def take(cls, host: Host, file: str) -> Order:
        """The order in a file, which is gone; raises OSError or ValueError."""
        told: dict[str, Any] = json.loads(host.read(file) or "")
        host.remove(file)
        values: dict[str, Any] = {}
        for name, value in told.items():
            values[name] = tuple(value) if isinstance(value, list) else value
        return cls(**values)

    def secret(self) -> bytes:
        """The key as bytes."""
        return bytes.fromhex(self.key)

    def child(self, argv: tuple[str, ...], account: Account, path: str) -> Command:
        """A command of this order, for an account."""
        return Command(argv, account, {"PATH": path, "LC_ALL": "C", MARK: self.instance})


class Diary:
    """The process's own account of what it does, in the file of its attempt."""

    def __init__(self, host: Host, order: Order, phase: str) -> None:
        from os import getpid

        self.host, self.path = host, order.path
        me = host.process(getpid())
        process = me.identity if me else ""
        self.attempt = Attempt(phase, order.session, order.cause, process, self.clock())
        self.attempt.write(host, self.path)

    def clock(self) -> str:
        """The time now, on a clock that all processes of this host share."""
        return str(int(self.host.now()))

    def note(self, **changes: str) -> None:
        """This is new; a change of phase has its time."""
        since = {"since": self.clock()} if "phase" in changes else {}
        self.attempt = self.attempt.but(**since, **changes)
        self.attempt.write(self.host, self.path)


def complaint(host: Host, path: str, otherwise: str) -> str:
    """The last that a program complained of, in one line."""
    lines = [line.strip() for line in (host.read(path) or "").splitlines()]
    return " | ".join([line for line in lines if line][-TAIL:]) or otherwise
