"""MySQL's own servers, each version alone and then under a real Pacemaker, while an application writes."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest
from mysql_application import Application, at_work, wrap
from mysql_versions import VERSIONS, lab_name, unpacked
from ocf_tester import call
from support.possible import skip_unless_lab

from ocf_agents.lab import Lab, Power, image, mariadb

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ocf_agents.lab import Node
    from ocf_agents.lab.flavours import MySQL

CONFIGURED = {
    "config": "/etc/mysql/my.cnf",
    "socket": mariadb.SOCKET,
    "pid": "/var/run/mysqld/mysqld.pid",
    "log": "/var/log/mysql.log",
    "replication_user": "repl_user",
    "replication_passwd": "repl-password",
    "test_user": "test_user",
    "test_passwd": "test-password",
}
ENCRYPTED = {"replication_master_ssl_ca": f"{mariadb.DATA}/ca.pem"}
"""MySQL makes certificates with its data, which all nodes have from one template here."""
WHOLE_CLONE = {
    "CRM_meta_clone_max": "2",
    "CRM_meta_clone_node_max": "1",
    "CRM_meta_promoted_max": "1",
    "CRM_meta_notify": "true",
    "CRM_meta_promotable": "true",
}
WAITS = "SELECT COUNT(*) FROM information_schema.processlist WHERE user = 'app' AND state LIKE '%semi-sync%'"
ALONE = 7
CLOSE = """
import sys, time
from ocf_agents.mysql.dialect import version
from ocf_agents.mysql.look import Login
from ocf_agents.mysql.server import Server
socket, client, text = sys.argv[1:]
end = time.monotonic() + 20
Server(Login("repl_user", "repl-password", socket, client), version(text), print).close_writes(
    lambda: end - time.monotonic()
)
"""


@pytest.fixture(scope="module", params=VERSIONS)
def flavour(request: pytest.FixtureRequest) -> MySQL:
    return unpacked(str(request.param))


@pytest.fixture(scope="module")
def databases(flavour: MySQL) -> Iterator[Lab]:
    """Two nodes with a database each, which nobody runs."""
    skip_unless_lab()
    with Lab(lab_name(flavour), install=mariadb.INSTALL, shares=[flavour.directory]) as lab:
        install(lab, flavour)
        yield lab


def install(lab: Lab, flavour: MySQL) -> None:
    """The nodes are alike, and let nobody replicate in plain text."""
    mariadb.install_databases(lab, "ALTER USER repl_user@'10.77.%.%' REQUIRE SSL;\n", flavour=flavour)


@pytest.fixture(scope="module")
def wrapped(databases: Lab, flavour: MySQL) -> Lab:
    mariadb.configure(databases, wrap=False, flavour=flavour)
    for name, value in ENCRYPTED.items():
        databases.crm("resource", "param", mariadb.NAME, "set", name, value)
    wrap(databases)
    return databases


@pytest.fixture
def application(wrapped: Lab, tmp_path: Path) -> Iterator[Application]:
    with at_work(wrapped, tmp_path) as application:
        yield application


def programs(flavour: MySQL) -> dict[str, str]:
    """Which server and which client the agent is to use."""
    return {"binary": flavour.program, "client_binary": f"{flavour.directory}/bin/mysql"}


def test_a_server_alone_is_started_looked_at_and_stopped(databases: Lab, flavour: MySQL) -> None:
    node, given = databases.node("n1"), {**CONFIGURED, **programs(flavour)}

    def calls(*actions: tuple[str, int]) -> list[int]:
        return [call(node, "mysql", action, level, **given) for action, level in actions]

    looks = (("monitor", 0), ("monitor", 1), ("validate-all", 10))
    assert calls(*looks[:1], ("start", 0), *looks) == [ALONE, 0, 0, 0, 0]
    assert mariadb.ask(node, "SELECT @@GLOBAL.read_only, COUNT(*) FROM app.written") == "0\t0"
    assert calls(("stop", 0), *looks[:1]) == [0, ALONE]
    assert not [one for one in node.processes() if flavour.program in one.command]


def test_a_server_is_closed_while_a_write_waits_for_an_acknowledgement(
    databases: Lab, flavour: MySQL
) -> None:
    node, given = databases.node("n1"), {**CONFIGURED, **programs(flavour)}
    old = flavour.directory.name == "5.7"
    plugin, name = ("semisync_master.so", "master") if old else ("semisync_source.so", "source")
    assert call(node, "mysql", "start", **given, additional_parameters=f"--plugin-load-add={plugin}") == 0
    for setting in ("timeout = 4294967295", "enabled = 1"):
        mariadb.ask(node, f"SET GLOBAL rpl_semi_sync_{name}_{setting}")
    client = write_alone(node, 4)
    databases.wait(lambda: int(mariadb.ask(node, WAITS)), 10, "a write that waits")
    version = mariadb.ask(node, "SELECT VERSION()")
    words = (mariadb.SOCKET, f"{flavour.directory}/bin/mysql", version)
    node.check(["env", f"PYTHONPATH={image.CHECKOUT}", "python3", "-c", CLOSE, *words], timeout=40)
    assert client.wait(10) != 0
    assert mariadb.ask(node, "SELECT @@GLOBAL.read_only, COUNT(*) FROM app.written") == "1\t1"
    assert call(node, "mysql", "stop", **given) == 0
    # The nodes are to be alike again.
    install(databases, flavour)


def test_wrapping_a_plain_server_keeps_its_data_and_makes_it_the_primary(application: Application) -> None:
    application.still_have_the_row_of_the_plain_server()


def test_the_primary_has_all_that_replication_needs(application: Application, flavour: MySQL) -> None:
    given = {**CONFIGURED, **ENCRYPTED, **programs(flavour), **WHOLE_CLONE}
    for node in application.lab.nodes:
        assert call(node, "mysql", "validate-all", 10, **given) == 0


def test_a_planned_switchover_loses_nothing(application: Application) -> None:
    application.switch_over()


def test_a_killed_server_is_replaced_and_comes_back_as_a_replica(application: Application) -> None:
    application.lose_the_primarys_server()


def test_a_killed_replica_costs_a_pause_and_returns(application: Application) -> None:
    application.lose_the_replicas_server()


def test_a_node_that_loses_power_is_replaced_and_returns(application: Application) -> None:
    application.lose_the_primarys_node()


def send_nothing(node: Node, other: Node) -> None:
    """What the node's server sends to the other node is lost, until the node loses its power."""
    rule = f"ip daddr {other.address} tcp sport 3306 drop;"
    node.check(["nft", f"table inet lost {{ chain out {{ type filter hook output priority 0; {rule} }}; }}"])


def write_alone(node: Node, number: int) -> subprocess.Popen[bytes]:
    """A client on the node that is in the middle of a write."""
    login = ["mariadb", f"--socket={mariadb.SOCKET}", "--user=app", "--password=app-password"]
    words = [*login, "-e", f"INSERT INTO app.written VALUES ({number})"]
    return subprocess.Popen(node.command(words), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def rows(node: Node) -> set[int]:
    """The numbers that the application has written, confirmed or not, as this node has them."""
    return {int(number) for number in mariadb.ask(node, "SELECT number FROM app.written").split()}


def test_a_write_that_nobody_confirmed_is_set_apart_with_its_server_and_named(
    wrapped: Lab, tmp_path: Path
) -> None:
    """The last test of a version: it leaves a server that is to be rebuilt."""
    tmp_path.chmod(0o755)
    application = Application(wrapped, tmp_path)
    application.wait_whole()
    with application.watcher, application.writer:
        application.writer.await_more()
        old, replica = application.primary(), application.replica()
        uuid = mariadb.ask(old, "SELECT @@server_uuid")
        send_nothing(old, replica)
        wrapped.wait(lambda: int(mariadb.ask(old, WAITS)), 2, "a write that waits")
        old.kill()
        application.wait_for_another(old)
        application.writer.await_more()
        wrapped.wait(lambda: old.power is Power.ON, 60, "the former primary to be switched on")
        set_apart = ["grep", f"set apart: it has {uuid}:", "/var/log/pacemaker/pacemaker.log"]
        wrapped.wait(lambda: old.run(set_apart).returncode == 0, 60, "the former primary to be set apart")
        alone = rows(old) - rows(replica)
    confirmed = {number for number, _, _ in application.writer.acknowledged()}
    assert alone
    assert not alone & confirmed
    assert mariadb.lost(application.writer, replica) == []
    assert application.watcher.seconds_with_two_writable() == 0
