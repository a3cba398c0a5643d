"""How a statement, a variable or a column is called, by flavour and version: one table.

What is not in it is the same everywhere. MariaDB knows the old words up to this day; MySQL took
the new ones from 8.0.22 on and forgot the old ones in 8.4.
"""

from __future__ import annotations

from ..lean import Record
from .gtid import MARIADB, MYSQL

CLONES_SINCE = (8, 0, 17)
"""The first MySQL with the clone plugin."""


class Version(Record):
    """Which server this is: MariaDB 10.5 to 11.8, MySQL 5.7 to 9."""

    flavour: str = MARIADB
    number: tuple[int, int, int] = (10, 11, 0)
    placed: bool = False
    """Whether it has no GTIDs, so that file and offset stand for a position; of a MySQL only."""

    @property
    def mariadb(self) -> bool:
        """Whether this is MariaDB, which always has GTIDs and built-in semi-synchronous replication."""
        return self.flavour == MARIADB

    @property
    def clones(self) -> bool:
        """Whether it has the clone plugin, by which one server gets the data of another."""
        return not self.mariadb and self.number >= CLONES_SINCE

    def __str__(self) -> str:
        return f"{self.flavour} {'.'.join(map(str, self.number))}"


ROLE = "--init-rpl-role"
WORDS: dict[str, tuple[tuple[str, tuple[int, int, int], str], ...]] = {
    "show replica": (
        (MARIADB, (0, 0, 0), "SHOW SLAVE STATUS"),
        (MYSQL, (0, 0, 0), "SHOW SLAVE STATUS"),
        (MYSQL, (8, 0, 22), "SHOW REPLICA STATUS"),
    ),
    "may show replica": (
        (MARIADB, (0, 0, 0), "REPLICATION SLAVE ADMIN"),
        (MARIADB, (10, 5, 9), "SLAVE MONITOR"),
        (MYSQL, (0, 0, 0), "REPLICATION CLIENT"),
    ),
    "show log": (
        (MARIADB, (0, 0, 0), "SHOW MASTER STATUS"),
        (MYSQL, (0, 0, 0), "SHOW MASTER STATUS"),
        (MYSQL, (8, 2, 0), "SHOW BINARY LOG STATUS"),
    ),
    "sources": (
        (MARIADB, (0, 0, 0), "SHOW ALL SLAVES STATUS"),
        (MYSQL, (0, 0, 0), "SHOW SLAVE STATUS"),
        (MYSQL, (8, 0, 22), "SHOW REPLICA STATUS"),
    ),
    "replica": (
        (MARIADB, (0, 0, 0), "SLAVE"),
        (MYSQL, (0, 0, 0), "SLAVE"),
        (MYSQL, (8, 0, 22), "REPLICA"),
    ),
    "change source": (
        (MARIADB, (0, 0, 0), "CHANGE MASTER TO"),
        (MYSQL, (0, 0, 0), "CHANGE MASTER TO"),
        (MYSQL, (8, 0, 23), "CHANGE REPLICATION SOURCE TO"),
    ),
    "source": (
        (MARIADB, (0, 0, 0), "MASTER"),
        (MYSQL, (0, 0, 0), "MASTER"),
        (MYSQL, (8, 0, 23), "SOURCE"),
    ),
    "semi-sync source": (
        (MARIADB, (0, 0, 0), "rpl_semi_sync_master"),
        (MYSQL, (0, 0, 0), "rpl_semi_sync_master"),
        (MYSQL, (8, 0, 26), "rpl_semi_sync_source"),
    ),
    "semi-sync replica": (
        (MARIADB, (0, 0, 0), "rpl_semi_sync_slave"),
        (MYSQL, (0, 0, 0), "rpl_semi_sync_slave"),
        (MYSQL, (8, 0, 26), "rpl_semi_sync_replica"),
    ),
    "replica listens": (
        (MARIADB, (0, 0, 0), "slave_net_timeout"),
        (MYSQL, (0, 0, 0), "slave_net_timeout"),
        (MYSQL, (8, 0, 26), "replica_net_timeout"),
    ),
    "replica waits at start": (
        (MARIADB, (0, 0, 0), "--skip-slave-start"),
        (MYSQL, (0, 0, 0), "--skip-slave-start"),
        (MYSQL, (8, 0, 26), "--skip-replica-start"),
    ),
    "log replicated": (
        (MARIADB, (0, 0, 0), "--log-slave-updates"),
        (MYSQL, (0, 0, 0), "--log-slave-updates"),
        (MYSQL, (8, 0, 26), "--log-replica-updates"),
    ),
    "replica role": (
        (MARIADB, (0, 0, 0), ""),
        (MARIADB, (10, 5, 25), f"{ROLE}=SLAVE"),
        (MYSQL, (0, 0, 0), ""),
    ),
    "primary role": (
        (MARIADB, (0, 0, 0), ""),
        (MARIADB, (10, 5, 25), f"{ROLE}=MASTER"),
        (MYSQL, (0, 0, 0), ""),
    ),
    "closed to all": (
        (MARIADB, (0, 0, 0), ""),
        (MYSQL, (5, 7, 8), "super_read_only"),
    ),
}
"""For each topic the words of each flavour, with the first version that has them, older ones first."""

RECOVERY_ROLE = {(10, 5): 25, (10, 6): 18, (10, 11): 8, (11, 0): 6, (11, 1): 5, (11, 2): 4}
"""From which patch level on a series of MariaDB rolls an un-acknowledged tail back only on request."""

OLD_COLUMNS = (("Replica_", "Slave_"), ("Source_", "Master_"), ("_Source", "_Master"))
"""Words in the columns of a replica's status, new and old."""


def word(topic: str, version: Version) -> str:
    """What a server of this version calls it; empty where it has no such thing."""
    found = ""
    early = version.number[2] < RECOVERY_ROLE.get(version.number[:2], 0)
    for flavour, since, text in WORDS[topic]:
        if flavour == version.flavour and since <= version.number and not (early and text.startswith(ROLE)):
            found = text
    return found


def version(text: str) -> Version:
    """The version in what a server or `mysqld --version` says of itself."""
    flavour = MARIADB if "mariadb" in text.lower() else MYSQL
    for piece in text.replace(",", " ").split():
        numbers = piece.partition("-")[0].split(".")
        if len(numbers) >= 2 and all(number.isdigit() for number in numbers[:3]):
            major, minor, patch = (*map(int, numbers[:3]), 0, 0)[:3]
            return Version(flavour, (major, minor, patch))
    raise ValueError(f"{text[:60]!r} names no version")


def superuser_watches(server: Version) -> bool:
    """Whether SUPER is enough to be told whom the server follows: MariaDB 11 has split that off."""
    return not server.mariadb or server.number < (11, 0, 0)


def column(name: str) -> str:
    """A column of a replica's status by its old name, which MariaDB still uses."""
    for new, old in OLD_COLUMNS:
        name = name.replace(new, old)
    return name


def closed(read_only: object) -> bool:
    """Whether this value of read_only keeps clients from writing; MariaDB 12 has more such values than ON."""
    return str(read_only).upper() not in ("OFF", "0")


def history_query(version: Version) -> str:
    """The question for all transactions that a server has applied, or has at least in its log.

    What waits for an acknowledgement is in MySQL's log, but still among those that sessions own. They
    are asked for first: whatever leaves them meanwhile is among the others then.
    """
    if version.mariadb:
        return "SELECT @@GLOBAL.gtid_binlog_state, @@GLOBAL.gtid_slave_pos"
    return "SELECT @@GLOBAL.gtid_owned, @@GLOBAL.gtid_executed"


def quoted_name(name: str) -> str:
    """A name that can stand in a statement."""
    return "`" + name.replace("`", "``") + "`"
