"""Database accounts: those that replicate, and those of the services."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from ..mysql.dialect import superuser_watches, version, word
from ..system.oslo import parted
from .line import absent, fault, ok, warning

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..mysql.dialect import Version
    from .line import Line
    from .site import Placed, Site

SECONDS = 5
PORT = 3306
NEEDED = {
    "REPLICATION SLAVE": ("REPLICATION SLAVE", "REPLICATION REPLICA"),
    "REPLICATION CLIENT": ("REPLICATION CLIENT", "BINLOG MONITOR"),
    "SUPER": ("SUPER",),
    "PROCESS": ("PROCESS",),
    "RELOAD": ("RELOAD",),
}
"""What every version asks for, under all the names that servers have for it."""
WRITES = ("ALL PRIVILEGES", "INSERT")


def grants(site: Site) -> Iterator[Line]:
    """Every account may do what its service does with it."""
    replicas = [one for one in site.placed if hasattr(one.agent, "replication_user")]
    services = [(one, url) for one in site.placed for url in urls(one)]
    if not replicas and not services:
        return
    try:
        import pymysql  # type: ignore[import-untyped,unused-ignore]  # it has no types
    except ImportError:
        yield absent("database", "pymysql", "python3-pymysql", "what its accounts may do")
        return
    for one in replicas:
        yield replication(pymysql, one)
    for one, url in services:
        yield account(pymysql, one, url)


def urls(placed: Placed) -> list[str]:
    """The databases in a service's configuration that speak MySQL's protocol."""
    configuration = getattr(placed.agent, "configuration", None)
    if configuration is None or hasattr(placed.agent, "replication_user"):
        return []
    sections = getattr(type(placed.agent), "databases", ("database",))
    found = [configuration().value(section, "connection", "sql_connection") for section in sections]
    return [url for url in dict.fromkeys(found) if url.startswith(("mysql", "mariadb"))]


def granted(driver: Any, **login: Any) -> tuple[str, str]:
    """All that the account may do, in capitals, and the version that the server says it is."""
    with closing(driver.connect(connect_timeout=SECONDS, read_timeout=SECONDS, **login)) as connection:
        cursor = connection.cursor()
        cursor.execute("SELECT VERSION()")
        ((server,),) = cursor.fetchall()
        cursor.execute("SHOW GRANTS")
        return " ; ".join(str(row[0]) for row in cursor.fetchall()).upper(), str(server)


def needed(server: Version) -> dict[str, tuple[str, ...]]:
    """What the replication account needs on its own node."""
    if superuser_watches(server):
        return NEEDED
    watches = word("may show replica", server)
    return {**NEEDED, watches: (watches,)}


def replication(driver: Any, one: Placed) -> Line:
    """The account that replicas and the agent log in with, on this node."""
    given: Any = one.agent
    if not given.replication_user:
        return warning(one.name, "has no replication_user", "set it, or run the database alone")
    if one.lacks:
        return warning(one.name, one.lacks, "run this as root, where the password is")
    try:
        told, said = granted(
            driver,
            unix_socket=given.socket,
            user=given.replication_user,
            password=given.replication_passwd,
        )
    except driver.err.MySQLError as error:
        return refused(one.name, f"{given.replication_user} at {given.socket}", error)
    try:
        server = version(said)
    except ValueError as error:
        return fault(
            one.name, f"the server at {given.socket}: {error}", "take version= out of its configuration"
        )
    lacking = [name for name, names in needed(server).items() if not any(word in told for word in names)]
    if lacking and "ALL PRIVILEGES ON *.*" not in told:
        words = ", ".join(lacking)
        return fault(
            one.name,
            f"{given.replication_user} lacks {words} on this node",
            f"GRANT {words} ON *.* TO {given.replication_user}@localhost",
        )
    return ok(one.name, f"{given.replication_user} has the grants that replication needs")


def account(driver: Any, one: Placed, url: str) -> Line:
    """The account of a service, where its configuration says that the database is."""
    login, bare = parted(url)
    name, _, password = login.partition(":")
    split = urlsplit(bare)
    user, schema = unquote(name), split.path.strip("/")
    try:
        told, _ = granted(
            driver,
            host=split.hostname or "localhost",
            port=split.port or PORT,
            user=user,
            password=unquote(password),
            database=schema or None,
        )
    except (driver.err.MySQLError, ValueError) as error:
        return refused(one.name, f"{user} at {split.hostname}", error)
    if not any(word in told for word in WRITES):
        return fault(one.name, f"{user} may not write to {schema}", f"GRANT ALL ON {schema}.* TO {user}")
    return ok(one.name, f"{user} may write to {schema} at {split.hostname}")


def refused(subject: str, who: str, error: Exception) -> Line:
    """The line about a login that came to nothing; a server that does not run may be on another node."""
    number = error.args[0] if error.args else 0
    text = " ".join(str(part) for part in error.args[1:]) or str(error)
    if number in (2002, 2003):
        return warning(
            subject, f"{who}: no database answers ({text})", "start it, or look on the node where it runs"
        )
    return fault(subject, f"{who}: {text}", "mend the password, or the grants")
