"""Faults in the middle of an action of the agent: it is killed, or its node loses power."""

from __future__ import annotations

import os
import random
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from . import mariadb
from .errors import LabError
from .scene import server_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Callable

    from .node import Node, NodeProcess
    from .scene import Drill

    Blow = Callable[[Node, NodeProcess], None]

MIDDLE = 0.05
"""Seconds within which an action is struck: the quickest one takes little more."""
POLL = 0.003
PATIENCE = 60
"""Seconds within which the action must come."""


def kill_agent(_: Node, agent: NodeProcess) -> None:
    """The agent is dead; ProcessLookupError if it had come to its end."""
    os.kill(agent.machine_pid, signal.SIGKILL)


def power_off(node: Node, _: NodeProcess) -> None:
    """The agent's node has no power."""
    node.kill()


def strike(drill: Drill, node: Node, action: str, blow: Blow = kill_agent) -> bool:
    """Whether the agent was in this action on the node; it was struck then."""
    words = f"{drill.agent.removeprefix('ocf:').replace(':', '/')} {action}"
    found = [process for process in node.processes() if process.command.endswith(words)]
    if not found:
        return False
    time.sleep(random.uniform(0, MIDDLE))  # noqa: S311  # which instant is the point
    try:
        blow(node, found[0])
    except ProcessLookupError:
        return False
    return True


def strike_next(drill: Drill, nodes: Sequence[Node], action: str, blow: Blow = kill_agent) -> None:
    """The agent was struck in its next action of this name on any of the nodes; LabError if none came."""
    end = time.monotonic() + PATIENCE
    while not any(strike(drill, node, action, blow) for node in nodes):
        if time.monotonic() > end:
            names = ", ".join(node.name for node in nodes)
            raise LabError(f"node {names}: no {action} to strike at within {PATIENCE} s")
        time.sleep(POLL)


@contextmanager
def struck_in(drill: Drill, nodes: Sequence[Node], action: str, blow: Blow = kill_agent) -> Iterator[None]:
    """After the block the agent was struck in its next action of this name on any of the nodes."""
    with ThreadPoolExecutor(1) as pool:
        watch = pool.submit(strike_next, drill, nodes, action, blow)
        yield
        watch.result()


def clean_up(drill: Drill) -> None:
    """A person has told Pacemaker to try again what failed for good."""
    drill.lab.crm("resource", "cleanup", mariadb.NAME)


def kill_in_start(drill: Drill) -> None:
    """The replica's server is killed, and the agent in the middle of start; then a person cleans up."""
    node = drill.replica
    try:
        with struck_in(drill, [node], "start"):
            node.check(["kill", "-KILL", server_of(node)])
        drill.writer.await_more(200)
    finally:
        # Beside another fault the server may be gone already; the start was struck all the same.
        clean_up(drill)


def kill_in_stop(drill: Drill) -> None:
    """The primary's node goes to standby, and the agent there is killed in the middle of stop."""
    switch_with(drill, [drill.primary], "stop")


def lose_node_in_promote(drill: Drill) -> None:
    """The primary's server is killed, and the node that is to lead instead loses power while it is promoted."""
    old = drill.primary
    with struck_in(drill, [node for node in drill.lab.nodes if node.name != old.name], "promote", power_off):
        old.check(["kill", "-KILL", server_of(old)])
    drill.writer.await_more()


def lose_node_in_demote(drill: Drill) -> None:
    """The primary's node goes to standby, and loses power in the middle of demote."""
    switch_with(drill, [drill.primary], "demote", power_off)


def kill_in_monitor(drill: Drill) -> None:
    """The agent is killed in the middle of a monitor of the primary."""
    strike_next(drill, [drill.primary], "monitor")
    drill.writer.await_more(200)


def kill_in_promote(drill: Drill) -> None:
    """The primary's node goes to standby, and the agent is killed in the middle of promote."""
    old = drill.primary.name
    switch_with(drill, [node for node in drill.lab.nodes if node.name != old], "promote")


def kill_in_demote(drill: Drill) -> None:
    """The primary's node goes to standby, and the agent there is killed in the middle of demote."""
    switch_with(drill, [drill.primary], "demote")


def switch_with(drill: Drill, nodes: Sequence[Node], action: str, blow: Blow = kill_agent) -> None:
    """The primary's node went to standby and came back, and the agent was struck in an action on one of them."""
    old, other = drill.primary, drill.replica
    with struck_in(drill, nodes, action, blow):
        # Said from a node that does not lose power while it is being said.
        other.check(["crm", "node", "standby", old.name])
    drill.another(old)
    drill.writer.await_more()
    drill.welcome(old)


def kill_in_notify(drill: Drill) -> None:
    """The primary's node goes to standby, and the agent is killed in every notification meanwhile."""
    old, killed = drill.primary, 0
    number = drill.writer.last_server()
    drill.lab.crm("node", "standby", old.name)
    end = time.monotonic() + 60
    while time.monotonic() < end and drill.writer.last_server() == number:
        for node in drill.lab.nodes:
            with suppress(LabError):
                killed += strike(drill, node, "notify")
        time.sleep(POLL)
    if not killed:
        raise LabError("no notification was seen that could be killed")
    drill.writer.await_more()
    drill.welcome(old)


STRUCK_AGENTS: tuple[Callable[[Drill], None], ...] = (
    kill_in_start, kill_in_stop, kill_in_monitor, kill_in_promote, kill_in_demote, kill_in_notify,
    lose_node_in_promote, lose_node_in_demote,
)  # fmt: skip
