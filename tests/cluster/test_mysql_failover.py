"""A real MariaDB under a real Pacemaker, configured as in 2012, while an application writes through the VIP."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from typing import TYPE_CHECKING

import pytest
import rebuilt_replica
from mysql_application import CLONE, Application, at_work, wrap
from support.possible import skip_unless_lab_with_mariadb

from ocf_agents.lab import Lab, Power, mariadb

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ocf_agents.lab import Node

ADDRESS, DATADIR = mariadb.ADDRESS, mariadb.DATA
SET, COLOCATION = "ms_MySQL", "masterIP_on_mysqlMaster"


@pytest.fixture(scope="module")
def databases() -> Iterator[Lab]:
    skip_unless_lab_with_mariadb()
    with Lab(f"test{os.getpid()}-mysql", install=mariadb.INSTALL) as lab:
        mariadb.install_databases(lab)
        mariadb.configure(lab, wrap=False)
        yield lab


@pytest.fixture(scope="module")
def wrapped(databases: Lab) -> Lab:
    """The primitive runs as a plain server, and is then wrapped by the lines of 2012."""
    wrap(databases)
    return databases


@pytest.fixture(scope="module", params=["once", "again"])
def turn(request: pytest.FixtureRequest) -> str:
    """Who leads the second time followed the first time."""
    return str(request.param)


@pytest.fixture
def application(wrapped: Lab, tmp_path: Path) -> Iterator[Application]:
    with at_work(wrapped, tmp_path) as application:
        yield application


def test_wrapping_a_plain_server_keeps_its_data_and_makes_it_the_primary(application: Application) -> None:
    application.still_have_the_row_of_the_plain_server()


@pytest.mark.usefixtures("turn")
def test_a_planned_switchover_loses_nothing(application: Application) -> None:
    since = time.time()
    application.switch_over()
    assert application.writer.longest_gap(since) < 10


@pytest.mark.usefixtures("turn")
def test_a_killed_server_is_replaced_and_comes_back_as_a_replica(application: Application) -> None:
    application.lose_the_primarys_server()


def test_a_killed_primary_is_replaced_before_its_next_monitor(application: Application) -> None:
    application.lose_the_primarys_server(every=60)


def test_a_killed_replica_costs_a_pause_and_returns(application: Application) -> None:
    application.lose_the_replicas_server()


@pytest.mark.usefixtures("turn")
def test_a_node_that_loses_power_is_replaced_and_returns(application: Application) -> None:
    application.lose_the_primarys_node()


def test_a_replica_that_loses_power_is_struck_off_and_entered_again(application: Application) -> None:
    lost = application.replica()
    lost.kill()
    application.writer.await_more(200)
    application.lab.wait(lambda: lost.power is Power.ON, 60, "the replica to be switched on")


@pytest.fixture
def reseeding(application: Application) -> Iterator[Application]:
    with rebuilt_replica.reseeding(application):
        yield application


@pytest.mark.skipif(not shutil.which("mariadb-backup"), reason="mariadb-backup: not installed")
def test_a_replica_with_a_write_of_its_own_is_rebuilt_by_itself(reseeding: Application) -> None:
    lost = reseeding.replica()
    rebuilt_replica.part(lost)
    apart = rebuilt_replica.rebuild(reseeding, lost)
    kept = f"mariadb-binlog {mariadb.LOGS}/mysql-bin.set-apart-*/*.0*"
    assert "VALUES (-1)" in lost.check(["sh", "-c", kept])
    assert "master.info" in lost.check(["ls", apart])


@pytest.mark.skipif(not shutil.which("mariadb-backup"), reason="mariadb-backup: not installed")
def test_a_node_that_loses_power_while_it_is_rebuilt_is_rebuilt_when_it_is_back(
    reseeding: Application,
) -> None:
    lost = reseeding.replica()
    rebuilt_replica.part(lost)
    rebuilt_replica.lose_power_in_the_middle(reseeding, lost, "data/ibdata1")


@pytest.mark.skipif(not shutil.which("mariadb-backup"), reason="mariadb-backup: not installed")
def test_a_node_whose_disk_was_replaced_gets_the_data_by_itself(reseeding: Application) -> None:
    rebuilt_replica.replace_disk(reseeding, reseeding.replica())


def copy(source: Node, target: Node) -> None:
    """The data of a running server are in another node's data directory, as of one moment."""
    target.check(["sh", "-c", f"mv {DATADIR}/* {mariadb.LOGS}/* /var/lib/mysql.set-apart/"])
    words = ["mariadb-backup", "--backup", "--stream=xbstream", f"--socket={mariadb.SOCKET}", "--user=root"]
    with subprocess.Popen(source.command(words), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as backup:
        receive = target.command(["mbstream", "-x", "-C", DATADIR])
        subprocess.run(receive, stdin=backup.stdout, check=True, timeout=120)
    assert backup.returncode == 0
    target.check(["mariadb-backup", "--prepare", f"--target-dir={DATADIR}"], timeout=120)
    target.check(["chown", "-R", "mysql:mysql", DATADIR])


@pytest.mark.skipif(not shutil.which("mariadb-backup"), reason="mariadb-backup: not installed")
def test_a_replica_is_rebuilt_from_a_backup_of_the_primary_while_that_works(application: Application) -> None:
    lab, lost = application.lab, application.replica()
    lab.crm("resource", "ban", SET, lost.name)
    lab.wait(lambda: not lab.where(CLONE, "Unpromoted"), 60, "the replica to be stopped")
    lost.check(["mkdir", "/var/lib/mysql.set-apart"])
    copy(application.primary(), lost)
    application.writer.await_more()
    lab.crm("resource", "clear", SET)
    application.wait_whole()
    assert application.replica() == lost


STAGING = (
    "env",
    "PYTHONPATH=/opt/ocf-agents-checkout",
    "/usr/bin/python3",
    "-m",
    "ocf_agents.cli.main",
    "drill",
)


def test_a_drill_of_a_running_cluster_does_what_it_said_before_and_only_if_that_is_meant(
    application: Application,
) -> None:
    lab, primary = application.lab, application.primary()
    mariadb.ask(
        primary,
        "CREATE DATABASE ocf_drill; GRANT ALL ON ocf_drill.* TO ocf_drill@'%' IDENTIFIED BY 'drill-password'",
    )
    words = [*STAGING, "cluster", "--address", lab.address(mariadb.VIP)]
    said = primary.check(words, timeout=60)
    assert f"crm_standby --node {primary.name} --update on" in said
    assert application.primary() == primary
    meant = [*words, "--i-mean-it", "--password-file", "-", "--json"]
    result = json.loads(primary.check(meant, input="drill-password\n", timeout=200))
    assert (result["lost"], result["two_writable_s"]) == (0, 0)
    assert result["confirmed"] > 20
    assert result["primary"] == next(node.name for node in lab.nodes if node != primary)
    refused = primary.run(meant, input="wrong\n", timeout=60)
    assert refused.returncode == 2
    assert "Access denied" in refused.stderr


@pytest.fixture
def free_address(application: Application) -> Iterator[Application]:
    """The primary knows the writers' address, and the cluster may put it anywhere."""
    lab = application.lab
    settings = {"writer_vip": lab.address(mariadb.VIP), "writer_vip_grace": "3s"}
    for name, value in settings.items():
        lab.crm("resource", "param", CLONE, "set", name, value)
    lab.crm("configure", "delete", COLOCATION)
    yield application
    lab.crm("resource", "clear", ADDRESS)
    lab.crm("configure", "colocation", COLOCATION, "inf:", ADDRESS, f"{SET}:Master")
    for name in settings:
        lab.crm("resource", "param", CLONE, "delete", name)
    lab.crm("resource", "cleanup", SET)


def test_a_primary_whose_writers_are_sent_elsewhere_closes(free_address: Application) -> None:
    lab, primary = free_address.lab, free_address.primary()
    free_address.writer.await_more()
    lab.crm("resource", "move", ADDRESS, free_address.replica().name)
    free_address.wait_for_another(primary)
    free_address.writer.await_more()
    primary.check(["grep", "for longer than writer_vip_grace", "/var/log/pacemaker/pacemaker.log"])
