"""Runs on a lab's client: writes through the VIP, or watches the servers, and notes what it saw.

    writer.py write HOST FILE       every 10 ms a row in the ledger and a transfer between two accounts, as
                                    one transaction; a line per confirmed one: NUMBER TIME SERVER_ID
    writer.py watch HOST... FILE    a line per look at a server: TIME TIME HOST writable|closed|absent

It is started with the system's Python, which has the driver, and imports nothing of the project. Another
login than a lab's, and another database than app, are in DRILL_USER, DRILL_PASSWORD and DRILL_DATABASE.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from typing import Any

LOGIN = {
    "user": os.environ.get("DRILL_USER", "app"),
    "password": os.environ.get("DRILL_PASSWORD", "app-password"),
}
DATABASE = os.environ.get("DRILL_DATABASE", "app")
LEDGER = "CREATE TABLE IF NOT EXISTS written (number BIGINT PRIMARY KEY) ENGINE=InnoDB"
PAUSE = 0.01
CONNECT_SECONDS, WRITE_SECONDS = 0.03, 0.5
"""Whoever waits longer for a connection, or for an answer through an address that has moved, measures its
own patience, not the outage."""
LOOK_SECONDS = 1
ACCOUNTS, BALANCE = 10, 1000
"""How many accounts there are, and what is in each at first; their sum never changes."""


def connect(host: str, seconds: float) -> Any:
    """A connection of the application to a server that gives up an answer after so many seconds."""
    import pymysql  # type: ignore[import-untyped,unused-ignore]  # it has no types

    return pymysql.connect(
        host=host, connect_timeout=CONNECT_SECONDS, read_timeout=seconds, write_timeout=seconds,
        database=DATABASE, autocommit=True, **LOGIN,
    )  # fmt: skip


def open_accounts(cursor: Any) -> None:
    """There are a ledger and accounts."""
    cursor.execute(LEDGER)
    cursor.execute(
        "CREATE TABLE IF NOT EXISTS account (id INT PRIMARY KEY, balance BIGINT NOT NULL) ENGINE=InnoDB"
    )
    rows = ", ".join(f"({number}, {BALANCE})" for number in range(ACCOUNTS))
    cursor.execute(f"INSERT IGNORE INTO account VALUES {rows}")  # noqa: S608  # numbers


def transfer(cursor: Any, number: int) -> None:
    """A row in the ledger and a transfer, both or neither."""
    giver, taker = number % ACCOUNTS, (number * 7 + 1) % ACCOUNTS
    cursor.execute("BEGIN")
    cursor.execute("INSERT INTO written (number) VALUES (%s)", (number,))
    cursor.execute("UPDATE account SET balance = balance - 1 WHERE id = %s", (giver,))
    cursor.execute("UPDATE account SET balance = balance + 1 WHERE id = %s", (taker,))
    cursor.execute("COMMIT")


def write(host: str, path: str) -> None:
    """Numbers are written, each once, and those that were confirmed are noted."""
    connection, number, opened = None, int(time.time() * 1000), False
    with open(path, "a", buffering=1) as file:
        while True:
            number += 1
            try:
                connection = connection or connect(host, WRITE_SECONDS)
                with connection.cursor() as cursor:
                    if not opened:
                        open_accounts(cursor)
                        opened = True
                    transfer(cursor, number)
                    cursor.execute("SELECT @@server_id")
                    (server,) = cursor.fetchone()
                file.write(f"{number} {time.time():.4f} {server}\n")
                time.sleep(PAUSE)
            except Exception as error:  # noqa: BLE001  # whatever it is, the application tries again
                print(f"{time.time():.3f} {number} {error}", file=sys.stderr, flush=True)
                if connection is not None:
                    connection.close = lambda: None
                connection = None
                time.sleep(PAUSE)


def watch(hosts: list[str], path: str) -> None:
    """Each server is looked at all the time, and what was seen is noted."""
    lock = threading.Lock()
    with open(path, "a", buffering=1) as file:

        def follow(host: str) -> None:
            connection = None
            while True:
                before = time.time()
                try:
                    connection = connection or connect(host, LOOK_SECONDS)
                    with connection.cursor() as cursor:
                        cursor.execute("SELECT @@GLOBAL.read_only")
                        (closed,) = cursor.fetchone()
                    seen = "closed" if closed else "writable"
                except Exception:  # noqa: BLE001  # absent is an answer as well
                    connection, seen = None, "absent"
                with lock:
                    file.write(f"{before:.4f} {time.time():.4f} {host} {seen}\n")
                time.sleep(2 * PAUSE)

        threads = [threading.Thread(target=follow, args=(host,), daemon=True) for host in hosts]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()


if __name__ == "__main__":
    if sys.argv[1] == "write":
        write(sys.argv[2], sys.argv[3])
    else:
        watch(sys.argv[2:-1], sys.argv[-1])
