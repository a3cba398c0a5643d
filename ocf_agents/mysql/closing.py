"""Closing a server to writers, whatever its sessions are in the middle of."""

from __future__ import annotations

from threading import Thread

from ..lean import TYPE_CHECKING
from ..system.errors import Refused
from .dialect import word
from .driver import SqlRefused

if TYPE_CHECKING:
    from typing import Callable

    from .server import Server

LOCK_TIMEOUT, NOT_OWNER, NOT_ALLOWED = 1205, 1095, 1227
PATIENCE = 1
"""Seconds that a change waits for locks before sessions are ended that hold them."""
MACHINERY = ("Binlog Dump", "Binlog Dump GTID", "Daemon", "Slave_IO", "Slave_SQL", "Slave_worker")
"""Commands of sessions that are no clients."""
LONGEST = 31_536_000
"""The most that a session may wait for a lock: as many seconds as a year has."""
PAUSE = 0.05
FREEZE = "SET GLOBAL read_only = 1"


def close(server: Server, left: Callable[[], float]) -> None:
    """Nobody can write any more; sessions that stand in the way are ended.

    A session that waits for an acknowledgement holds the lock that closing needs. Its write is
    confirmed to nobody when it is ended; to end the waiting instead would confirm it.
    """
    more = word("closed to all", server.version)
    server.tell(f"SET SESSION lock_wait_timeout = {PATIENCE}")
    while True:
        try:
            server.tell(FREEZE)
            if more:
                server.tell(f"SET GLOBAL {more} = 1")
            break
        except SqlRefused as refused:
            if refused.number != LOCK_TIMEOUT or left() <= PATIENCE:
                raise
            end_sessions(server)
            if not server.version.mariadb and waiting(server):
                let_go(server, left)
    if not more and ("ON",) in server.rows("SELECT @@GLOBAL.event_scheduler"):
        # Events of accounts that may write in a server that is closed would go on writing.
        server.tell("SET GLOBAL event_scheduler = 0")
    end_sessions(server)


def waiting(server: Server) -> bool:
    """Whether a session of MySQL waits for an acknowledgement, ended or not."""
    status = f"{word('semi-sync source', server.version).capitalize()}_wait_sessions"
    return any(int(row[1]) for row in server.rows("SHOW GLOBAL STATUS LIKE %s", (status,)))


def let_go(server: Server, left: Callable[[], float]) -> None:
    """The server is closed, and no session waits for an acknowledgement; none was told that it has one.

    MySQL has a session wait on that was ended, when its client is gone. So the waiting is switched
    off, but only once closing is next in the queue for the lock that every write needs, and all
    sessions that were before it are ended: nothing is then confirmed to anybody.
    """
    number = int(server.value("CONNECTION_ID()"))
    second = server.another()
    server.tell(f"SET SESSION lock_wait_timeout = {LONGEST}")
    faults: list[Refused] = []
    closing = Thread(target=attempt, args=(server, faults), daemon=True)
    closing.start()
    while closing.is_alive() and not queued(second, number) and left() > PATIENCE:
        closing.join(PAUSE)
    end_sessions(second, number)
    second.set_waits(False)
    closing.join(max(PAUSE, left() - PATIENCE))
    if closing.is_alive():
        second.set_waits(True)
        second.tell(f"KILL {number}")
        raise Refused("the server cannot be closed: something in it holds a lock, and cannot be ended")
    server.tell(f"SET SESSION lock_wait_timeout = {PATIENCE}")
    if faults:
        second.set_waits(True)
        raise faults[0]


def attempt(server: Server, faults: list[Refused]) -> None:
    """The server takes no more writes, or the reason is among the faults."""
    try:
        server.tell(FREEZE)
    except Refused as refused:
        faults.append(refused)


def queued(server: Server, number: int) -> bool:
    """Whether a session waits for the lock that every write needs."""
    query = "SELECT state FROM information_schema.processlist WHERE id = %s"
    return any(str(row[0]).startswith("Waiting for") for row in server.rows(query, (number,)))


def end_sessions(server: Server, spared: int = 0) -> None:
    """The sessions of clients and of events are ended; replicas, the server's threads and the spared one are not.

    MySQL protects sessions of accounts with SYSTEM_USER, such as root's, from others.
    """
    marks = ", ".join(["%s"] * len(MACHINERY))
    rows = server.rows(
        f"SELECT id FROM information_schema.processlist WHERE command NOT IN ({marks}) "  # noqa: S608  # marks only
        "AND user NOT IN ('system user', 'event_scheduler', 'unauthenticated user') "
        "AND id NOT IN (CONNECTION_ID(), %s)",
        (*MACHINERY, spared),
    )
    left = [number for number in (int(row[0]) for row in rows) if not end(server, number)]
    if left:
        root = server.as_root()
        for number in left:
            end(root, number)


def end(server: Server, number: int) -> bool:
    """Whether the session has ended, or may be ended by this account."""
    try:
        server.tell(f"KILL {number}")
    except SqlRefused as refused:
        return refused.number not in (NOT_OWNER, NOT_ALLOWED)
    return True
