"""One look at the local server: one exec of its native client, all questions in one batch.

The login goes to the client's standard input as an option file, so that it is on no argument list.
"""

from __future__ import annotations

from ..lean import TYPE_CHECKING, Record
from ..system.errors import Missing
from ..system.unchanged import folded
from . import dialect
from .fitness import unfit, without_gtids
from .gtid import covers, joined, parse

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ..system.host import Host
    from .dialect import Version
    from .gtid import Position

ANSWERS, CROWDED, DENIED, SILENT = "answers", "crowded", "denied", "silent"
"""What became of the questions: answered, 1040 or its kin, a refused login, nothing in time."""
FULL = ("1040", "1203", "1226")
"""Too many connections: of all, of this user, of this account's quota."""
REFUSED = ("1045", "1698", "1130", "1044", "1862", "1820")
WITHHELD = "1227"
"""The account may not ask that: which of the questions is refused is a matter of replication."""
CLIENTS = ("mariadb", "mysql")

VARIABLES = (
    "read_only", "super_read_only", "version", "server_id", "log_bin", "log_slave_updates",
    "log_replica_updates", "gtid_mode", "gtid_executed", "gtid_binlog_state", "gtid_binlog_pos",
    "gtid_slave_pos", "rpl_semi_sync_master_enabled", "rpl_semi_sync_source_enabled",
    "rpl_semi_sync_slave_enabled", "rpl_semi_sync_replica_enabled", "slave_skip_errors", "replica_skip_errors",
)  # fmt: skip
STATUS = (
    "Rpl_semi_sync_master_clients", "Rpl_semi_sync_source_clients",
    "Rpl_semi_sync_master_wait_sessions", "Rpl_semi_sync_source_wait_sessions",
    "Rpl_semi_sync_master_yes_tx", "Rpl_semi_sync_source_yes_tx",
)  # fmt: skip
THREADS = (
    "SELECT SUM(command LIKE 'Binlog Dump%') AS dumps, MAX(IF(command = 'Slave_IO', id, 0)) AS receiver, "
    "MAX(IF(command = 'Slave_SQL', id, 0)) AS applier, "
    "SUM(command = 'Slave_worker' AND state NOT LIKE 'Waiting for work%' OR user = 'system user' AND "
    "command = 'Query' AND state NOT LIKE 'Waiting for an event from Coordinator%' AND "
    "state NOT LIKE '%has read all relay log%') AS working "
    "FROM (SELECT id, user, command, COALESCE(state, '') AS state FROM information_schema.processlist) AS thread"
)
"""MySQL's workers have no command of their own, and 9.7 always has one. Without a state it counts as busy."""
UUID = "SELECT @@GLOBAL.server_uuid AS server_uuid"
EXHAUSTED = ("Slave has read all relay log", "Replica has read all relay log")


class Login(Record):
    """Who asks, through which socket, with which client program."""

    user: str
    password: str
    socket: str
    client: str = "mysql"


class Look(Record):
    """What one look showed. A server that does not answer shows nothing but that."""

    answer: str = SILENT
    error: str = ""
    read_only: bool = True
    source: str = ""
    receiving: str = ""
    applying: str = ""
    lag: int | None = None
    trouble: str = ""
    unfit: str = ""
    """Why it cannot lead as it is configured, however well it runs."""
    placed: bool = False
    """Whether it has no GTIDs, so that file and offset stand for a position."""
    executed: str = ""
    received: str = ""
    refusal: str = ""
    """What keeps it from receiving, beyond a source that cannot be reached."""
    receiver: str = ""
    applier: str = ""
    """The numbers of the two threads, where they run and can be seen; of MySQL's a word."""
    exhausted: bool = False
    """Whether the applier has nothing left to do."""
    waits: bool = False
    acknowledges: bool = False
    clients: int = 0
    waiting: int = 0
    acknowledged: int = 0
    dumps: int = 0

    @property
    def history(self) -> Position:
        """All transactions that are applied or in the binary log here."""
        return parse(self.executed)

    @property
    def position(self) -> Position:
        """All transactions that are here, applied or only received."""
        return joined(self.history, parse(self.received))

    @property
    def drained(self) -> bool:
        """Whether everything received is applied. After a restart of the server only the applier knows."""
        if self.placed and self.receiving == "No" and self.exhausted:
            return True  # what is left then is a transaction that was cut off, which nobody acknowledged
        if self.received:
            return covers(self.history, parse(self.received))
        return not self.source or self.exhausted


def look(host: Host, login: Login, version: Version, seconds: float, replicated: bool = True) -> Look:
    """What the server says of itself now; one that is not replicated need not say whom it follows."""
    done = ask(host, login, batch(version), seconds)
    if done is None:
        return Look(SILENT, "the client program had no answer in time")
    code, output, errors = done
    fault, words = judge(code, errors)
    if not fault and replicated and f"ERROR {WITHHELD} " in errors:
        fault, words = DENIED, withheld(login, version)
    return Look(fault, words) if fault else read(output)


def questions(version: Version) -> tuple[str, ...]:
    """What is asked; the variables come first, so that no text of another answer can pass for one."""
    names = ",".join(f"'{name}'" for name in VARIABLES)
    status = ",".join(f"'{name}'" for name in STATUS)
    return (
        f"SHOW GLOBAL VARIABLES WHERE Variable_name IN ({names})",
        f"SHOW GLOBAL STATUS WHERE Variable_name IN ({status})",
        THREADS,
        dialect.word("show replica", version),
        *((UUID, dialect.word("show log", version)) if version.placed else ()),
    )


def batch(version: Version) -> str:
    """The questions as the client takes them, all at once."""
    return "\n".join(f"{question};" for question in questions(version))


def ask(host: Host, login: Login, statements: str, seconds: float) -> tuple[int, str, str] | None:
    """The client's exit code, output and errors; None if it had to be ended."""
    # Only after --execute: that one switches it off.
    command = (*client(host, login, statements, seconds), "--force")
    done = host.run(command, seconds, options(login))
    return None if done.code is None else (done.code, done.output, done.errors)


def client(host: Host, login: Login, statements: str, seconds: float) -> tuple[str, ...]:
    """The client program with its arguments; the login is for its standard input."""
    names = (login.client, *CLIENTS)
    program = next((path for path in map(host.which, names) if path), None)
    if program is None:
        raise Missing(f"client_binary={login.client}: no such program on this node; is the client installed?")
    return (
        program,
        "--defaults-extra-file=/dev/stdin",
        f"--socket={login.socket}",
        "--protocol=socket",
        f"--connect-timeout={max(1, int(seconds))}",
        "--no-auto-rehash",
        "--vertical",
        f"--execute={statements}",
    )


def options(login: Login) -> str:
    """The login as an option file."""
    text = f"[client]\nuser={quoted(login.user)}\n"
    return text + (f"password={quoted(login.password)}\n" if login.password else "")


def quoted(text: str) -> str:
    """A value of an option file, whatever it holds."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def judge(code: int, errors: str) -> tuple[str, str]:
    """Why there was no conversation, and the client's words for it; empty if there was one."""
    first = next((line for line in errors.splitlines() if line.startswith("ERROR ")), "")
    number = first.removeprefix("ERROR ").partition(" ")[0].rstrip(":")
    # A client that wanted TLS first wraps the server's own refusal: "...: 1040 - Too many connections".
    number = next((code for code in (*FULL, *REFUSED) if f": {code} " in first), number)
    if number in FULL:
        return CROWDED, first
    if number in REFUSED:
        return DENIED, first
    if number.startswith("2") and len(number) == 4:
        return SILENT, first
    return ("", "") if code == 0 or number else (SILENT, errors.strip() or f"exit code {code}")


def withheld(login: Login, version: Version) -> str:
    """What an account needs that may not ask whom the server follows, for people."""
    asked, grant = (dialect.word(topic, version) for topic in ("show replica", "may show replica"))
    return f"{login.user} may not {asked}; GRANT {grant} ON *.* TO {login.user}@localhost"


def read(output: str) -> Look:
    """The look that the client's output describes."""
    parts = (line.strip().partition(":") for line in folded(output))
    return described((key, value.strip()) for key, colon, value in parts if colon)


def tabled(answers: Iterable[tuple[Sequence[str], Iterable[Sequence[object]]]]) -> Look:
    """The look that a driver's answers describe, each as its columns and rows."""
    return described(
        (name, "NULL" if value is None else str(value))
        for names, rows in answers
        for row in rows
        for name, value in zip(names, row)
    )


def described(answers: Iterable[tuple[str, str]]) -> Look:
    """The look that columns and values describe; what they do not say has the value that does no harm."""
    told: dict[str, str] = {}
    name = ""
    for key, value in answers:
        if key == "Variable_name":
            name = dialect.column(value).lower().replace("source", "master").replace("replica", "slave")
        elif key == "Value" and name:
            told.setdefault(name, value)
            name = ""
        else:
            told.setdefault(dialect.column(key), value)
    return from_words(told)


def from_words(told: dict[str, str]) -> Look:
    """The look from variables and columns by their old names."""
    mysql = told.get("gtid_mode", "").upper().startswith("ON")
    executed = told.get("gtid_executed", "") if mysql else told.get("gtid_binlog_state", "")
    if not mysql and told.get("gtid_slave_pos"):
        executed = f"{executed},{told['gtid_slave_pos']}"
    received = told.get("Retrieved_Gtid_Set", "") if mysql else told.get("Gtid_IO_Pos", "")
    placed = without_gtids(told)
    if placed:
        from .coordinates import ends

        executed, received = ends(told)
    return Look(
        answer=ANSWERS,
        read_only=dialect.closed(told.get("read_only", "ON")),
        source=told.get("Master_Host", ""),
        receiving=told.get("Slave_IO_Running", ""),
        applying=told.get("Slave_SQL_Running", ""),
        lag=number(told.get("Seconds_Behind_Master", "")),
        trouble=trouble(told, "SQL"),
        unfit=unfit(told),
        refusal=trouble(told, "IO"),
        placed=placed,
        executed=executed.strip(","),
        received=received,
        receiver=thread(told, "Slave_IO_Running", "receiver"),
        applier=thread(told, "Slave_SQL_Running", "applier"),
        exhausted=exhausted(told),
        waits=told.get("rpl_semi_sync_master_enabled", "").upper() == "ON",
        acknowledges=told.get("rpl_semi_sync_slave_enabled", "").upper() == "ON",
        clients=number(told.get("rpl_semi_sync_master_clients", "")) or 0,
        waiting=number(told.get("rpl_semi_sync_master_wait_sessions", "")) or 0,
        acknowledged=number(told.get("rpl_semi_sync_master_yes_tx", "")) or 0,
        dumps=number(told.get("dumps", "")) or 0,
    )


def thread(told: dict[str, str], state: str, name: str) -> str:
    """The number of a replica's thread; MySQL's, which nobody needs to tell apart, have none."""
    if told.get(state, "No") == "No":
        return ""
    shown = told.get(name, "0").replace("NULL", "0")
    return shown.lstrip("0") if "gtid_slave_pos" in told else "any"


def exhausted(told: dict[str, str]) -> bool:
    """Whether the applier says so, and none of its workers is busy."""
    if not told.get("Slave_SQL_Running_State", "").startswith(EXHAUSTED) or number(told.get("working", "")):
        return False
    executed = told.get("Relay_Master_Log_File"), told.get("Exec_Master_Log_Pos")
    read = told.get("Master_Log_File"), told.get("Read_Master_Log_Pos")
    # MariaDB forgets at a restart what it has read; its applier alone knows.
    at_rest = without_gtids(told) and told.get("Slave_IO_Running") == "No"
    return "gtid_slave_pos" in told or executed == read or at_rest


def trouble(told: dict[str, str], thread: str) -> str:
    """What stopped a thread of the replica: the server's words for it, or nothing."""
    code = told.get(f"Last_{thread}_Errno", "0")
    # A source that cannot be reached (2002 to 2013) is no fault of the replica.
    grave = code not in ("0", "") and not code.startswith("200") and code != "2013"
    return f"error {code}: {told.get(f'Last_{thread}_Error', '')}" if grave else ""


def number(text: str) -> int | None:
    """A whole number, or None for NULL and the like."""
    return int(text) if text.isdigit() else None
