"""What demonstrations do alike: enter an operator's lines, power a node off, look at the cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .. import mariadb
from ..errors import LabError
from ..node import Power

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from ..client import Client
    from ..lab import Lab
    from ..node import Node
    from .narrator import Narrator

PATIENCE = 120
"""Seconds that a step may take on a busy machine; all are over as soon as they hold."""


class Stage:
    """A lab that is up, and the one who tells of it."""

    def __init__(self, lab: Lab, narrator: Narrator, directory: Path) -> None:
        self.lab = lab
        self.narrator = narrator
        self.directory = directory

    def tell(self) -> None:
        """Every step held, or a LabError says what was expected and what was seen."""
        raise NotImplementedError

    def show_the_agents(self, *names: str) -> None:
        """Pacemaker finds the agents on every node."""
        with self.narrator.step("the agents are installed on both nodes"):
            for node in self.lab.nodes:
                listed = node.check(["crm_resource", "--list-agents", "ocf:openstack"]).split()
                absent = [name for name in names if name not in listed]
                if absent:
                    raise LabError(f"expected ocf:openstack:{absent[0]} on {node.name}, saw {listed}")

    def enter(self, lines: Iterable[str]) -> None:
        """The cluster has taken these lines of its configuration at once, so that it starts once."""
        entered = tuple(lines)
        for line in entered:
            self.narrator.written(line)
        self.narrator.typed("crm configure load update cluster.crm")
        self.lab.crm_configure("".join(f"{line}\n" for line in entered))

    def load_the_database(self, defaults: Iterable[str]) -> None:
        """MySQL runs on both nodes, writable on one of them, behind its address."""
        self.narrator.say("load MySQL with the lines of 2012, in cluster.crm:")
        self.enter([*defaults, *mariadb.crm_text(self.lab, mariadb.TODAY).splitlines()])
        self.lab.eventually(True, self.database_is_whole, PATIENCE, "MySQL to run on both nodes")
        self.narrator.happened(f"MySQL: {self.primary().name} is the primary, the other node its replica")

    def power_off(self, lost: Node) -> Node:
        """The node has lost its power, and the other one, which is returned, has fenced it."""
        [survivor] = [node for node in self.lab.nodes if node.name != lost.name]
        lost.kill()
        self.narrator.happened(f"{lost.name} powered off, its cable first")
        self.lab.wait(
            lambda: f"reboot of {lost.name} successful" in self.fencing_history(survivor, lost),
            PATIENCE,
            f"{lost.name} to be fenced",
        )
        self.narrator.happened(f"{lost.name} fenced by {survivor.name}")
        return survivor

    def await_return(self, lost: Node) -> None:
        """The node is on again, and both nodes are online."""
        self.lab.wait(lambda: lost.power is Power.ON, PATIENCE, f"{lost.name} to be switched on again")
        self.lab.wait_online(PATIENCE)

    # Looking

    def primary(self) -> Node:
        """The node whose MySQL is promoted."""
        [name] = self.lab.where(mariadb.NAME, "Promoted")
        return self.lab.node(name)

    def database_is_whole(self) -> bool:
        """Whether one MySQL is promoted, with its address beside it, and the other one is its replica."""
        return mariadb.placed(self.lab) is not None

    def healthy(self) -> bool:
        """Whether all resources run, on nodes that are all online, and nothing is about to change."""
        seen = self.lab.cluster_state()
        running = all(found.active and not found.failed and found.node for found in seen.resources)
        return running and self.lab.is_idle()

    def fencing_history(self, survivor: Node, lost: Node) -> str:
        """What the survivor knows of the fencing of the lost node."""
        return survivor.run(["stonith_admin", "--history", lost.name]).stdout

    def wait_for_answers(self, prober: Client, begin: float, what: str, seconds: float = 0) -> None:
        """The prober has got three good answers that it asked for after this moment."""
        self.lab.wait(
            lambda: prober.successes_since(begin) >= 3,
            seconds or PATIENCE,
            f"the client to get {what} three times",
        )

    def expect(self, what: str, expected: object, seen: object) -> None:
        """Both are equal; else a LabError shows them."""
        if seen != expected:
            raise LabError(f"{what}: expected {expected!r}, saw {seen!r}")
