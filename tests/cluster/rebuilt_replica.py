"""A replica that is rebuilt from the primary by itself, on whichever server, and what must hold then."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from mysql_application import CLONE, kill_server

from ocf_agents.lab import Power, mariadb
from ocf_agents.lab.scene import PIDFILE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mysql_application import Application

    from ocf_agents.lab import Node

DATADIR, SET = mariadb.DATA, "ms_MySQL"
LOG = "/var/log/pacemaker/pacemaker.log"


@contextmanager
def reseeding(application: Application) -> Iterator[Application]:
    """Replicas are rebuilt as long as the block lasts; what was set apart is thrown away afterwards."""
    lab = application.lab
    lab.crm("resource", "param", CLONE, "set", "reseed", "auto")
    application.wait_whole()
    yield application
    lab.crm("resource", "param", CLONE, "delete", "reseed")
    for node in lab.nodes:
        node.check(["sh", "-c", f"rm -rf {DATADIR}.set-apart-* {mariadb.LOGS}/*.set-apart-*"])


def part(lost: Node, unhinged: str = "STOP SLAVE") -> None:
    """The replica has a write of its own, and starts again.

    unhinged: what makes it take one.
    """
    mariadb.ask(lost, f"{unhinged}; INSERT INTO app.written VALUES (-1)")
    kill_server(lost)


def rebuild(application: Application, lost: Node) -> str:
    """The replica is one again, without its own write; the directory in which its old data are."""
    lab, look = application.lab, ["sh", "-c", f"ls -d {DATADIR}.set-apart-*"]
    lab.wait(lambda: lost.run(look).returncode == 0, 60, "the old data to be set apart")
    application.writer.await_more()
    await_whole(application, lost)
    assert lost.run(["ls", f"{DATADIR}.reseed"]).returncode != 0
    lost.check(["grep", "was rebuilt from .*; what it had before is in", LOG])
    return lost.check(look).strip()


def lose_power_in_the_middle(application: Application, lost: Node, file: str) -> None:
    """A node loses power when there is a part of the copy, this file; it is rebuilt when it is back."""
    lab = application.lab
    lab.wait(lambda: lost.run(["ls", f"{DATADIR}.reseed/{file}"]).returncode == 0, 60, "a part of the copy")
    lost.kill()
    lab.wait(lambda: lost.power is Power.ON, 60, "the replica to be switched on")
    await_whole(application, lost)
    assert len(lost.check(["sh", "-c", f"ls -d {DATADIR}.*"]).split()) == 1, "the old data, and nothing else"


def replace_disk(application: Application, lost: Node) -> None:
    """A node comes back without any data, and is a replica."""
    lab = application.lab
    lab.crm("resource", "ban", SET, lost.name)
    # A server that is about to stop still writes into its directory.
    lab.wait(lambda: lost.run(["test", "-e", PIDFILE]).returncode, 60, "the replica to be stopped")
    lost.check(["sh", "-c", f"rm -rf {DATADIR}/* {mariadb.LOGS}/*"])
    lab.crm("resource", "clear", SET)
    application.writer.await_more()
    await_whole(application, lost)


def await_whole(application: Application, lost: Node) -> None:
    """The cluster is whole, the node is the replica, and no write of its own is left."""
    application.wait_whole()
    assert application.replica() == lost
    assert mariadb.ask(lost, "SELECT COUNT(*) FROM app.written WHERE number = -1") == "0"
