"""MariaDB in a lab: data directories, the configuration of 2012, a writer and a watcher on the client."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from ..mysql.member import GROUP
from ..mysql.pact import Pact
from . import peers
from .flavours import MariaDB, provide
from .observers import Watcher, Writer, watching, writing
from .writer import LEDGER

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .flavours import MySQL
    from .lab import Lab
    from .node import Node

NAME, ADDRESS = "clustermysql", "mysqlmasterIP"
VIP = 101
HOSTS = {NAME: VIP}
"""What a lab is to be told as `hosts`, so that everybody knows the virtual address by its name."""
DEBIAN = MariaDB()
SERVER = MariaDB.program
OURS = "ocf:percona:mysql"
"""Our agent under the name of 2012."""
TODAY = "ocf:openstack:mysql"
"""The same under its own."""
DATA = "/var/lib/mysql"
LOGS = "/var/lib/mysql-logs"
VOLUMES = {LOGS: 256}
"""What a lab has to have for a full disk: its binary logs on a small file system."""
SOCKET = "/var/run/mysqld/mysqld.sock"
INSTALL = ("make", "-C", "/opt/ocf-agents-checkout", "install", "DESTDIR=/", "COMPAT=1")

ACCOUNTS = f"""\
CREATE USER repl_user@'10.77.%.%' IDENTIFIED BY 'repl-password';
GRANT REPLICATION CLIENT, REPLICATION SLAVE ON *.* TO repl_user@'10.77.%.%';
CREATE USER repl_user@localhost IDENTIFIED BY 'repl-password';
GRANT REPLICATION CLIENT, REPLICATION SLAVE, SUPER, PROCESS, RELOAD ON *.* TO repl_user@localhost;
CREATE USER test_user@localhost IDENTIFIED BY 'test-password';
GRANT SELECT ON mysql.user TO test_user@localhost;
CREATE USER app@'%' IDENTIFIED BY 'app-password';
GRANT ALL ON app.* TO app@'%';
CREATE DATABASE app;
USE app;
{LEDGER};
"""

CONFIGURATION = """\
[mysqld]
server-id = {number}
log_bin = {logs}/mysql-bin
max_binlog_size = 16M
bind-address = 0.0.0.0
skip_name_resolve = 1
innodb_buffer_pool_size = 64M
"""

EVERY = 5
"""Seconds between two monitors of the primary."""
PRIMITIVES = """\
primitive mysqlmasterIP ocf:heartbeat:IPaddr2 params ip={vip} cidr_netmask=24 nic=eth0 op monitor interval=10s
primitive clustermysql {agent} params {server} log="/var/log/mysql.log" \
socket="/var/run/mysqld/mysqld.sock" {more} config="/etc/mysql/my.cnf" \
pid="/var/run/mysqld/mysqld.pid" socket="/var/run/mysqld/mysqld.sock" replication_user="repl_user" \
replication_passwd="repl-password" test_user="test_user" test_passwd="test-password" {meta} \
op monitor interval="{every}s" role="Master" OCF_CHECK_LEVEL="1" \
op monitor interval="2s" role="Slave" timeout="30" OCF_CHECK_LEVEL="1" \
op start interval="0" timeout="120" op stop interval="0" timeout="120"
"""
CLONE = """\
ms ms_MySQL clustermysql meta master-max="1" master-node-max="1" clone-max="{nodes}" clone-node-max="1" \
notify="true" globally-unique="false" target-role="Master" is-managed="true"
colocation masterIP_on_mysqlMaster inf: mysqlmasterIP ms_MySQL:Master
order mysqlPromote_before_IP inf: ms_MySQL:promote mysqlmasterIP:start
"""


def install_databases(
    lab: Lab, statements: str = "", agent: str = OURS, flavour: MariaDB | MySQL = DEBIAN
) -> None:
    """Every node has a server's files with the accounts that the agent needs, all alike, and no server runs.

    statements: what else the database is to be told before it is copied, one a line.
    """
    needs = peers.needs(agent)
    with tempfile.TemporaryDirectory(dir="/tmp", prefix="ocf-lab-mariadb-") as directory:
        template = Path(directory) / "data"
        provide(flavour, template, ACCOUNTS + flavour.accounts + needs.accounts + statements)
        copy(template, lab.nodes)
    for number, node in enumerate(lab.nodes, 1):
        text = CONFIGURATION.format(number=number, logs=LOGS) + needs.options + flavour.options
        node.write("/etc/mysql/my.cnf", text)


def copy(data: Path, nodes: Sequence[Node]) -> None:
    """The nodes' data directories are what this one is; no server runs on any of them."""
    with tempfile.TemporaryFile(dir="/tmp") as archive:
        subprocess.run(["tar", "-C", str(data), "-cf", "-", "."], stdout=archive, check=True)
        for node in nodes:
            node.check(["sh", "-c", f"rm -rf {DATA} {LOGS}/* && install -d -o mysql -g mysql {DATA} {LOGS}"])
            archive.seek(0)
            command = node.command(["tar", "-C", DATA, "-xf", "-"])
            subprocess.run(command, stdin=archive, check=True, cwd="/")


def configure(
    lab: Lab,
    agent: str = OURS,
    wrap: bool = True,
    threshold: int | None = None,
    flavour: MariaDB | MySQL = DEBIAN,
) -> None:
    """The cluster has the resources of 2012: loaded as primitives, and then wrapped."""
    lab.crm_configure(crm_text(lab, agent, wrap, threshold, flavour))


def crm_text(
    lab: Lab,
    agent: str,
    wrap: bool = True,
    threshold: int | None = None,
    flavour: MariaDB | MySQL = DEBIAN,
) -> str:
    """The lines of 2012 that make the servers and their virtual address known, for `crm configure`.

    threshold: after so many failures a node is given up for half a minute; None for never.
    """
    nodes = "".join(
        f'node {node.name} attributes clustermysql_mysql_master_IP="{node.address}"\n' for node in lab.nodes
    )
    meta = "" if threshold is None else f"meta migration-threshold={threshold} failure-timeout=30s"
    more = peers.needs(agent).parameters.format(nodes=" ".join(node.name for node in lab.nodes))
    primitives = PRIMITIVES.format(
        every=EVERY, agent=agent, vip=lab.address(VIP), server=flavour.parameters, more=more, meta=meta
    )
    return nodes + primitives + (clone(lab) if wrap else "")


def clone(lab: Lab) -> str:
    """The lines of 2012 that make a promotable clone of the primitive."""
    return CLONE.format(nodes=len(lab.nodes))


def near(resource: str) -> str:
    """The line that has a resource beside the writers' address, rather than elsewhere."""
    return f"colocation {resource}_near_mysql 50: {resource} {ADDRESS}"


def placed(lab: Lab) -> tuple[str, list[str]] | None:
    """The primary and its replicas, if every node is one of them and the address is beside the primary."""
    primary, replicas = (lab.where(NAME, role) for role in ("Promoted", "Unpromoted"))
    complete = len(primary) == 1 and len(replicas) == len(lab.nodes) - 1 and lab.where(ADDRESS) == primary
    return (primary[0], replicas) if complete else None


def pact(lab: Lab) -> Pact | None:
    """What the cluster has on record."""
    words = f"crm_attribute -t crm_config -s {GROUP} -n {NAME}_PACT -G -q"
    return Pact.read(lab.voice().run(words.split()).stdout.strip())


def whole(lab: Lab) -> bool:
    """Whether there is a primary with its address, and every other node is a standby on record."""
    found, record = placed(lab), pact(lab)
    return found is not None and record is not None and (record.primary, list(record.standbys)) == found


def ask(node: Node, statement: str) -> str:
    """What root on the node gets for a statement, without a head."""
    return node.check(
        ["mariadb", f"--socket={SOCKET}", "--batch", "--skip-column-names", "-e", statement]
    ).strip()


def lost(writer: Writer, node: Node) -> list[int]:
    """The confirmed numbers that are not on a node."""
    stored = set(ask(node, "SELECT number FROM app.written").split())
    return [number for number, _, _ in writer.acknowledged() if str(number) not in stored]


def writer(lab: Lab, directory: Path) -> Writer:
    """The application of this lab, to be used as a context manager."""
    file = directory / "writer"
    return Writer(lab.switch.inside_client(writing(lab.address(VIP), file), Path("/")), file)


def watcher(lab: Lab, directory: Path) -> Watcher:
    """The watcher of this lab, to be used as a context manager."""
    file = directory / "watcher"
    addresses = [node.address for node in lab.nodes]
    return Watcher(lab.switch.inside_client(watching(addresses, file), Path("/")), file)
