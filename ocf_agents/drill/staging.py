"""A drill on a running cluster: what would be done can be seen first, and is done only if that is meant."""

from __future__ import annotations

import tempfile
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ..agents.mysql import Mysql
from ..cib import live, xml
from ..inspection.database import chosen, view
from ..lab.commands import CLEAN_ENVIRONMENT, check
from ..lab.errors import LabError
from ..lab.observers import Watcher, Writer, watching, writing
from ..system.errors import Missing, Refused

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Callable

    from ..inspection.candidates import View

SECONDS = 300.0
"""Seconds within which a cluster of real machines must be whole again: one of them may have to boot."""
POLL = 0.5


@dataclass(frozen=True)
class Staging:
    """A replicated database with a primary, as it is before anything is done."""

    resource: str
    primary: str
    standbys: tuple[str, ...]
    address: str
    """Where applications write."""
    servers: Mapping[str, str]
    """The servers' own addresses, by node."""
    pidfile: str


@dataclass(frozen=True)
class Blow:
    """A fault that a cluster's own tools, or a signal, bring about, and the command that mends it."""

    about: str
    strike: Callable[[Staging], tuple[str, ...]]
    mend: Callable[[Staging], tuple[str, ...]] = lambda _: ()
    moves: bool = True
    """Whether another server certainly leads afterwards."""


def kill(staging: Staging) -> tuple[str, ...]:
    """The command that kills the server; LabError where that is on another node, or nobody knows its pid."""
    here = check(["crm_node", "--name"]).strip()
    if here != staging.primary:
        raise LabError(f"kill_server: the primary is on {staging.primary}, and this is {here}; go there")
    try:
        return "kill", "-KILL", Path(staging.pidfile).read_text().strip()
    except OSError as error:
        raise LabError(f"{staging.pidfile}: {error.strerror}") from None


BLOWS = {
    "switchover": Blow(
        "The primary's node goes to standby and comes back.",
        lambda staging: ("crm_standby", "--node", staging.primary, "--update", "on"),
        lambda staging: ("crm_standby", "--node", staging.primary, "--delete"),
    ),
    "kill_server": Blow("The primary's server gets SIGKILL; asked for on its own node.", kill, moves=False),
    "fence_primary": Blow(
        "The primary's node is fenced, and has to come back by itself.",
        lambda staging: ("stonith_admin", "--reboot", staging.primary),
    ),
}
"""Every fault by its name."""


def look(resource: str, address: str) -> Staging:
    """The cluster as it is; LabError where it is not one that a drill may begin with."""
    seen, configuration = view(resource), xml.read(live.query())
    given = chosen(configuration, seen.resource)
    address = address or given.parameters.get("writer_vip", "")
    if not address:
        raise LabError("--address is needed: where do applications write?")
    if not whole(seen):
        raise LabError(
            f"{seen.resource}: has no primary with a standby on record; see: ocf-agents explain mysql"
        )
    key = f"{seen.resource}_mysql_master_IP"
    servers = {node.name: node.attributes.get(key, node.name) for node in configuration.nodes}
    pidfile = given.parameters.get("pid", Mysql.pid.default)
    standbys = seen.pact.standbys if seen.pact else ()
    return Staging(seen.resource, seen.primary, tuple(standbys), address, servers, pidfile)


def whole(seen: View) -> bool:
    """Whether the primary on record is promoted, and has a standby."""
    pact = seen.pact
    return pact is not None and pact.primary == seen.primary != "" and bool(pact.standbys)


def run(staging: Staging, name: str, login: Mapping[str, str]) -> dict[str, object]:
    """What the fault cost; LabError where the database does not come back whole."""
    require_empty(staging, login)
    blow, environment = BLOWS[name], {**CLEAN_ENVIRONMENT, **login}
    with tempfile.TemporaryDirectory(prefix="ocf-drill-") as directory:
        ledger, looks = Path(directory, "writer"), Path(directory, "watcher")
        writer = Writer(writing(staging.address, ledger), ledger, environment)
        watcher = Watcher(watching([*staging.servers.values()], looks), looks, environment)
        with watcher, writer:
            begin = strike(staging, blow, writer)
            until(lambda: whole(view(staging.resource)), "the database to be whole again")
            await_writes(writer)
        confirmed = {number for number, _, _ in writer.acknowledged()}
        return {
            "fault": name,
            "primary": view(staging.resource).primary,
            "outage_ms": round(writer.longest_gap(begin) * 1000),
            "confirmed": len(confirmed),
            "lost": len(confirmed - stored(staging.address, login)),
            "two_writable_s": round(watcher.seconds_with_two_writable(), 3),
        }


def strike(staging: Staging, blow: Blow, writer: Writer) -> float:
    """The moment of the fault, which has come and gone: writes are confirmed after it."""
    await_writes(writer)
    begin, before = time.time(), writer.last_server()
    check(blow.strike(staging), timeout=SECONDS)
    try:
        if blow.moves:
            until(lambda: writer.last_server() != before, "another server to lead")
        await_writes(writer)
    finally:
        if mending := blow.mend(staging):
            check(mending)
    return begin


def await_writes(writer: Writer) -> None:
    """Writes are confirmed; LabError gives the server's last words."""
    try:
        writer.await_more(seconds=SECONDS)
    except LabError as error:
        said = writer.complaints().splitlines()
        raise LabError(f"{error}: {said[-1] if said else 'it says nothing'}") from None


def until(condition: Callable[[], bool], what: str) -> None:
    """The condition holds; LabError after the deadline. While a node is away, nobody may answer."""
    deadline, refusal = time.monotonic() + SECONDS, ""
    while True:
        try:
            if condition():
                return
        except (Missing, Refused) as error:
            refusal = f"; {error}"
        if time.monotonic() > deadline:
            raise LabError(f"waited {SECONDS:g} s for {what}{refusal}")
        time.sleep(POLL)


def require_empty(staging: Staging, login: Mapping[str, str]) -> None:
    """The database that the drill may write to holds nothing, or LabError."""
    found = ask(staging.address, login, "SHOW TABLES")
    if found:
        raise LabError(
            f"database {login['DRILL_DATABASE']}: holds {', '.join(found)}; give the drill an empty one, or drop what "
            "an earlier drill left"
        )


def stored(address: str, login: Mapping[str, str]) -> set[int]:
    """The numbers in the ledger that applications read now; the drill's tables are gone afterwards."""
    numbers = ask(address, login, "SELECT number FROM written")
    ask(address, login, "DROP TABLE written, account")
    return {*map(int, numbers)}


def ask(address: str, login: Mapping[str, str], statement: str) -> list[str]:
    """The first column of what the server that applications reach answers, or LabError."""
    import pymysql  # type: ignore[import-untyped,unused-ignore]  # it has no types

    user, password, database = (login[f"DRILL_{word}"] for word in ("USER", "PASSWORD", "DATABASE"))
    try:
        connection = pymysql.connect(
            host=address, user=user, password=password, database=database, connect_timeout=10, autocommit=True
        )
        with closing(connection), connection.cursor() as cursor:
            cursor.execute(statement)
            return [str(row[0]) for row in cursor.fetchall()]
    except pymysql.MySQLError as error:
        raise LabError(f"{user} at {address}, database {database}: {error.args[-1]}") from None
