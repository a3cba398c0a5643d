"""The server without GTIDs: what it is asked and told where file and offset stand for a position."""

from __future__ import annotations

from ..lean import TYPE_CHECKING
from ..system.errors import Refused
from .coordinates import Coordinates
from .dialect import column, word
from .driver import SqlRefused
from .server import Server

if TYPE_CHECKING:
    from typing import Any, Callable

    from .dialect import Version

FIRST = 4
EVENTS = 1024
HEADERS = ("Format_desc", "Previous_gtids", "Rotate", "Stop")
"""Events of a binary log that are no part of a transaction."""
WORKERS = ("replica_parallel_workers", "slave_parallel_workers")
"""How many apply at once, by its new and its old name; one thread is 0."""
REPOSITORIES = ("relay_log_info_repository", "master_info_repository")
"""Where it is written how far a replica is; a server without these settings has tables."""


class PlacedServer(Server):
    """A conversation with a server whose position is a place in a log."""

    start: Coordinates | None = None
    """From where it is to follow; from where it is, if that is not said."""

    def point(self) -> str:
        """The place from which to follow, for CHANGE MASTER; the threads stand still."""
        if any(self.shown(name) not in ("", "0") for name in WORKERS):
            # What one has executed and another one has not yet would be a gap that no place shows.
            self.set_variable(next(name for name in WORKERS if self.shown(name)), 0)
        start = self.start or self.executed()
        if not start.named or not start.offset:
            raise Refused(f"{start.file}:{start.offset} is no place in a log from which to follow")
        name = word("source", self.version)
        place = f"{name}_LOG_FILE = '{start.file}', {name}_LOG_POS = {start.offset}"
        return f"{name}_AUTO_POSITION = 0, {place}"

    def executed(self) -> Coordinates:
        """What is executed of the source's log, by a replica whose threads stand still."""
        shown = next(iter(self.records(word("show replica", self.version))), {})
        row = {column(name): value for name, value in shown.items()}
        file, offset = row.get("Relay_Master_Log_File"), row.get("Exec_Master_Log_Pos")
        return Coordinates(str(row.get("Master_UUID") or ""), str(file or ""), int(offset or 0))

    def shown(self, name: str) -> str:
        """A variable's value; empty where the server has no such variable."""
        rows = self.rows("SHOW GLOBAL VARIABLES LIKE %s", (name,))
        return str(rows[0][1]).upper() if rows else ""

    def unsafe(self) -> list[str]:
        """What a crash would leave in doubt, as it is set now."""
        found = [(name, self.shown(name)) for name in REPOSITORIES]
        return [
            f"{name}={value}: after a crash nobody can tell what this server has executed; start it by the cluster, "
            "or set TABLE"
            for name, value in found
            if value not in ("", "TABLE")
        ]


def end_of_log(rows: Callable[[str], list[tuple[Any, ...]]], version: Version) -> Coordinates:
    """Where the binary log of a server ends, here or elsewhere; Refused where that says nothing."""
    ((server, mode),) = rows("SELECT @@GLOBAL.server_uuid, @@GLOBAL.gtid_mode")
    if str(mode).upper() != "OFF":
        raise Refused(f"a server has gtid_mode={mode}, and this one OFF: give all servers of the cluster one")
    found = rows(word("show log", version))
    end = Coordinates(str(server), str(found[0][0]), int(found[0][1])) if found else Coordinates()
    if not end.named:
        raise Refused("log_bin is off: set log_bin in the configuration of every server")
    return end


def tail(server: Server, start: Coordinates) -> str:
    """What a server has written into its own log after a place, or why that cannot be told; or nothing."""
    where = f"{start.file}:{start.offset}"
    try:
        names = [str(row[0]) for row in server.rows("SHOW BINARY LOGS")]
        if start.file not in names:
            return f"its own log {start.file} is gone, and nothing tells what it wrote after {where}"
        for file in names[names.index(start.file) :]:
            first = substance(server, file, start.offset if file == start.file else FIRST)
            if first:
                end = server.history()
                found = (
                    Coordinates(start.log, file, first).until(end) if isinstance(end, Coordinates) else file
                )
                return f"it wrote {found} of its own log, after the last that was received ({where})"
    except SqlRefused as refused:
        return f"its own log cannot be read from {where} on, up to where others have it: {refused}"
    return ""


def substance(server: Server, file: str, offset: int) -> int:
    """The offset of the first event from an offset on that belongs to a transaction; 0 if there is none."""
    while True:
        rows = server.rows(f"SHOW BINLOG EVENTS IN %s FROM {int(offset)} LIMIT {EVENTS}", (file,))
        for _, begin, kind, _, end, _ in rows:
            if kind not in HEADERS:
                return int(begin)
            offset = int(end)
        if len(rows) < EVENTS:
            return 0
