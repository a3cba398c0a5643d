"""What this node has for a rebuilding: programs, an address, and where the server keeps its files."""

from __future__ import annotations

from posixpath import isabs, join, normpath, splitext

from ...lean import TYPE_CHECKING, Record
from ...system.errors import Missing, Refused
from ..encryption import encryption
from ..receipt import ask_primary
from .decision import Means
from .order import BACKUP, UNPACK

if TYPE_CHECKING:
    from ..member import Member
    from ..peer import Peer
    from .places import Places

SECONDS = 10.0
LOGS = ("log-bin", "log-bin-index", "relay-log", "relay-log-index")
"""The server's settings of logs: what stands in them is of the old data, wherever it is."""
HOMES = (
    "innodb-data-home-dir", "innodb-log-group-home-dir", "innodb-undo-directory", "innodb-doublewrite-dir",
    "aria-log-dir-path",
)  # fmt: skip
"""The server's settings that may put a part of the data elsewhere."""
PLUGINS, PLUGIN = "plugin-dir", "mysql_clone.so"
"""The server's setting of where its plugins are, and the one by which MySQL clones."""
CLONES = "BACKUP_ADMIN"
"""What the account has to be allowed on the server that is cloned."""
UNSET = "(No default value)"
LOOP = ("127.", "::1")


class Layout(Record):
    """Where a server keeps what."""

    logs: tuple[str, ...] = ()
    """Its logs, without their numbers and endings."""
    elsewhere: tuple[str, ...] = ()
    """Settings that put a part of the data elsewhere."""
    plugins: str = ""


def program(member: Member, names: tuple[str, ...]) -> str:
    """The path of the first of these programs that is installed, or nothing."""
    return next((path for path in map(member.host.which, names) if path), "")


def unfit(member: Member) -> str:
    """Why no server of this sort can be rebuilt; empty where it can."""
    version = member.version
    if not version.mariadb and not version.clones:
        return f"it takes MariaDB, or MySQL 8.0.17 and later, and this is {version}"
    return "it takes gtid_mode=ON with MySQL" if version.placed else ""


def missing(member: Member, plugins: str) -> tuple[str, ...]:
    """The programs, or the plugin, that a rebuilding takes and that are not installed here."""
    if member.version.mariadb:
        return tuple(names[0] for names in (BACKUP, UNPACK) if not program(member, names))
    plugin = join(plugins, PLUGIN)
    return () if member.host.exists(plugin) else (plugin,)


def denied(member: Member, source: str, peer: Peer | None) -> str:
    """What the primary does not allow; empty where it allows what it takes, or was not asked."""
    user = member.settings.replication_user
    if not member.version.clones or peer is None or CLONES in peer.grants:
        return ""
    return f"{user} lacks {CLONES} on {source}: GRANT it there"


def findings(member: Member, answers: bool) -> list[str]:
    """What is lacking for a rebuilding, of this node or from it, as far as a server that answers can tell."""
    found = [unfit(member)]
    if member.version.mariadb or answers:
        plugins = "" if member.version.mariadb else str(member.server.value("@@GLOBAL.plugin_dir"))
        found += [f"{name}: not installed on this node" for name in missing(member, plugins)]
    pact = member.pact()
    if answers and pact is not None and pact.primary:
        try:
            found.append(denied(member, pact.primary, ask_primary(member, pact)))
        except (Refused, Missing) as refused:
            member.log.warning(str(refused))
    return [one for one in found if one]


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
    return Layout(tuple(sorted(logs)), tuple(elsewhere), place(PLUGINS))


def address(member: Member) -> str:
    """The address that this node replicates under, as a number; empty where there is none of its own."""
    host = member.address(member.name)
    found = sorted(member.host.addresses(host) or {host})
    return next((one for one in found if not one.startswith(LOOP) and member.host.holds(one)), "")


def means(member: Member, places: Places, kept: Layout) -> Means:
    """What is here of what it takes."""
    given = member.settings
    return Means(
        unfit(member),
        missing(member, kept.plugins),
        bool(given.replication_user and given.replication_passwd),
        member.version.mariadb and encryption(given) is not None,
        member.host.mounted(places.data),
        kept.elsewhere,
        tuple(places.apart()),
        ""
        if address(member)
        else f"{member.address(member.name)}: stands for no address of this node that "
        f"others could reach; set {member.resource}_mysql_master_IP as an attribute of the node",
    )
