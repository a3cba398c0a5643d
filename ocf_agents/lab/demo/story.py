"""The demonstration's steps; each is done only when it was seen to hold."""

from __future__ import annotations

import os
import signal
import time
from typing import TYPE_CHECKING, Callable

from .. import keystone
from ..commands import complaint
from ..errors import LabError
from ..node import Node, NodeProcess, Power
from .client import client, longest_outage

if TYPE_CHECKING:
    from pathlib import Path

    from ..lab import Lab
    from .client import Client
    from .narrator import Narrator

SERVICE, ADDRESS = "keystoneService", "keystoneIP"
PATIENCE = 120
"""Seconds that a step may take on a busy machine; all are over as soon as they hold."""
DEFAULTS = (
    # Without it Pacemaker would move everything back as soon as a node returns.
    "crm configure rsc_defaults resource-stickiness=100",
    # Pacemaker's own 20 s are not much for a start of Keystone on a busy machine.
    "crm configure op_defaults timeout=120s",
)


class Story:
    """What the demonstration shows, on a lab that is up."""

    def __init__(self, lab: Lab, narrator: Narrator, directory: Path) -> None:
        self.lab = lab
        self.narrator = narrator
        self.directory = directory

    def tell(self) -> None:
        """Every step held, or a LabError says what was expected and what was seen."""
        self.show_the_agents()
        with self.narrator.step("prepare a Keystone: database, keys, users, catalogue"):
            keystone.prepare(self.lab)
        self.load_the_resources()
        with client(self.lab, keystone.PASSWORD, self.directory) as prober:
            self.wait_for_tokens(prober, time.monotonic())
            self.kill_keystone(prober)
            self.power_off_its_node(prober)

    def show_the_agents(self) -> None:
        """Pacemaker finds the agent on every node."""
        with self.narrator.step("the agents are installed on both nodes"):
            for node in self.lab.nodes:
                listed = node.check(["crm_resource", "--list-agents", "ocf:openstack"])
                if "keystone" not in listed.split():
                    raise LabError(f"expected ocf:openstack:keystone on {node.name}, saw {listed.split()}")

    def load_the_resources(self) -> None:
        """The operators' lines are loaded, and the client gets a token through the virtual address."""
        lab, tell = self.lab, self.narrator
        tell.say("load the resources, as operators type it:")
        for line in (*DEFAULTS, *keystone.crm_lines(lab)):
            tell.typed(line)
            result = lab.voice().run(["sh"], input=f"{line}\n", timeout=PATIENCE)
            if result.returncode != 0:
                raise LabError(complaint(line, result))
        lab.wait(self.healthy, PATIENCE, "the group to run on one node")
        answer = lab.wait(
            lambda: keystone.ask_for_token(lab), PATIENCE, "a token through the virtual address"
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
            PATIENCE,
            "Pacemaker to notice that Keystone does not run (monitor: not running)",
        )
        self.lab.wait(self.healthy, PATIENCE, "Keystone to be recovered")
        self.wait_for_tokens(prober, begin)
        self.expect("Keystone's node", node.name, self.holder().name)
        self.expect("a new main process", True, self.main_process().machine_pid != main.machine_pid)
        self.narrator.happened(
            f"recovered in place on {node.name} (monitor interval: 15 s)", self.silence(prober, begin)
        )

    def power_off_its_node(self, prober: Client) -> None:
        """The node lost its power: the other one fenced it and took over, and it came back healthy."""
        lab, tell = self.lab, self.narrator
        lost = self.holder()
        [survivor] = [node for node in lab.nodes if node.name != lost.name]
        begin = time.monotonic()
        lost.kill()
        tell.happened(f"{lost.name} powered off, its cable first")
        lab.wait(
            lambda: f"reboot of {lost.name} successful" in self.fencing_history(survivor, lost),
            PATIENCE,
            f"{lost.name} to be fenced",
        )
        tell.happened(f"{lost.name} fenced by {survivor.name}")
        self.await_holder(survivor)
        self.wait_for_tokens(prober, begin)
        tell.happened(f"{SERVICE} and {ADDRESS} run on {survivor.name}", self.silence(prober, begin))
        lab.wait(lambda: lost.power is Power.ON, PATIENCE, f"{lost.name} to be switched on again")
        lab.wait_online(PATIENCE)
        back = time.monotonic()
        lab.wait(self.healthy, PATIENCE, "everything to be healthy again")
        self.wait_for_tokens(prober, back)
        self.expect("Keystone's node", survivor.name, self.holder().name)
        tell.happened(
            f"{lost.name} is back, both nodes are online, nothing has failed", self.silence(prober, back)
        )

    # Looking

    def healthy(self) -> bool:
        """Whether all resources run, the two of the group together, on nodes that are all online."""
        seen = self.lab.cluster_state()
        group = [found for found in seen.resources if found.name in (SERVICE, ADDRESS)]
        return (
            all(found.active and not found.failed and found.node for found in seen.resources)
            and len(group) == 2
            and len({found.node for found in group}) == 1
            and not self.busy()
        )

    def busy(self) -> bool:
        """Whether Pacemaker is still about to do something."""
        return self.lab.voice().run(["crm_resource", "--wait", "--timeout=1"]).returncode != 0

    def holder(self) -> Node:
        """The node that has Keystone."""
        names = self.lab.where(SERVICE)
        if len(names) != 1:
            raise LabError(f"expected {SERVICE} on one node, saw it on {', '.join(names) or 'none'}")
        return self.lab.node(names[0])

    def await_holder(self, node: Node) -> None:
        """The group runs on this node."""
        place: Callable[[], object] = lambda: (self.lab.where(ADDRESS), self.lab.where(SERVICE))  # noqa: E731
        self.lab.eventually(([node.name], [node.name]), place, PATIENCE, f"the group to run on {node.name}")

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

    def fencing_history(self, survivor: Node, lost: Node) -> str:
        """What the survivor knows of the fencing of the lost node."""
        return survivor.run(["stonith_admin", "--history", lost.name]).stdout

    def wait_for_tokens(self, prober: Client, begin: float) -> None:
        """The prober has got three tokens that it asked for after this moment."""
        self.lab.wait(
            lambda: prober.tokens_since(begin) >= 3, PATIENCE, "the client to get three tokens in a row"
        )

    def silence(self, prober: Client, begin: float) -> float:
        """The longest time since then that the client got no token."""
        now = time.monotonic()
        return longest_outage(prober.probes(), begin, now).seconds(now)

    def expect(self, what: str, expected: object, seen: object) -> None:
        """Both are equal; else a LabError shows them."""
        if seen != expected:
            raise LabError(f"{what}: expected {expected!r}, saw {seen!r}")
