"""An application that writes through the virtual address of a database, and what must hold when it ends."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from ocf_agents.lab import Power, mariadb

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path
    from typing import Callable

    from ocf_agents.lab import Lab, Node

CLONE = mariadb.NAME
SECRETS = ("repl-password", "test-password")


class Application:
    """The application and the watcher, and what must hold when they have ended."""

    def __init__(self, lab: Lab, directory: Path) -> None:
        self.lab = lab
        self.writer = mariadb.writer(lab, directory)
        self.watcher = mariadb.watcher(lab, directory)

    def primary(self) -> Node:
        return self.lab.node(self.lab.where(CLONE, "Promoted")[0])

    def replica(self) -> Node:
        return next(node for node in self.lab.nodes if node != self.primary())

    def wait_for_another(self, than: Node) -> None:
        self.lab.wait(
            lambda: self.lab.where(CLONE, "Promoted") not in ([], [than.name]), 60, "another primary"
        )

    def wait_whole(self) -> None:
        """A primary, a replica on record, and the address."""
        self.lab.wait(lambda: mariadb.whole(self.lab), 90, "a primary with a standby on record")

    # What happens to it, each with what must follow.

    def still_have_the_row_of_the_plain_server(self) -> None:
        for node in self.lab.nodes:
            assert mariadb.ask(node, "SELECT COUNT(*) FROM app.written WHERE number = 1") == "1"

    def switch_over(self) -> None:
        old = self.primary()
        self.lab.crm("node", "standby", old.name)
        self.wait_for_another(old)
        self.writer.await_more()
        self.lab.crm("node", "online", old.name)

    def lose_the_primarys_server(self, every: int = mariadb.EVERY) -> None:
        """every: seconds between two monitors of the primary."""
        old = self.primary()
        with monitored(self.lab, every):
            since = time.time()
            kill_server(old)
            self.wait_for_another(old)
            self.writer.await_more()
        assert self.writer.longest_gap(since) < max(20, every / 2)
        self.wait_whole()
        assert self.replica() == old

    def lose_the_replicas_server(self) -> None:
        kill_server(self.replica())
        self.writer.await_more(200)

    def lose_the_primarys_node(self) -> None:
        old = self.primary()
        old.kill()
        self.wait_for_another(old)
        self.writer.await_more()
        self.lab.wait(lambda: old.power is Power.ON, 60, "the old primary to be switched on")


@contextmanager
def monitored(lab: Lab, every: int) -> Iterator[None]:
    """The primary is monitored so often, in seconds, until the block ends."""
    if every != mariadb.EVERY:
        set_interval(lab, every)
    try:
        yield
    finally:
        if every != mariadb.EVERY:
            set_interval(lab, mariadb.EVERY)


def set_interval(lab: Lab, seconds: int) -> None:
    operation = f'<op id="{CLONE}-monitor-{mariadb.EVERY}s" interval="{seconds}s"/>'
    lab.voice().check(["cibadmin", "--modify", "--xml-text", operation])


def kill_server(node: Node) -> None:
    node.check(["sh", "-c", "kill -9 $(cat /var/run/mysqld/mysqld.pid)"])


def wrap(lab: Lab) -> None:
    """The primitive runs as a plain server with one row, and is then wrapped by the lines of 2012."""
    lab.eventually(1, lambda: len(lab.where(CLONE, "Started")), 60, "the primitive to run")
    (plain,) = lab.where(CLONE, "Started")
    mariadb.ask(lab.node(plain), "INSERT INTO app.written VALUES (1)")
    lab.crm_configure(mariadb.clone(lab))


@contextmanager
def writing(lab: Lab, directory: Path, holders: Callable[[], Sequence[Node]]) -> Iterator[Application]:
    """The application writes as long as the block lasts, loses nothing, and never saw two writable servers.

    holders: the nodes that have every confirmed write at the end.
    """
    directory.chmod(0o755)
    application = Application(lab, directory)
    application.wait_whole()
    with application.watcher, application.writer:
        application.writer.await_more()
        yield application
        application.writer.await_more()
    for node in holders():
        lab.eventually(
            [], lambda node=node: mariadb.lost(application.writer, node), 10, f"all writes on {node.name}"
        )
    assert application.watcher.seconds_with_two_writable() == 0


@contextmanager
def at_work(lab: Lab, directory: Path) -> Iterator[Application]:
    """The same, and the cluster is whole at the end: every node has all, and none shows a password."""
    with writing(lab, directory, lambda: lab.nodes) as application:
        yield application
        application.wait_whole()
    for node in lab.nodes:
        for process in node.processes():
            assert not any(secret in process.command for secret in SECRETS), process.command
