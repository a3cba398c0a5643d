"""Nodes that rebuild each other in memory: the receiver and the donor go as far as a test lets them."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from ocf_agents.mysql.reseed import ATTEMPT, SUPPLY
from ocf_agents.mysql.reseed.attempt import FAILED, LISTENS, READY, SENDS, STARTS, Attempt, Request
from ocf_agents.mysql.reseed.order import DONATE, Order
from ocf_agents.mysql.reseed.places import Places
from ocf_agents.system.run import Finished

if TYPE_CHECKING:
    from database import Cluster, Node
    from support.act import Outcome
    from support.world import Body


DATADIR = "/var/lib/mysql"
LOGS = "/var/lib/mysql-logs/mysql-bin"
STAMP = "20261121-120000"
APART = f"{DATADIR}.set-apart-{STAMP}"
FILES = "/run/openstack-agents/clustermysql.mysql"
HELP = f"""\
aria-log-dir-path                                            {DATADIR}/
innodb-data-home-dir                                         (No default value)
log-bin                                                      {LOGS}
relay-log                                                    relay-bin
"""
PLUGIN = "/usr/lib/mysql/plugin/mysql_clone.so"
WORD = 10


def equip(cluster: Cluster) -> None:
    """Both nodes have what a rebuilding takes."""
    cluster.facts["n2/clustermysql_mysql_master_IP"] = "10.0.0.2"
    for name, node in cluster.nodes.items():
        node.settings = HELP  # type: ignore[attr-defined]  # what its server says of its settings
        node.install("/usr/bin/mariadb-backup", lambda *_: Finished(0, ""))
        node.install("/usr/bin/mbstream", lambda *_: Finished(0, ""))
        node.install(sys.executable, life=work)
        version = node.programs["/usr/sbin/mariadbd"]
        node.programs["/usr/sbin/mariadbd"] = lambda world, call, version=version: (  # type: ignore[misc]
            Finished(0, world.settings) if "--help" in call.argv else version(world, call)
        )
        node.files[f"{DATADIR}/ibdata1"] = f"data of {name}"
        node.directories |= {"/var/lib", "/var/lib/mysql-logs", DATADIR}
        node.files |= {f"{LOGS}.000001": f"log of {name}", f"{LOGS}.index": ""}


def work(node: Any, body: Body) -> None:
    """A receiver listens, or a donor sends, as it was ordered."""
    order = Order.take(node, body.command[-1])
    node.order = order
    phase = SENDS if body.command[-2] == DONATE else LISTENS
    process, now = f"{body.pid} {body.started}", str(int(node.now()))
    Attempt(phase, order.session, order.cause, process, now).write(node, order.path)


def attempt(node: Node) -> Attempt:
    """What the receiver on a node last told."""
    return Attempt.read(node, f"{FILES}{ATTEMPT}")


def donation(node: Node) -> Attempt:
    """What the donor on a node last told."""
    return Attempt.read(node, f"{FILES}{SUPPLY}")


def request(cluster: Cluster, name: str = "n2") -> Request | None:
    """What a node asks for."""
    return Request.read(cluster.requests.get(name, ""))


def tell(node: Node, **changes: str) -> None:
    """The receiver on a node has something new to tell."""
    known = attempt(node)
    known.but(since=str(int(node.now())), **changes).write(node, f"{FILES}{ATTEMPT}")


def places(node: Node) -> Places:
    """The directories of a node."""
    return Places(node, DATADIR, (LOGS, f"{DATADIR}/relay-bin"))


def fill(node: Node, position: str = "0-1-100") -> None:
    """The receiver has the primary's data, as of this position, and waits for the agent's word."""
    where = places(node)
    where.prepare(node.users["mysql"])
    node.files |= {
        f"{where.new}/ibdata1": "data of n1",
        f"{where.new}/xtrabackup_binlog_info": f"mysql-bin.000001\t328\t{position}\n",
    }
    node.directories.add(f"{where.new}/mysql")
    tell(node, phase=READY, received="1234567890", size="2000000000")


def fail(node: Node, reason: str) -> None:
    """The receiver has failed, and is gone."""
    worker = attempt(node).worker(node)
    assert worker
    node.kill(node.bodies[worker.pid])
    places(node).tidy()
    tell(node, phase=FAILED, reason=reason)


def told(node: Node) -> bool:
    """Whether the receiver got the word."""
    worker = attempt(node).worker(node)
    return worker is not None and (worker.pid, WORD) in node.signals


def become(node: Node, begin: bool = True) -> None:
    """The receiver does what it does at the word: it ends the server, swaps, and is the server."""
    order = node.order  # type: ignore[attr-defined]
    known = attempt(node)
    body = node.bodies[int(known.process.split()[0])]
    for other in [other for other in node.bodies.values() if other is not body]:
        node.kill(other)
    for path, text in zip(order.records, (known.process, str(body.pid))):
        node.files[path] = f"{text}\n"
    apart = places(node).swap(STAMP, node.users["mysql"])
    tell(node, phase=STARTS, apart=apart)
    body.command, body.user = order.argv, "mysql"
    server = node.server
    server.state, server.logs, server.source, server.error = (
        "",
        False,
        "",
        "" if begin else "ERROR 2002 (HY000)",
    )
    server.receiving = server.applying = server.received = ""
    if begin:
        node.boot(node, body)


def part(cluster: Cluster, extra: str = "0-2-101") -> Outcome:
    """n2 was written to by hand, and started again: it is set apart, and struck off."""
    node = cluster.nodes["n2"]
    node.bodies.clear()
    node.server.state = f"{node.server.state},{extra}"
    node.server.source = node.server.receiving = node.server.applying = ""
    done = node.do("start", reseed="auto")
    cluster.nodes["n1"].monitor(reseed="auto")
    return done


def turn(cluster: Cluster, times: int = 1) -> dict[str, Outcome]:
    """Each node's monitor has run, the primary's last."""
    found: dict[str, Outcome] = {}
    for _ in range(times):
        for name in sorted(cluster.nodes, reverse=True):
            node = cluster.nodes[name]
            if cluster.condition[name] == "online":
                node.sleep(2)
                found[name] = node.monitor(reseed="auto")
    return found


def under_way(cluster: Cluster) -> Node:
    """n2 is being rebuilt, and n1 sends."""
    turn(cluster)
    return cluster.nodes["n2"]


def untouched(node: Node) -> bool:
    """Whether nothing was moved, and nothing is left beside the data."""
    names = node.entries("/var/lib")
    mine = node.files[f"{DATADIR}/ibdata1"] == f"data of {node.name}" and node.exists(f"{LOGS}.000001")
    return mine and not [name for name in names if "reseed" in name or STAMP in name]


REFUSALS = {
    "no primary": "nobody is on record as the primary",
    "itself": "this node is on record as the primary",
    "standby": "n1 still counts on this node for confirmed writes",
    "invited": "n1 still counts on this node for confirmed writes",
    "unreachable": "n1 cannot be asked",
    "read-only": "n1 takes no writes now",
    "program": "mariadb-backup: not installed on this node",
    "stranger": "mbstream: not installed on this node",
    "encrypted": "replication is encrypted, and the copy would travel in plain text",
    "mount": f"datadir={DATADIR}: is a mount point or a link",
    "elsewhere": f"innodb-data-home-dir=/srv/innodb: a part of the data is outside of {DATADIR}",
    "again": f"{DATADIR}.set-apart: set apart before; move it away",
    "logs again": f"{LOGS}.set-apart-1: set apart before; move it away",
    "address": "10.9.9.9: stands for no address of this node",
    "old": "it takes MariaDB, or MySQL 8.0.17 and later, and this is mysql 5.7.42; rebuild it by hand",
    "plugin": "/usr/lib/mysql/plugin/mysql_clone.so: not installed on this node",
    "grant": "repl_user lacks BACKUP_ADMIN on n1: GRANT it there",
}


HOME = "innodb-data-home-dir                                         (No default value)"


def be_mysql(node: Node, version: str = "8.4.0") -> None:
    """The agent on a node takes its server for a MySQL, which has the clone plugin."""
    lines = [line for line in node.files[FILES].splitlines() if not line.startswith("version=")]
    node.files[FILES] = "\n".join([*lines, f"version=mysqld  Ver {version} for Linux", ""])
    node.settings = f"{HELP}plugin-dir                                {PLUGIN.rpartition('/')[0]}/\n"  # type: ignore[attr-defined]
    node.files[PLUGIN] = ""


def hinder(cluster: Cluster, how: str) -> dict[str, str]:
    """Something stands in the way; the parameters of the monitor that are different."""
    node, primary = cluster.nodes["n2"], cluster.nodes["n1"]
    pact = {
        "no primary": "primary=;standbys=n1;invited=;position=",
        "itself": "primary=n2;standbys=;invited=;position=",
        "standby": "primary=n1;standbys=n2;invited=;position=",
        "invited": "primary=n1;standbys=;invited=n2;position=",
    }
    if how in pact:
        cluster.facts["clustermysql_PACT"] = f"{pact[how]};serial=99999999999"
    if how == "unreachable":
        primary.bodies.clear()
    primary.server.read_only = how == "read-only"
    for program, name in (("program", "mariadb-backup"), ("stranger", "mbstream")):
        if how == program:
            del node.programs[f"/usr/bin/{name}"]
    if how == "mount":
        node.mounts.add(DATADIR)
    if how == "elsewhere":
        node.settings = HELP.replace(HOME, f"{HOME[:22]} /srv/innodb")  # type: ignore[attr-defined]
    if how == "again":
        node.directories.add(f"{DATADIR}.set-apart")
    if how == "logs again":
        node.directories.add(f"{LOGS}.set-apart-1")
    if how == "address":
        cluster.facts["n2/clustermysql_mysql_master_IP"] = "10.9.9.9"
    if how in ("old", "plugin", "grant"):
        be_mysql(node, "5.7.42" if how == "old" else "8.4.0")
    if how == "plugin":
        primary.server.grants = "GRANT BACKUP_ADMIN ON *.*"
        node.remove(PLUGIN)
    return {"replication_master_ssl_ca": "/etc/ca.pem"} if how == "encrypted" else {}
