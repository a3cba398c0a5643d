"""Data that are new on a node: a database that is made, and one that was put back from a backup."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from database import settle

from ocf_agents.system.run import Finished

if TYPE_CHECKING:
    from database import Cluster, Node

DATADIR = "/var/lib/mysql"


def empty(node: Node) -> Node:
    """There is no database, but a program that makes one."""

    def install(_world: Any, _call: Any) -> Finished:
        node.directories.add(f"{DATADIR}/mysql")
        return Finished(0, "")

    node.directories.discard(f"{DATADIR}/mysql")
    node.directories.add(DATADIR)
    node.install("/usr/bin/mariadb-install-db", install)
    return node


def test_a_database_is_made_in_an_empty_directory_where_that_is_wanted(cluster: Cluster) -> None:
    node = empty(cluster.nodes["n1"])
    assert node.do("start", enable_creation="true").code == 0
    (made,) = [call.argv for call in node.calls if call.argv[0].endswith("install-db")]
    assert {f"--datadir={DATADIR}", "--user=mysql", "--defaults-file=/etc/mysql/my.cnf"} <= {*made}
    assert node.do("stop").code == 0
    assert node.do("start", enable_creation="true").code == 0
    assert len([call for call in node.calls if call.argv[0].endswith("install-db")]) == 1


def test_no_database_is_made_unasked(cluster: Cluster) -> None:
    node = empty(cluster.nodes["n1"])
    outcome = node.do("start")
    assert outcome.code == 5
    assert "holds no database" in outcome.reason
    assert not [call for call in node.calls if call.argv[0].endswith("install-db")]


def test_no_database_is_made_beside_files_that_are_there(cluster: Cluster) -> None:
    node = empty(cluster.nodes["n1"])
    node.files[f"{DATADIR}/ibdata1"] = "rows"
    outcome = node.do("start", enable_creation="true")
    assert outcome.code == 1
    assert "holds files but no database" in outcome.reason
    assert not [call for call in node.calls if call.argv[0].endswith("install-db")]


def test_a_database_that_could_not_be_made_is_a_failure_in_the_programs_words(cluster: Cluster) -> None:
    node = empty(cluster.nodes["n1"])
    node.programs["/usr/bin/mariadb-install-db"] = lambda *_: Finished(1, "", "some lines\nno space left\n")
    outcome = node.do("start", enable_creation="true")
    assert (outcome.code, outcome.reason) == (1, "/usr/bin/mariadb-install-db: no space left")


PLACES = ("xtrabackup_binlog_info", "mariadb_backup_binlog_info")


def put_back(node: Node, name: str, position: str, knows: str = "") -> None:
    """The node was stopped, and its data are a backup that ends at this position."""
    node.bodies.clear()
    node.do("stop")
    server = node.server
    server.state, server.logs = knows, False
    server.source = server.receiving = server.applying = server.received = ""
    node.files[f"{DATADIR}/{name}"] = f"mysql-bin.000002\t4711\t{position}\n"
    node.files[f"{DATADIR}/xtrabackup_checkpoints"] = "backup_type = log-applied\nfrom_lsn = 0\n"


@pytest.mark.parametrize("name", PLACES)
@pytest.mark.parametrize("knows", ["", "0-1-40"])
def test_a_replica_that_was_put_back_from_a_backup_follows_from_where_that_ends(
    whole: Cluster, name: str, knows: str
) -> None:
    node = whole.nodes["n2"]
    put_back(node, name, "0-1-90", knows)
    assert node.do("start").code == 0
    done = node.server.done
    assert done.index("set 0-1-90") < len(done) - 1 - done[::-1].index("follow n1")
    assert node.server.source == "n1"
    settle(whole)
    assert node.monitor().code == 0


def test_a_replica_that_was_put_back_takes_over_only_after_it_has_caught_up(whole: Cluster) -> None:
    node = whole.nodes["n2"]
    put_back(node, PLACES[0], "0-1-90")
    node.do("start")
    assert node.score is None
    node.server.state = "0-1-100"
    settle(whole)
    assert node.score == "1000"


@pytest.mark.parametrize("logs", [True, False])
def test_an_old_note_of_a_backup_sets_no_server_back(whole: Cluster, logs: bool) -> None:
    node = whole.nodes["n2"]
    put_back(node, PLACES[0], "0-1-50", "0-1-100")
    node.server.logs = logs
    node.do("start")
    assert not [step for step in node.server.done if step.startswith("set ")]
    assert node.server.state == "0-1-100"


def test_a_server_that_has_written_itself_goes_by_no_note(whole: Cluster) -> None:
    node = whole.nodes["n2"]
    put_back(node, PLACES[0], "7-9-50", "0-1-100")
    node.server.logs = True
    node.do("start")
    assert not [step for step in node.server.done if step.startswith("set ")]


def test_a_server_that_follows_somebody_goes_by_no_note(whole: Cluster) -> None:
    node = whole.nodes["n2"]
    put_back(node, PLACES[0], "7-9-50", "0-1-100")
    node.server.source = "n1"
    node.do("start")
    assert not [step for step in node.server.done if step.startswith("set ")]


@pytest.mark.parametrize("text", ["", "mysql-bin.000002 4711", "mysql-bin.000002 4711 nonsense"])
def test_a_note_without_a_position_is_none(whole: Cluster, text: str) -> None:
    node = whole.nodes["n2"]
    put_back(node, PLACES[0], "", "0-1-100")
    node.files[f"{DATADIR}/{PLACES[0]}"] = text
    assert node.do("start").code == 0
    assert not [step for step in node.server.done if step.startswith("set ")]


def test_a_backup_that_was_not_prepared_is_not_started(whole: Cluster) -> None:
    node = whole.nodes["n2"]
    put_back(node, PLACES[0], "0-1-90")
    node.files[f"{DATADIR}/xtrabackup_checkpoints"] = "backup_type = full-backuped\n"
    outcome = node.do("start")
    assert outcome.code == 1
    assert f"mariadb-backup --prepare --target-dir={DATADIR}" in outcome.reason
    assert not node.bodies
