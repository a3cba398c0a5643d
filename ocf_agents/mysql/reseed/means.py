"""What this node has for a rebuilding: programs, an address, and where the server keeps its files."""

from __future__ import annotations

from posixpath import isabs, join, normpath, splitext

from ...lean import TYPE_CHECKING, Record
from .decision import Means
from .order import BACKUP, UNPACK

if TYPE_CHECKING:
    from ..member import Member
    from .places import Places

SECONDS = 10.0
LOGS = ("log-bin", "log-bin-index", "relay-log", "relay-log-index")
"""The server's settings of logs: what stands in them is of the old data, wherever it is."""
HOMES = ("innodb-data-home-dir", "innodb-log-group-home-dir", "innodb-undo-directory", "aria-log-dir-path")
"""The server's settings that may put a part of the data elsewhere."""
UNSET = "(No default value)"
LOOP = ("127.", "::1")


class Layout(Record):
    """Where a server keeps what."""

    logs: tuple[str, ...] = ()
    """Its logs, without their numbers and endings."""
    elsewhere: tuple[str, ...] = ()
    """Settings that put a part of the data elsewhere."""


def program(member: Member, names: tuple[str, ...]) -> str:
    """The path of the first of these programs that is installed, or nothing."""
    return next((path for path in map(member.host.which, names) if path), "")


def missing(member: Member) -> tuple[str, ...]:
    """The programs that a rebuilding takes and that are not installed here."""
    return tuple(names[0] for names in (BACKUP, UNPACK) if not program(member, names))


def layout(member: Member, words: tuple[str, ...]) -> Layout:
    """Where the server would keep what, in its own words, with these arguments."""
    done = member.host.run((member.executable(), *words, "--verbose", "--help"), SECONDS)
    told = dict(line.partition(" ")[::2] for line in done.output.splitlines())
    data = member.settings.datadir.rstrip("/")

    def place(name: str) -> str:
        value = told.get(name, UNSET).strip()
        return "" if value in (UNSET, "") else normpath(value if isabs(value) else join(data, value))

    logs = {splitext(path)[0] if name.endswith("index") else path for name in LOGS if (path := place(name))}
    homes = {name: place(name) for name in HOMES}
    elsewhere = (
        f"{name}={path}" for name, path in homes.items() if path and not (path + "/").startswith(data + "/")
    )
    return Layout(tuple(sorted(logs)), tuple(elsewhere))


def address(member: Member) -> str:
    """The address that this node replicates under, as a number; empty where there is none of its own."""
    host = member.source(member.name).host
    found = sorted(member.host.addresses(host) or {host})
    return next((one for one in found if not one.startswith(LOOP) and member.host.holds(one)), "")


def means(member: Member, places: Places, kept: Layout) -> Means:
    """What is here of what it takes."""
    given = member.settings
    return Means(
        member.version.mariadb,
        missing(member),
        bool(given.replication_user and given.replication_passwd),
        given.replication_require_ssl,
        member.host.mounted(places.data),
        kept.elsewhere,
        tuple(places.apart()),
        ""
        if address(member)
        else f"{member.source(member.name).host}: stands for no address of this node that "
        f"others could reach; set {member.resource}_mysql_master_IP as an attribute of the node",
    )
