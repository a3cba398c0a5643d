"""The local server, as the one place that changes anything in it: SQL over the local socket.

Monitors do not come here: they look through the native client, which is cheaper than this import.
"""

from __future__ import annotations

from ..lean import TYPE_CHECKING
from ..system.errors import Refused
from .closing import close
from .dialect import Version, word
from .driver import SqlRefused, granted, import_driver, said
from .gtid import Domains, domains
from .histories import history as ask_history
from .look import questions, tabled
from .relay_log import events, resumption

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any, Callable

    from .gtid import Position
    from .look import Login, Look
    from .peer import Source

SUPERUSER = "root"
UNKNOWN_VARIABLE = 1193
UNREADABLE = (1201, 1872)
"""A server cannot read its own notes on whom it follows, or how far it is."""
HEARTBEAT = 2
FOR_EVER = {True: 18446744073709551615, False: 4294967295}
"""The longest wait for an acknowledgement, in milliseconds: MariaDB's, MySQL's."""


class Server:
    """A conversation with the local server; it begins with the first statement."""

    def __init__(
        self, login: Login, version: Version, warn: Callable[[str], None], patience: float | None = None
    ) -> None:
        self.login = login
        self.version = version
        self.warn = warn
        self.patience = patience
        """Seconds that one statement may take; None for as long as it takes."""
        self.connection: Any = None

    # Talking.

    def connect(self) -> Any:
        """A connection that may close and open the server."""
        if self.connection is None:
            try:
                self.connection = self.open_socket(self.login.user, self.login.password)
                if self.may_close():
                    return self.connection
                fault = f"{self.login.user} may not change read_only"
            except Refused as refused:
                fault = str(refused)
            if self.login.user == SUPERUSER and not self.login.password:
                raise Refused(fault)
            self.connection = self.open_socket(SUPERUSER, "")
        return self.connection

    def another(self) -> Server:
        """A second conversation with the same server."""
        return Server(self.login, self.version, self.warn, self.patience)

    def as_root(self) -> Server:
        """A second conversation, in which everything is allowed."""
        found = self.another()
        found.connection = self.open_socket(SUPERUSER, "")
        return found

    def open_socket(self, user: str, password: str) -> Any:
        """A connection through the local socket; Refused says why there is none."""
        driver = import_driver(self.version)
        try:
            return driver.connect(
                unix_socket=self.login.socket,
                user=user,
                password=password,
                autocommit=True,
                connect_timeout=5,
                read_timeout=self.patience,
                charset="utf8mb4",
            )
        except driver.MySQLError as error:
            raise Refused(f"{user} at {self.login.socket}: {said(error)}") from error

    def may_close(self) -> bool:
        """Whether the account may close and open the server (MariaDB 10.11 took that out of SUPER)."""
        told = granted(self.rows("SHOW GRANTS"))
        if "ALL PRIVILEGES ON *.*" in told or "READ_ONLY ADMIN" in told:
            return True
        may = "SUPER" in told or "SYSTEM_VARIABLES_ADMIN" in told
        return may and not (self.version.mariadb and self.version.number >= (10, 11, 0))

    def ask(self, statement: str, values: Sequence[object] = ()) -> tuple[list[str], list[tuple[Any, ...]]]:
        """The columns and rows of an answer; Refused has the server's words. Values never reach a log."""
        connection = self.connect()
        driver = import_driver(self.version)
        try:
            with connection.cursor() as cursor:
                cursor.execute(statement, tuple(values) or None)
                return [column[0] for column in cursor.description or ()], list(cursor.fetchall())
        except driver.MySQLError as error:
            raise SqlRefused(statement, error) from error

    def rows(self, statement: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """What a statement returns."""
        return self.ask(statement, values)[1]

    def look(self) -> Look:
        """What the server says of itself now; the native client would cost more than this conversation."""
        return tabled(self.ask(question) for question in questions(self.version))

    def tell(self, statement: str, values: Sequence[object] = ()) -> None:
        """The statement is done."""
        self.rows(statement, values)

    def value(self, expression: str) -> Any:
        """The value of one expression."""
        return self.rows(f"SELECT {expression}")[0][0]

    # Opening and closing.

    def close_writes(self, left: Callable[[], float]) -> None:
        """Nobody can write any more; sessions that stand in the way are ended."""
        close(self, left)

    def open_writes(self) -> None:
        """Clients can write."""
        for variable in filter(None, (word("closed to all", self.version), "read_only")):
            self.tell(f"SET GLOBAL {variable} = 0")

    # Replication.

    def replica(self, verb: str, thread: str = "") -> None:
        """START, STOP or RESET ... ALL of the replica's threads is done."""
        self.tell(f"{verb} {word('replica', self.version)} {thread}".strip())

    def stop_receiving(self) -> None:
        """Nothing more is received or acknowledged; what was received stays and is applied."""
        self.replica("STOP", "IO_THREAD")

    def apply_relay_log(self) -> None:
        """What was received is being applied, though nothing is received.

        MariaDB's applier, started alone under GTID, throws the relay log away first, unless it is told
        where to go on in it. If nothing in it is lacking, that does no harm.
        """
        if self.version.mariadb:
            file, place = self.applied_to()
            history = domains(str(self.history()))
            found = resumption(events(self.rows, file, place), history)
            if found:
                self.tell(f"CHANGE MASTER TO RELAY_LOG_FILE = %s, RELAY_LOG_POS = {found[1]}", (found[0],))
        self.replica("START", "SQL_THREAD")

    def applied_to(self) -> tuple[str, int]:
        """File and offset in the relay log that the applier has noted, perhaps too late; MariaDB's."""
        row = next(iter(self.records(word("show replica", self.version))), {})
        return str(row.get("Relay_Log_File", "")), int(row.get("Relay_Log_Pos") or 0)

    def sources(self) -> list[str]:
        """The names of the sources that are not the usual one, which has none."""
        rows = self.records(word("sources", self.version))
        names = (row.get("Connection_name", row.get("Channel_Name")) for row in rows)
        return [str(name) for name in names if name]

    def records(self, statement: str) -> list[dict[str, Any]]:
        """What a statement returns, by column."""
        names, rows = self.ask(statement)
        return [dict(zip(names, row)) for row in rows]

    def forget_source(self) -> None:
        """The server replicates from nobody."""
        self.replica("STOP")
        self.replica("RESET", "ALL")

    def follow(self, source: Source) -> None:
        """The server replicates from the source, from its own position on."""
        name = word("source", self.version)
        self.replica("STOP")
        options = {
            f"{name}_HOST": source.host,
            f"{name}_USER": source.user,
            f"{name}_PASSWORD": source.password,
        }
        numbers = {
            f"{name}_PORT": source.port,
            f"{name}_CONNECT_RETRY": 1,
            f"{name}_HEARTBEAT_PERIOD": HEARTBEAT,
        }
        more = [*(f"{key} = {value}" for key, value in numbers.items()), self.point()]
        if not self.version.mariadb and self.version.number >= (8, 0, 23) and not source.encryption:
            more.append("GET_SOURCE_PUBLIC_KEY = 1")
        encrypted = source.encryption.options(name) if source.encryption else ""
        more += [part for part in (encrypted, source.options.strip(" ,")) if part]
        named = [f"{key} = %s" for key in options]
        # The driver takes a percent sign for the beginning of a value.
        parts = [*named, *(part.replace("%", "%%") for part in more)]
        statement = f"{word('change source', self.version)} {', '.join(parts)}"
        try:
            self.tell(statement, tuple(options.values()))
        except SqlRefused as refused:
            if refused.number not in UNREADABLE:
                raise
            # Killed while it wrote down how far it was. What it received is fetched again from its own position.
            self.warn(f"{refused}; replication is set up anew")
            self.replica("RESET", "ALL")
            self.tell(statement, tuple(options.values()))
        self.set_variable(word("replica listens", self.version), 2 * HEARTBEAT)
        self.replica("START")

    def point(self) -> str:
        """The place from which to follow, for CHANGE MASTER; the threads stand still."""
        if not self.version.mariadb:
            return f"{word('source', self.version)}_AUTO_POSITION = 1"
        self.align()
        return "MASTER_USE_GTID = slave_pos"

    def align(self) -> None:
        """MariaDB's replica position is also that of what this server itself has written."""
        history = self.history()
        heads = history.heads() if isinstance(history, Domains) else domains("")
        slave = domains(str(self.value("@@GLOBAL.gtid_slave_pos")))
        if heads != slave:
            self.set_position(heads)

    def set_position(self, position: Domains) -> None:
        """This server has everything up to here; MariaDB's."""
        self.tell("SET GLOBAL gtid_slave_pos = %s", (str(position),))

    def history(self) -> Position:
        """All transactions that are applied here."""
        return ask_history(self.rows, self.version)

    def dump_hosts(self) -> tuple[str, ...]:
        """The hosts that replicas receive from here at."""
        rows = self.rows(
            "SELECT host FROM information_schema.processlist WHERE command LIKE %s", ("Binlog Dump%",)
        )
        return tuple(str(host).rpartition(":")[0] or str(host) for (host,) in rows)

    def coordinates(self) -> tuple[str, int]:
        """File and offset of the end of the binary log; empty without one."""
        rows = self.rows(word("show log", self.version))
        return (str(rows[0][0]), int(rows[0][1])) if rows else ("", 0)

    # Durability.

    def set_waits(self, waits: bool) -> None:
        """Writes wait for an acknowledgement for as long as it takes, or do not wait."""
        name = word("semi-sync source", self.version)
        if waits:
            self.set_variable(f"{name}_timeout", FOR_EVER[self.version.mariadb])
            self.set_variable(f"{name}_wait_point", "AFTER_SYNC")
            replica = "slave" if name.endswith("master") else "replica"
            self.set_variable(f"{name}_wait_no_{replica}", 1)
            if not self.version.mariadb:
                # With more, the loss of one replica would let the others' writes wait for it for ever.
                self.set_variable(f"{name}_wait_for_{replica}_count", 1)
        self.switch(name, waits)

    def set_acknowledges(self, acknowledges: bool) -> None:
        """What is received is acknowledged from the next connection on, or is not."""
        self.switch(word("semi-sync replica", self.version), acknowledges)

    def switch(self, name: str, on: bool) -> None:
        """One half of semi-synchronous replication is on or off; where MySQL has no such plugin, it is off."""
        try:
            self.set_variable(f"{name}_enabled", int(on))
        except SqlRefused as refused:
            if on or refused.number != UNKNOWN_VARIABLE:
                raise

    def set_variable(self, name: str, value: object) -> None:
        """The global variable has the value."""
        self.tell(f"SET GLOBAL {name} = %s", (value,))
