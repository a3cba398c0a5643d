"""Faults of the agent itself: it is killed in the middle of an action."""

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

    from .node import Node
    from .scene import Drill

MIDDLE = 0.05
"""Seconds within which an action is struck: the quickest one takes little more."""
POLL = 0.003


def strike(drill: Drill, node: Node, action: str) -> bool:
    """Whether the agent was in this action on the node; it is dead then."""
    words = f"{drill.agent.removeprefix('ocf:').replace(':', '/')} {action}"
    found = [process for process in node.processes() if process.command.endswith(words)]
    if not found:
        return False
    time.sleep(random.uniform(0, MIDDLE))  # noqa: S311  # which instant is the point
    try:
        os.kill(found[0].machine_pid, signal.SIGKILL)
    except ProcessLookupError:
        return False
    return True


def strike_next(drill: Drill, nodes: Sequence[Node], action: str, seconds: float = 60) -> None:
    """The agent was killed in its next action of this name on any of the nodes; LabError if none came."""
    end = time.monotonic() + seconds
    while not any(strike(drill, node, action) for node in nodes):
        if time.monotonic() > end:
            names = ", ".join(node.name for node in nodes)
            raise LabError(f"node {names}: no {action} to kill within {seconds:g} s")
        time.sleep(POLL)


@contextmanager
def killed_in(drill: Drill, nodes: Sequence[Node], action: str) -> Iterator[None]:
    """After the block the agent was killed in its next action of this name on any of the nodes."""
    with ThreadPoolExecutor(1) as pool:
        watch = pool.submit(strike_next, drill, nodes, action)
        yield
        watch.result()


def clean_up(drill: Drill) -> None:
    """A person has told Pacemaker to try again what failed for good."""
    drill.lab.crm("resource", "cleanup", mariadb.NAME)


def kill_in_start(drill: Drill) -> None:
    """The replica's server is killed, and the agent in the middle of start; then a person cleans up."""
    node = drill.replica
    with killed_in(drill, [node], "start"):
        node.check(["kill", "-KILL", server_of(node)])
    drill.writer.await_more(200)
    clean_up(drill)


def kill_in_stop(drill: Drill) -> None:
    """The primary's node goes to standby, and the agent there is killed in the middle of stop."""
    switch_with(drill, [drill.primary], "stop")


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


def switch_with(drill: Drill, nodes: Sequence[Node], action: str) -> None:
    """The primary's node went to standby and came back, and the agent was killed in an action on one of them."""
    old = drill.primary
    with killed_in(drill, nodes, action):
        drill.lab.crm("node", "standby", old.name)
    drill.another(old)
    drill.writer.await_more()
    drill.lab.crm("node", "online", old.name)


def kill_in_notify(drill: Drill) -> None:
    """The primary's node goes to standby, and the agent is killed in every notification meanwhile."""
    old, killed = drill.primary, 0
    number = server_of_last_write(drill)
    drill.lab.crm("node", "standby", old.name)
    end = time.monotonic() + 60
    while time.monotonic() < end and server_of_last_write(drill) == number:
        for node in drill.lab.nodes:
            with suppress(LabError):
                killed += strike(drill, node, "notify")
        time.sleep(POLL)
    if not killed:
        raise LabError("no notification was seen that could be killed")
    drill.writer.await_more()
    drill.lab.crm("node", "online", old.name)


def server_of_last_write(drill: Drill) -> int:
    """The server_id of the server that confirmed a write last; 0 if none did."""
    return next((server for _, _, server in reversed(drill.writer.acknowledged())), 0)


KILLED_AGENTS: tuple[Callable[[Drill], None], ...] = (
    kill_in_start, kill_in_stop, kill_in_monitor, kill_in_promote, kill_in_demote, kill_in_notify,
)  # fmt: skip
