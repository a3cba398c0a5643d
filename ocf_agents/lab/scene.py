"""A database cluster in a lab with its application: what faults strike, and what is asked of it."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import TYPE_CHECKING
from xml.etree import ElementTree

from . import mariadb
from .errors import LabError
from .node import Power

if TYPE_CHECKING:
    from pathlib import Path

    from .client import Client
    from .flavours import MariaDB, MySQL
    from .lab import Lab
    from .node import Node

APART = "is kept apart"
"""What a server says of itself that has transactions which the primary lacks."""
DOUBTFUL = "cannot lead"
"""What a server says of itself that may lack confirmed writes, where nobody leads."""
ENOUGH = 3
"""So many good answers of a service show that it serves again."""
PIDFILE = "/var/run/mysqld/mysqld.pid"
REPLICATES, APPLIER_STOPPED = "\tYes\tYes\t", "\tYes\tNo\t"
"""A replica's status: whether it receives, and whether it applies."""


class Drill:
    """A lab with the database, its application and a watcher."""

    def __init__(
        self,
        lab: Lab,
        directory: Path,
        agent: str = mariadb.OURS,
        flavour: MariaDB | MySQL = mariadb.DEBIAN,
    ) -> None:
        self.lab = lab
        self.agent = agent
        self.flavour = flavour
        self.writer = mariadb.writer(lab, directory)
        self.watcher = mariadb.watcher(lab, directory)
        self.clients: dict[str, Client] = {}
        """Those who ask the services that stand on the database, by the services' names."""

    @property
    def primary(self) -> Node:
        """The node whose server is writable."""
        found = self.lab.wait(lambda: self.lab.where(mariadb.NAME, "Promoted"), 60, "a primary")
        return self.lab.node(found[0])

    @property
    def replica(self) -> Node:
        """Another node."""
        primary = self.primary.name
        return next(node for node in self.lab.nodes if node.name != primary)

    def apart(self) -> dict[str, str]:
        """What each server that is set apart says of itself, by node."""
        return self.words(APART)

    def words(self, *kinds: str) -> dict[str, str]:
        """What the servers say of themselves that say one of these, by node."""
        told = self.lab.voice().run(["crm_mon", "--one-shot", "--output-as=xml"]).stdout
        return reasons(told, mariadb.NAME, kinds)

    def refused(self) -> dict[str, str]:
        """Why nobody leads, in each server's words by node; empty if somebody does or a server is silent."""
        words = self.words(APART, DOUBTFUL)
        everywhere = set(words) == {node.name for node in self.lab.nodes}
        return words if everywhere and not self.lab.where(mariadb.NAME, "Promoted") else {}

    def parted(self) -> bool:
        """Whether there is a primary with its address, and every other server is a standby or set apart."""
        primary, apart, pact = (
            self.lab.where(mariadb.NAME, "Promoted"),
            set(self.apart()),
            mariadb.pact(self.lab),
        )
        others = {node.name for node in self.lab.nodes} - set(primary)
        return (
            len(primary) == 1
            and self.lab.where(mariadb.ADDRESS) == primary
            and bool(apart)
            and pact is not None
            and others == apart | set(pact.standbys)
        )

    def welcome(self, node: Node) -> None:
        """The node may run resources again.

        Without crmsh, which writes the whole configuration back as it was when it began: while a node
        joins, that makes it one that has not joined, and stays so.
        """
        self.lab.voice().run(["crm_standby", "--node", node.name, "--delete"])

    def another(self, than: Node) -> None:
        """Another node has become the primary."""
        self.lab.wait(
            lambda: self.lab.where(mariadb.NAME, "Promoted") not in ([], [than.name]), 90, "a new primary"
        )

    def await_answers(self, begin: float, seconds: float) -> None:
        """Every client got three good answers that it asked for after this moment of the monotonic clock."""
        for name, client in self.clients.items():
            self.lab.wait(
                lambda client=client: client.successes_since(begin) >= ENOUGH,  # type: ignore[misc]
                seconds,
                f"answers of {name}",
            )

    def write_at(self, node: Node) -> bool:
        """Whether a row of the application was confirmed by the server of a node; it is noted then."""
        number = int(time.time() * 1000) + node.spec.nodes.index(node.name)
        words = ["mariadb", "-h", node.address, "-uapp", "-papp-password", "--connect-timeout=1"]
        insertion = f"INSERT INTO app.written VALUES ({number})"  # noqa: S608  # a number
        node.check(["timeout", "5", *words, "-e", insertion])
        self.writer.note(number, node.spec.nodes.index(node.name) + 1)
        return True

    def on_again(self) -> None:
        """Every node has power."""
        for node in self.lab.nodes:
            with suppress(LabError):
                self.lab.wait(lambda node=node: node.power is Power.ON, 15, "power")  # type: ignore[misc]
            if node.power is Power.OFF:
                node.start()
        self.lab.wait_online(60)


def reasons(told: str, resource: str, kinds: tuple[str, ...]) -> dict[str, str]:
    """The reasons of one of these kinds that monitors gave, by node, in what crm_mon wrote as XML."""
    failures = ElementTree.fromstring(told).iter("failure")  # noqa: S314  # Pacemaker wrote it
    return {
        failure.get("node", ""): failure.get("exitreason", "")
        for failure in failures
        if failure.get("op_key", "").startswith(f"{resource}_monitor")
        and any(kind in failure.get("exitreason", "") for kind in kinds)
    }


def status(node: Node) -> str:
    """What a node's server says of its replication; the words of MariaDB, and of MySQL 8.0.22 and later."""
    return mariadb.ask(node, "SHOW REPLICA STATUS")


def server_of(node: Node) -> str:
    """The pid of the server in a node."""
    return node.read(PIDFILE).strip()
