"""Faults of what stands on the database: a service dies, or hangs."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

from . import keystone
from .errors import LabError

if TYPE_CHECKING:
    from typing import Callable

    from .node import Node, NodeProcess
    from .scene import Drill

SECONDS = 180.0
"""Seconds within which a service that failed answers again on a busy machine."""


def processes_of(node: Node, words: str) -> list[NodeProcess]:
    """The processes of a command with these words, of which the first is the parent of the others."""
    found = [process for process in node.processes() if words in process.command]
    if not found:
        raise LabError(f"expected a process of {words} on {node.name}, saw none")
    return found


def signal_service(drill: Drill, resource: str, words: str, number: signal.Signals) -> None:
    """The processes of a resource got the signal, of SIGKILL only the first; it has been started again since."""
    lab = drill.lab

    def first() -> NodeProcess:
        (name,) = lab.wait(lambda: lab.where(resource), SECONDS, f"{resource} to run")
        return processes_of(lab.node(name), words)[0]

    (name,) = lab.where(resource)
    old = processes_of(lab.node(name), words)
    for process in old[:1] if number is signal.SIGKILL else old:
        os.kill(process.machine_pid, number)
    lab.wait(lambda: first().machine_pid != old[0].machine_pid, SECONDS, f"{resource} to be started again")


def kill_keystone(drill: Drill) -> None:
    """Keystone's main process gets SIGKILL."""
    signal_service(drill, "keystoneService", keystone.UWSGI_CONFIGURATION, signal.SIGKILL)


def suspend_keystone(drill: Drill) -> None:
    """Keystone's processes get SIGSTOP."""
    signal_service(drill, "keystoneService", keystone.UWSGI_CONFIGURATION, signal.SIGSTOP)


def kill_glance(drill: Drill) -> None:
    """Glance's main process gets SIGKILL."""
    signal_service(drill, "glanceApiService", "/usr/bin/glance-api ", signal.SIGKILL)


def kill_nova_api(drill: Drill) -> None:
    """The main process of Nova's API gets SIGKILL."""
    signal_service(drill, "novaApiService", "/usr/bin/nova-api ", signal.SIGKILL)


def kill_broker(drill: Drill) -> None:
    """RabbitMQ's virtual machine gets SIGKILL."""
    signal_service(drill, "rabbitService", "beam.smp", signal.SIGKILL)


KEYSTONE_FAULTS: tuple[Callable[[Drill], None], ...] = (kill_keystone, suspend_keystone)
CLOUD_FAULTS: tuple[Callable[[Drill], None], ...] = (kill_glance, kill_nova_api, kill_broker)
