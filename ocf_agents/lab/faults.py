"""Faults of a database cluster, each as a function that brings it about and waits for what follows."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import TYPE_CHECKING, Callable

from . import mariadb
from .errors import LabError
from .fault_agent import STRUCK_AGENTS
from .fault_disk import fill_disk
from .fault_split import split_nodes, split_without_fencing
from .node import Power
from .scene import APPLIER_STOPPED, server_of, status

if TYPE_CHECKING:
    from .node import Node
    from .scene import Drill


SUPERVISOR = "mysqld_safe"
NOTICED = 5.0
"""Seconds in which every node's monitor has come round."""


def switchover(drill: Drill) -> None:
    """The primary's node goes to standby and comes back."""
    old = drill.primary
    drill.lab.crm("node", "standby", old.name)
    drill.another(old)
    drill.writer.await_more()
    drill.lab.crm("node", "online", old.name)


def kill_server(drill: Drill) -> None:
    """The primary's server gets SIGKILL, and so does a supervisor that would start it again."""
    old = drill.primary
    supervisors = [str(process.pid) for process in old.processes() if SUPERVISOR in process.command]
    old.check(["kill", "-KILL", *supervisors, server_of(old)])
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
    mariadb.ask(node, drill.flavour.aside(insertion))
    mariadb.ask(old, insertion)
    drill.lab.wait(lambda: APPLIER_STOPPED in status(node), 30, "the replica's applier to stop")
    time.sleep(NOTICED)  # whether the agent has noticed is its own affair
    old.check(["kill", "-KILL", server_of(old)])
    drill.lab.wait(lambda: server_of(old), 60, "the old primary to be started again")
    repair = f"DELETE FROM app.written WHERE number = {row}"  # noqa: S608  # a number
    mariadb.ask(node, f"STOP REPLICA; {drill.flavour.aside(repair)}; START REPLICA")
    drill.writer.await_more()


def lose_replica_server_then_primary(drill: Drill) -> None:
    """The replica's server gets SIGKILL with a relay log that it has not applied; then the primary's node dies."""
    node, old = drill.replica, drill.primary
    mariadb.ask(node, "STOP REPLICA SQL_THREAD")
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
    lose_replica_server_then_primary, exhaust_connections, fill_disk, *STRUCK_AGENTS, both_off,
    both_off_replica_first, split_without_fencing,
)  # fmt: skip
UNFENCED: tuple[Callable[[Drill], None], ...] = (split_without_fencing,)
"""Those that need a cluster of their own, which does not fence."""
PARTING: tuple[Callable[[Drill], None], ...] = (split_nodes, split_without_fencing, cut_node, freeze_node)
"""Those after which both sides may lead, unless one of them is fenced."""
