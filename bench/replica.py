"""A MariaDB under Pacemaker, and what it costs to look at its replica, beside other agents for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ocf_agents.lab import mariadb

from .cases import AGENTS, FLOOR, HEARTBEAT, Case, call

if TYPE_CHECKING:
    from ocf_agents.lab import Lab, Node

PARAMETERS = {
    "binary": mariadb.SERVER,
    "config": "/etc/mysql/my.cnf",
    "log": "/var/log/mysql.log",
    "pid": "/var/run/mysqld/mysqld.pid",
    "socket": mariadb.SOCKET,
    "replication_user": "repl_user",
    "replication_passwd": "repl-password",
    "test_user": "test_user",
    "test_passwd": "test-password",
}
CLONE = {
    "clone": "0",
    "clone_max": "2",
    "clone_node_max": "1",
    "master_max": "1",
    "promoted_max": "1",
    "notify": "true",
    "role": "Slave",
}


def prepare(lab: Lab) -> Node:
    """A node with a replica that has nothing to do, and that no Pacemaker looks at any more."""
    mariadb.install_databases(lab)
    mariadb.configure(lab, mariadb.TODAY)

    def names() -> list[str]:
        pact = mariadb.pact(lab)
        return [name for name in lab.where(mariadb.NAME, "Unpromoted") if pact and name in pact.standbys]

    replica = lab.wait(names, 120, "a replica on record")[0]
    lab.voice().check(["crm_attribute", "--name", "maintenance-mode", "--update", "true"])
    lab.wait_idle()
    return lab.node(replica)


def cases(node: Node) -> tuple[Case, ...]:
    """The monitors of a replica on this node; those of other agents look at the same server."""

    def monitor(name: str, agent: str, most: float | None = None, level: int = 0, **more: str) -> Case:
        meta = {f"CRM_meta_{key}": value for key, value in {**CLONE, "on_node": node.name}.items()}
        return Case(
            name, (agent, "monitor"), call(mariadb.NAME, {**PARAMETERS, **meta, **more}, level), most=most
        )

    return (
        FLOOR,
        monitor("mysql replica monitor, level 0", f"{AGENTS}/mysql", 2.2),
        monitor("mysql replica monitor, level 1", f"{AGENTS}/mysql", 2.2, 1),
        monitor("ocf:heartbeat:mysql monitor", f"{HEARTBEAT}/mysql"),
        monitor("ocf:heartbeat:mariadb monitor", f"{HEARTBEAT}/mariadb", node_list="n1 n2"),
    )
