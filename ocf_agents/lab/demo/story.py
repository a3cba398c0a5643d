"""The demonstration's steps with Keystone; each is done only when it was seen to hold."""

from __future__ import annotations

import os
import signal
import time
from typing import TYPE_CHECKING, Callable

from .. import keystone
from ..errors import LabError
from . import stage
from .client import client, for_a_token

if TYPE_CHECKING:
    from ..node import Node, NodeProcess
    from .client import Client

SERVICE, ADDRESS = "keystoneService", "keystoneIP"
DEFAULTS = (
    # Without it Pacemaker would move everything back as soon as a node returns.
    "crm configure rsc_defaults resource-stickiness=100",
    # Pacemaker's own 20 s are not much for a start of Keystone on a busy machine.
    "crm configure op_defaults timeout=120s",
)


class Story(stage.Stage):
    """What the demonstration shows, on a lab that is up."""

    def tell(self) -> None:
        """Every step held, or a LabError says what was expected and what was seen."""
        self.show_the_agents("keystone")
        with self.narrator.step("prepare a Keystone: database, keys, users, catalogue"):
            keystone.prepare(self.lab)
        self.load_the_resources()
        with client(self.lab, for_a_token(keystone.PASSWORD), self.directory) as prober:
            self.wait_for_tokens(prober, time.monotonic())
            self.kill_keystone(prober)
            self.power_off_its_node(prober)

    def load_the_resources(self) -> None:
        """The operators' lines are loaded, and the client gets a token through the virtual address."""
        lab, tell = self.lab, self.narrator
        tell.say("load the resources, as operators type it:")
        self.enter((*DEFAULTS, *keystone.crm_lines(lab)))
        lab.wait(self.healthy, stage.PATIENCE, "the group to run on one node")
        answer = lab.wait(
            lambda: keystone.ask_for_token(lab), stage.PATIENCE, "a token through the virtual address"
        )
        tell.happened(
            f"{SERVICE} runs on {self.holder().name}; a client gets a token ({answer.token[:16]}...)"
        )

    def kill_keystone(self, prober: Client) -> None:
        """Keystone's main process died by SIGKILL, and Keystone came back on the same node."""
        node, main = self.holder(), self.main_process()
        begin = time.monotonic()
        os.kill(main.machine_pid, signal.SIGKILL)
        self.narrator.happened(f"SIGKILL to Keystone's main process on {node.name} (pid {main.pid})")
        self.lab.wait(
            lambda: self.failed_monitors(node) and self.holder().name,
            stage.PATIENCE,
            "Pacemaker to notice that Keystone does not run (monitor: not running)",
        )
        self.lab.wait(self.healthy, stage.PATIENCE, "Keystone to be recovered")
        self.wait_for_tokens(prober, begin)
        self.expect("Keystone's node", node.name, self.holder().name)
        self.expect("a new main process", True, self.main_process().machine_pid != main.machine_pid)
        self.narrator.happened(
            f"recovered in place on {node.name} (monitor interval: 15 s)", prober.silence(begin)
        )

    def power_off_its_node(self, prober: Client) -> None:
        """The node lost its power: the other one fenced it and took over, and it came back healthy."""
        lost, begin = self.holder(), time.monotonic()
        survivor = self.power_off(lost)
        self.await_holder(survivor)
        self.wait_for_tokens(prober, begin)
        self.narrator.happened(f"{SERVICE} and {ADDRESS} run on {survivor.name}", prober.silence(begin))
        self.await_return(lost)
        back = time.monotonic()
        self.lab.wait(self.healthy, stage.PATIENCE, "everything to be healthy again")
        self.wait_for_tokens(prober, back)
        self.expect("Keystone's node", survivor.name, self.holder().name)
        self.narrator.happened(
            f"{lost.name} is back, both nodes are online, nothing has failed", prober.silence(back)
        )

    # Looking

    def healthy(self) -> bool:
        """Whether all resources run, the two of the group together."""
        seen = self.lab.resource_states()
        group = [found.node for found in seen if found.name in (SERVICE, ADDRESS)]
        return len(group) == 2 and len(set(group)) == 1 and super().healthy()

    def holder(self) -> Node:
        """The node that has Keystone."""
        names = self.lab.where(SERVICE)
        if len(names) != 1:
            raise LabError(f"expected {SERVICE} on one node, saw it on {', '.join(names) or 'none'}")
        return self.lab.node(names[0])

    def await_holder(self, node: Node) -> None:
        """The group runs on this node."""
        place: Callable[[], object] = lambda: (self.lab.where(ADDRESS), self.lab.where(SERVICE))  # noqa: E731
        self.lab.eventually(
            ([node.name], [node.name]), place, stage.PATIENCE, f"the group to run on {node.name}"
        )

    def main_process(self) -> NodeProcess:
        """Keystone's main process, of which all others are children."""
        node = self.holder()
        found = [process for process in node.processes() if keystone.UWSGI_CONFIGURATION in process.command]
        if not found:
            raise LabError(f"expected a process of Keystone on {node.name}, saw none")
        return found[0]

    def failed_monitors(self, node: Node) -> bool:
        """Whether Pacemaker has counted a failure of Keystone on the node."""
        query = ["crm_failcount", "--query", "--resource", SERVICE, "--node", node.name]
        return "value=0" not in node.check(query)

    def wait_for_tokens(self, prober: Client, begin: float) -> None:
        """The prober has got three tokens that it asked for after this moment."""
        self.wait_for_answers(prober, begin, "a token")
