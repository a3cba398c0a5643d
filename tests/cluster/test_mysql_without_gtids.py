"""Three of MySQL's own servers without GTIDs: a third node follows from a place that is right, or is set apart."""

from __future__ import annotations

import re
import subprocess
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from mysql_application import CLONE, Application, kill_server, writing
from mysql_versions import VERSIONS, lab_name, unpacked
from support.possible import skip_unless_lab

from ocf_agents.lab import Lab, mariadb
from ocf_agents.mysql.dialect import Version, version, word
from ocf_agents.mysql.look import batch, read

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ocf_agents.lab import Node
    from ocf_agents.lab.flavours import MySQL
    from ocf_agents.mysql.gtid import Position

LOG = "/var/log/pacemaker/pacemaker.log"
LATE = "-1"
LACKS = r"set apart: it lacks mysql-bin\.\d+:\d+-\S+ of the former primary's log, which {} has but cannot hand over"


@pytest.fixture(scope="module", params=VERSIONS)
def flavour(request: pytest.FixtureRequest) -> MySQL:
    return replace(unpacked(str(request.param)), gtids=False)


@pytest.fixture(scope="module")
def cluster(flavour: MySQL) -> Iterator[Lab]:
    """A primary, and two replicas that a person has made of copies of its data."""
    skip_unless_lab()
    with Lab(lab_name(flavour, "p"), nodes=3, install=mariadb.INSTALL, shares=[flavour.directory]) as lab:
        mariadb.install_databases(lab, flavour=flavour)
        first, *others = lab.nodes
        for node in others:
            lab.crm("node", "standby", node.name)
        mariadb.configure(lab, flavour=flavour)
        lab.eventually([first.name], lambda: lab.where(CLONE, "Promoted"), 60, "the first primary")
        for node in others:
            make_replica(lab, node, first)
        lab.wait(lambda: mariadb.whole(lab), 90, "a primary with two standbys on record")
        yield lab


def make_replica(lab: Lab, node: Node, source: Node) -> None:
    """The node's server, whose data are those with which the primary's log began, is told where that is."""
    lab.crm("node", "online", node.name)
    said = ["grep", "set apart: nothing shows where in the log of", LOG]
    lab.wait(lambda: node.run(said).returncode == 0, 60, "a server of which nothing is known to be set apart")
    found = version(mariadb.ask(node, "SELECT VERSION()"))
    name = word("source", found)
    options = {
        "HOST": f"'{source.address}'",
        "USER": "'repl_user'",
        "PASSWORD": "'repl-password'",
        "LOG_FILE": "'mysql-bin.000001'",
        "LOG_POS": "4",
    }
    told = ", ".join(f"{name}_{option} = {value}" for option, value in options.items())
    mariadb.ask(node, f"{word('change source', found)} {told}")
    lab.crm("node", "standby", node.name)
    lab.eventually(None, lambda: node.name in lab.where(CLONE) or None, 60, "the server to be stopped")
    lab.crm("node", "online", node.name)


@pytest.fixture
def application(cluster: Lab, tmp_path: Path) -> Iterator[Application]:
    """The application, which loses nothing, and never saw two writable servers."""
    with writing(cluster, tmp_path, lambda: following(cluster)) as application:
        yield application


def following(lab: Lab) -> list[Node]:
    """The primary and its standbys on record."""
    pact = mariadb.pact(lab)
    assert pact
    return [lab.node(name) for name in (pact.primary, *pact.standbys)]


def rows(node: Node) -> list[str]:
    """What the application has written, as this node has it."""
    return mariadb.ask(node, "SELECT number FROM app.written ORDER BY number").split()


def position(node: Node) -> Position:
    """How far the node's server is in the log of the primary, applied or only received."""
    found = version(mariadb.ask(node, "SELECT VERSION()"))
    asked = batch(Version(found.flavour, found.number, placed=True))
    return read(node.check(["mariadb", f"--socket={mariadb.SOCKET}", "--vertical", "-e", asked])).position


@contextmanager
def locked(lab: Lab, node: Node) -> Iterator[None]:
    """The node's server applies nothing as long as the block lasts."""
    command = node.command(["mariadb", f"--socket={mariadb.SOCKET}"])
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True) as session:
        assert session.stdin
        session.stdin.write("LOCK TABLES app.written READ;\n")
        session.stdin.flush()
        held = "SHOW OPEN TABLES FROM app WHERE in_use > 0"
        lab.wait(lambda: mariadb.ask(node, held), 10, "the lock")
        yield


def test_a_planned_switchover_takes_both_others_along(application: Application) -> None:
    old = application.primary()
    application.switch_over()
    application.wait_whole()
    assert application.primary() != old


def test_a_third_server_that_has_yet_to_apply_what_it_received_does_that_before_it_follows(
    cluster: Lab, tmp_path: Path
) -> None:
    application = Application(cluster, tmp_path)
    application.wait_whole()
    old, third = application.primary(), application.replica()
    other = next(node for node in cluster.nodes if node not in (old, third))
    cluster.crm_configure(f"location other_leads ms_MySQL rule $role=Master 100: #uname eq {other.name}\n")
    with locked(cluster, third):
        mariadb.ask(old, f"INSERT INTO app.written VALUES ({LATE})")
        cluster.wait(
            lambda: position(third) == position(other) == position(old), 10, "all to have received it"
        )
        kill_server(old)
        cluster.eventually(
            [other.name], lambda: cluster.where(CLONE, "Promoted"), 60, "the other one to lead"
        )
        assert LATE not in rows(third)
    application.wait_whole()
    assert LATE in rows(third)
    assert len({tuple(rows(node)) for node in cluster.nodes}) == 1
    cluster.crm("configure", "delete", "other_leads")


def test_a_third_server_that_lacks_a_write_is_set_apart_and_says_which(application: Application) -> None:
    """The last test of a version: it leaves a server that is to be rebuilt."""
    lab, old = application.lab, application.primary()
    third = application.replica()
    other = next(node for node in lab.nodes if node not in (old, third))
    rule = f"ip daddr {third.address} tcp sport 3306 drop;"
    old.check(["nft", f"table inet lost {{ chain out {{ type filter hook output priority 0; {rule} }}; }}"])
    application.writer.await_more()
    kill_server(old)
    lab.eventually([other.name], lambda: lab.where(CLONE, "Promoted"), 60, "the one that has all to lead")
    application.writer.await_more()
    lacks = re.compile(LACKS.format(other.name))
    lab.wait(lambda: lacks.search(third.read(LOG)), 60, "the third server to be set apart")
    lab.eventually([other, old], lambda: following(lab), 60, "the old primary to be a standby on record")
    has = rows(third)
    application.writer.await_more()
    assert rows(third) == has
    assert set(has) < set(rows(other))
