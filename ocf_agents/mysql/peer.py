"""Another server, asked over the network with the account that replicates."""

from __future__ import annotations

from ..lean import TYPE_CHECKING, Record
from ..system.errors import Refused
from .driver import granted, import_driver, said
from .histories import asking
from .histories import history as ask_history

if TYPE_CHECKING:
    from .dialect import Version
    from .gtid import Position


class Source(Record):
    """Whom to replicate from, and how to log in there."""

    host: str
    port: int
    user: str
    password: str
    ssl: str = ""
    options: str = ""


class Peer(Record):
    """What another server says of itself."""

    history: Position
    read_only: bool
    server_id: int
    grants: str = ""
    """What the account may do there, where that can be more than replicate: where servers can be cloned."""


def ask_peer(source: Source, version: Version, seconds: float) -> Peer:
    """What the server at an address says of itself; Refused says why it says nothing."""
    driver = import_driver(version)
    timeout = max(1, int(seconds))
    try:
        connection = driver.connect(
            host=source.host, port=source.port, user=source.user, password=source.password,
            connect_timeout=timeout, read_timeout=timeout, write_timeout=timeout,
        )  # fmt: skip
        with connection, connection.cursor() as cursor:
            rows = asking(cursor)
            history = ask_history(rows, version)
            ((read_only, server_id),) = rows("SELECT @@GLOBAL.read_only, @@GLOBAL.server_id")
            grants = granted(rows("SHOW GRANTS")) if version.clones else ""
    except (driver.MySQLError, OSError) as error:
        raise Refused(f"{source.host} port {source.port}: {said(error)}") from error
    return Peer(history, bool(read_only), int(server_id), grants)
