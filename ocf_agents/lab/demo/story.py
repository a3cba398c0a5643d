"""The demonstration's steps with Keystone and its database; each is done only when it was seen to hold."""

from __future__ import annotations

import os
import signal
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Callable

from .. import keystone, mariadb
from ..errors import LabError
from ..fault_service import processes_of
from . import stage
from .audience import Audience, audience

if TYPE_CHECKING:
    from ..node import Node

SERVICE, ADDRESS = "keystoneService", "keystoneIP"
DEFAULTS = (
    # Without it Pacemaker would move everything back as soon as a node returns.
    "rsc_defaults resource-stickiness=100",
    # Pacemaker's own 20 s are not much for a start of Keystone on a busy machine.
    "op_defaults timeout=120s",
)


class Story(stage.Stage):
    """What the demonstration shows, on a lab that is up."""

    def tell(self) -> None:
        """Every step held, or a LabError says what was expected and what was seen."""
        self.show_the_agents("mysql", "keystone")
        with self.narrator.step("prepare MySQL and Keystone: databases, keys, users, catalogue"):
            keystone.prepare_on_mysql(self.lab)
        self.load_the_database(DEFAULTS)
        self.load_keystone()
        with tempfile.TemporaryDirectory() as directory:
            with audience(self.lab, self.directory, Path(directory)) as seen:
                self.await_service(seen, time.monotonic())
                self.kill_keystone(seen)
                self.power_off_their_node(seen)
                self.kill_the_database(seen)
            self.count_the_writes(seen)

    def load_keystone(self) -> None:
        """The operators' lines are loaded, and the client gets a token through the virtual address."""
        lab, tell = self.lab, self.narrator
        tell.say("load Keystone, which has its database there:")
        self.enter(keystone.crm_lines_on_mysql(lab))
        lab.wait(self.healthy, stage.PATIENCE, "the group to run on one node")
        answer = lab.wait(
            lambda: keystone.ask_for_token(lab), stage.PATIENCE, "a token through the virtual address"
        )
        tell.happened(
            f"{SERVICE} runs on {self.holder().name}; a client gets a token ({answer.token[:16]}...)"
        )

    def kill_keystone(self, seen: Audience) -> None:
        """Keystone's main process died by SIGKILL, and Keystone came back on the same node."""
        node, begin = self.holder(), time.monotonic()
        main = processes_of(node, keystone.UWSGI_CONFIGURATION)[0]
        os.kill(main.machine_pid, signal.SIGKILL)
        self.narrator.happened(f"SIGKILL to Keystone's main process on {node.name} (pid {main.pid})")
        self.await_failure(SERVICE, node)
        self.await_service(seen, begin)
        self.expect("Keystone's node", node.name, self.holder().name)
        again = processes_of(node, keystone.UWSGI_CONFIGURATION)[0]
        self.expect("a new main process", True, again.machine_pid != main.machine_pid)
        self.narrator.happened(
            f"Keystone recovered in place on {node.name} (monitor interval: 15 s)", *seen.silences(begin)
        )

    def power_off_their_node(self, seen: Audience) -> None:
        """The node lost its power: the other one fenced it and took over, and it came back healthy."""
        lost, begin = self.holder(), time.monotonic()
        self.expect("MySQL's primary beside Keystone", lost.name, self.primary().name)
        survivor = self.power_off(lost)
        self.await_holder(survivor)
        self.await_answers(seen, begin)
        self.expect("MySQL's primary", survivor.name, self.primary().name)
        self.narrator.happened(f"{SERVICE} and MySQL's primary run on {survivor.name}", *seen.silences(begin))
        self.await_return(lost)
        back = time.monotonic()
        self.await_service(seen, back)
        self.expect("Keystone's node", survivor.name, self.holder().name)
        self.expect("MySQL's primary", survivor.name, self.primary().name)
        self.narrator.happened(
            f"{lost.name} is back as the replica, both nodes are online, nothing has failed",
            *seen.silences(back),
        )

    def kill_the_database(self, seen: Audience) -> None:
        """The primary's server died by SIGKILL, and one of the two is the primary again."""
        node, begin = self.primary(), time.monotonic()
        server = processes_of(node, mariadb.SERVER)[0]
        os.kill(server.machine_pid, signal.SIGKILL)
        self.narrator.happened(f"SIGKILL to the primary's server on {node.name} (pid {server.pid})")
        self.await_failure(mariadb.NAME, node)
        self.await_service(seen, begin)
        self.narrator.happened(
            f"MySQL's primary is on {self.primary().name}, Keystone goes on",
            *seen.silences(begin),
        )

    def count_the_writes(self, seen: Audience) -> None:
        """Every node has every confirmed write, and never were two servers writable."""
        confirmed = len(seen.writer.acknowledged())
        for node in self.lab.nodes:
            self.lab.eventually(
                [],
                partial(mariadb.lost, seen.writer, node),
                stage.PATIENCE,
                f"all {confirmed} writes on {node.name}",
            )
        both = seen.watcher.seconds_with_two_writable()
        self.expect("seconds with two writable servers", 0.0, both)
        self.narrator.happened(
            f"{confirmed} writes were confirmed: 0 lost, all are on both nodes; "
            f"{both:g} s with two writable servers"
        )

    # Looking

    def healthy(self) -> bool:
        """Whether all resources run, the two of the group together, and MySQL has primary and replica."""
        seen = self.lab.resource_states()
        group = [found.node for found in seen if found.name in (SERVICE, ADDRESS)]
        together = len(group) == 2 and len(set(group)) == 1
        return together and self.database_is_whole() and super().healthy()

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

    def await_failure(self, resource: str, node: Node) -> None:
        """Pacemaker has counted a failure of the resource on the node."""
        query = ["crm_failcount", "--query", "--resource", resource, "--node", node.name]
        self.lab.wait(
            lambda: "value=0" not in node.check(query),
            stage.PATIENCE,
            f"Pacemaker to notice that {resource} does not run (monitor: not running)",
        )

    def await_service(self, seen: Audience, begin: float) -> None:
        """Everything runs, and client and application were served after this moment."""
        self.lab.wait(self.healthy, stage.PATIENCE, "everything to be healthy")
        self.await_answers(seen, begin)

    def await_answers(self, seen: Audience, begin: float) -> None:
        """The client got three tokens that it asked for after this moment; the application writes."""
        self.wait_for_answers(seen.prober, begin, "a token")
        seen.writer.await_more(seconds=stage.PATIENCE)
