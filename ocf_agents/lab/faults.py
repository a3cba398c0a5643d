"""Faults of a database cluster, each as a function that brings it about and waits for what follows."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import TYPE_CHECKING, Callable

from ..mysql.pact import Pact
from . import mariadb
from .errors import LabError
from .node import Power

if TYPE_CHECKING:
    from pathlib import Path

    from .lab import Lab
    from .node import Node

RESOURCE, ADDRESS = "clustermysql", "mysqlmasterIP"
PIDFILE = "/var/run/mysqld/mysqld.pid"


class Drill:
    """A lab with the database, its application and a watcher."""

    def __init__(self, lab: Lab, directory: Path) -> None:
        self.lab = lab
        self.writer = mariadb.writer(lab, directory)
        self.watcher = mariadb.watcher(lab, directory)

    @property
    def primary(self) -> Node:
        """The node whose server is writable."""
        found = self.lab.wait(lambda: self.lab.where(RESOURCE, "Promoted"), 60, "a primary")
        return self.lab.node(found[0])

    @property
    def replica(self) -> Node:
        """Another node."""
        primary = self.primary.name
        return next(node for node in self.lab.nodes if node.name != primary)

    def pact(self) -> Pact | None:
        """What the cluster has on record."""
        words = f"crm_attribute -t crm_config -s mysql_replication -n {RESOURCE}_PACT -G -q"
        return Pact.read(self.lab.voice().run(words.split()).stdout.strip())

    def whole(self) -> bool:
        """Whether there is a primary with its address, and every other node is a standby on record."""
        primary, replicas = (self.lab.where(RESOURCE, role) for role in ("Promoted", "Unpromoted"))
        pact = self.pact()
        return (
            len(primary) == 1
            and len(replicas) == len(self.lab.nodes) - 1
            and self.lab.where(ADDRESS) == primary
            and pact is not None
            and (pact.primary, list(pact.standbys)) == (primary[0], replicas)
        )

    def another(self, than: Node) -> None:
        """Another node has become the primary."""
        self.lab.wait(
            lambda: self.lab.where(RESOURCE, "Promoted") not in ([], [than.name]), 90, "a new primary"
        )

    def on_again(self) -> None:
        """Every node has power."""
        for node in self.lab.nodes:
            with suppress(LabError):
                self.lab.wait(lambda node=node: node.power is Power.ON, 15, "power")  # type: ignore[misc]
            if node.power is Power.OFF:
                node.start()
        self.lab.wait_online(60)


def server_of(node: Node) -> str:
    """The pid of the server in a node."""
    return node.read(PIDFILE).strip()


def switchover(drill: Drill) -> None:
    """The primary's node goes to standby and comes back."""
    old = drill.primary
    drill.lab.crm("node", "standby", old.name)
    drill.another(old)
    drill.writer.await_more()
    drill.lab.crm("node", "online", old.name)


def kill_server(drill: Drill) -> None:
    """The primary's server gets SIGKILL."""
    old = drill.primary
    old.check(["kill", "-KILL", server_of(old)])
    drill.writer.await_more()


def suspend_server(drill: Drill) -> None:
    """The primary's server gets SIGSTOP."""
    old = drill.primary
    old.check(["kill", "-STOP", server_of(old)])
    drill.writer.await_more()


def kill_replica(drill: Drill) -> None:
    """The replica's server gets SIGKILL."""
    node = drill.replica
    node.check(["kill", "-KILL", server_of(node)])
    drill.writer.await_more(200)


def suspend_replica(drill: Drill) -> None:
    """The replica's server gets SIGSTOP."""
    node = drill.replica
    node.check(["kill", "-STOP", server_of(node)])
    drill.writer.await_more(200)


def power_off(drill: Drill) -> None:
    """The primary's node loses power."""
    old = drill.primary
    old.kill()
    drill.another(old)
    drill.writer.await_more()


def replica_off(drill: Drill) -> None:
    """The replica's node loses power."""
    drill.replica.kill()
    drill.writer.await_more(200)


def cut_node(drill: Drill) -> None:
    """The primary's node is cut from everyone for a while."""
    old = drill.primary
    old.cut()
    drill.another(old)
    drill.writer.await_more()
    old.heal()


def split_nodes(drill: Drill) -> None:
    """The nodes lose each other, while the client reaches both."""
    names = [node.name for node in drill.lab.nodes]
    drill.lab.split(*names)
    time.sleep(10)  # the length of the fault, not a wait for something
    drill.lab.unsplit(*names)


def freeze_node(drill: Drill) -> None:
    """The primary's node stands still for ten seconds, and goes on if nobody shot it."""
    old = drill.primary
    old.freeze()
    time.sleep(10)  # the length of the fault, not a wait for something
    with suppress(LabError):
        old.thaw()


def lagging_replica(drill: Drill) -> None:
    """The replica has not applied what it received when the primary dies."""
    node, old = drill.replica, drill.primary
    hold = "FLUSH TABLES WITH READ LOCK; SELECT SLEEP(4)"
    node.check(["setsid", "--fork", "mariadb", f"--socket={mariadb.SOCKET}", "-e", hold])
    drill.writer.await_more(50)
    old.check(["kill", "-KILL", server_of(old)])
    drill.writer.await_more()


def broken_replica(drill: Drill) -> None:
    """The replica cannot apply a row, when the primary dies: it must not take over."""
    node, old = drill.replica, drill.primary
    row = int(time.time() * 1000) + 10_000_000
    insertion = f"INSERT INTO app.written VALUES ({row})"  # noqa: S608  # a number
    mariadb.ask(node, f"SET sql_log_bin = 0; {insertion}")
    mariadb.ask(old, insertion)
    drill.lab.wait(lambda: "DEGRADED" in node.check(["crm_mon", "-1"]), 30, "the replica to be degraded")
    old.check(["kill", "-KILL", server_of(old)])
    drill.lab.wait(lambda: server_of(old), 60, "the old primary to be started again")
    repair = f"DELETE FROM app.written WHERE number = {row}"  # noqa: S608  # a number
    mariadb.ask(node, f"STOP SLAVE; SET sql_log_bin = 0; {repair}; START SLAVE")
    drill.writer.await_more()


def lose_replica_server_then_primary(drill: Drill) -> None:
    """The replica's server gets SIGKILL with a relay log that it has not applied; then the primary's node dies."""
    node, old = drill.replica, drill.primary
    mariadb.ask(node, "STOP SLAVE SQL_THREAD")
    drill.writer.await_more(5)
    node.check(["kill", "-KILL", server_of(node)])
    old.kill()
    drill.writer.await_more()


def exhaust_connections(drill: Drill) -> None:
    """The primary has no connection left for anybody new, for longer than two monitors."""
    node = drill.primary
    mariadb.ask(node, "SET GLOBAL max_connections = 10")
    session = [
        "setsid",
        "--fork",
        "mariadb",
        "-h",
        node.address,
        "-uapp",
        "-papp-password",
        "-e",
        "SELECT SLEEP(12)",
    ]
    for _ in range(12):
        node.check(session)
    time.sleep(12)  # the length of the fault, not a wait for something
    mariadb.ask(node, "SET GLOBAL max_connections = 151")
    drill.writer.await_more()


def kill_agent(drill: Drill) -> None:
    """The agent is killed in the middle of promote, and of demote."""
    old = drill.primary
    new = drill.replica
    drill.lab.crm("node", "standby", old.name)
    end = time.monotonic() + 30
    while time.monotonic() < end:
        found = [p for p in new.processes() if p.command.endswith("percona/mysql promote")]
        if found:
            new.run(["kill", "-KILL", str(found[0].pid)])
            break
    drill.writer.await_more()
    drill.lab.crm("node", "online", old.name)


def both_off(drill: Drill) -> None:
    """Both nodes lose power; the former primary comes back first."""
    first, second = drill.primary, drill.replica
    lose_both(first, second)


def both_off_replica_first(drill: Drill) -> None:
    """Both nodes lose power; the former replica comes back first."""
    second, first = drill.primary, drill.replica
    lose_both(first, second)


def lose_both(first: Node, second: Node) -> None:
    """Both nodes lose power at once, and come back in this order."""
    first.kill()
    second.kill()
    for node in (first, second):
        with suppress(LabError):
            # The one that is on again may fence the other while that one starts.
            if node.power is Power.OFF:
                node.start()
        time.sleep(5)  # the length of the fault, not a wait for something


FAULTS: tuple[Callable[[Drill], None], ...] = (
    switchover, kill_server, suspend_server, kill_replica, suspend_replica, power_off, replica_off, cut_node,
    split_nodes, freeze_node, lagging_replica, broken_replica,
    lose_replica_server_then_primary, exhaust_connections, kill_agent, both_off,
    both_off_replica_first,
)  # fmt: skip
