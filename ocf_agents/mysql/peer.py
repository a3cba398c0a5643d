"""Another server, asked over the network with the account that replicates."""

from __future__ import annotations

from ..lean import TYPE_CHECKING, Record
from ..system.errors import Refused
from .dialect import closed
from .driver import granted, import_driver, said
from .encryption import encryption
from .histories import asking
from .histories import history as ask_history
from .look import REFUSED

if TYPE_CHECKING:
    from .dialect import Version
    from .encryption import Encryption
    from .gtid import Position
    from .settings import Settings


class TurnedAway(Refused):
    """A server is there, and will not talk as it is asked to: that does not change by itself."""


class Source(Record):
    """Whom to replicate from, and how to log in there."""

    host: str
    port: int
    user: str
    password: str
    encryption: Encryption | None = None
    options: str = ""


class Peer(Record):
    """What another server says of itself."""

    history: Position
    read_only: bool
    server_id: int
    grants: str = ""
    """What the account may do there, where that can be more than replicate: where servers can be cloned."""


def reached(given: Settings, host: str) -> Source:
    """The server at an address, reached as these settings say."""
    return Source(
        host,
        given.replication_port,
        given.replication_user,
        given.replication_passwd,
        encryption(given),
        "" if given.replication_options.lower() == "none" else given.replication_options,
    )


def ask_peer(source: Source, version: Version, seconds: float) -> Peer:
    """What the server at an address says of itself; Refused or TurnedAway says why it says nothing."""
    driver = import_driver(version, encrypted=source.encryption is not None)
    timeout = max(1, int(seconds))
    place = f"{source.host} port {source.port}"
    try:
        connection = driver.connect(
            host=source.host, port=source.port, user=source.user, password=source.password,
            connect_timeout=timeout, read_timeout=timeout, write_timeout=timeout,
            ssl=source.encryption and source.encryption.wishes,
        )  # fmt: skip
        with connection, connection.cursor() as cursor:
            rows = asking(cursor)
            # The driver, like a replica of MariaDB, is content with a server that does not offer it.
            if source.encryption and not rows("SHOW SESSION STATUS LIKE 'Ssl_cipher'")[0][1]:
                raise TurnedAway(f"{place}: offers no TLS; give that server ssl_cert= and ssl_key=")
            history = ask_history(rows, version)
            ((read_only, server_id),) = rows("SELECT @@GLOBAL.read_only, @@GLOBAL.server_id")
            grants = granted(rows("SHOW GRANTS")) if version.clones else ""
    except driver.MySQLError as error:
        raise (TurnedAway if lasts(error, source) else Refused)(f"{place}: {said(error)}") from error
    except OSError as error:
        # The driver makes faults of the network its own; these are of the files.
        raise TurnedAway(f"{source.encryption}: {error.strerror or error}") from error
    return Peer(history, closed(read_only), int(server_id), grants)


def lasts(error: Exception, source: Source) -> bool:
    """Whether a fault does not change by itself: the login is refused, or the certificate is not trusted."""
    if str(next(iter(error.args), "")) in REFUSED:
        return True
    if source.encryption is None:
        return False
    from ssl import SSLError

    return isinstance(getattr(error, "original_exception", None), SSLError)
