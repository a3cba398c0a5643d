"""A replica of MySQL's own servers is rebuilt by the clone plugin, while an application writes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import rebuilt_replica
from mysql_application import Application, at_work
from mysql_versions import VERSIONS, lab_name, unpacked
from support.possible import skip_unless_lab

from ocf_agents.lab import Lab, mariadb

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ocf_agents.lab.flavours import MySQL

OLD = ("5.7",)
"""Those without the plugin."""
GRANT = "GRANT BACKUP_ADMIN ON *.* TO repl_user@'10.77.%.%'"
REVOKE = "REVOKE BACKUP_ADMIN ON *.* FROM repl_user@'10.77.%.%'"
UNHINGED = "STOP REPLICA; SET GLOBAL super_read_only = 0"
DENIED = "repl_user lacks BACKUP_ADMIN on"


@pytest.fixture(scope="module", params=[version for version in VERSIONS if version not in OLD])
def flavour(request: pytest.FixtureRequest) -> MySQL:
    return unpacked(str(request.param))


@pytest.fixture(scope="module")
def cluster(flavour: MySQL) -> Iterator[Lab]:
    skip_unless_lab()
    with Lab(lab_name(flavour, "c"), install=mariadb.INSTALL, shares=[flavour.directory]) as lab:
        mariadb.install_databases(lab, f"{GRANT};\n", flavour=flavour)
        mariadb.configure(lab, flavour=flavour)
        yield lab


@pytest.fixture
def application(cluster: Lab, tmp_path: Path) -> Iterator[Application]:
    with at_work(cluster, tmp_path) as application, rebuilt_replica.reseeding(application):
        yield application


def test_a_replica_with_a_write_of_its_own_is_rebuilt_as_soon_as_it_may_clone(
    application: Application,
) -> None:
    lab, lost = application.lab, application.replica()
    mariadb.ask(application.primary(), REVOKE)
    rebuilt_replica.part(lost, UNHINGED)
    told = ["grep", f"not rebuilt: {DENIED}", rebuilt_replica.LOG]
    lab.wait(lambda: lost.run(told).returncode == 0, 60, "the monitor to say what lacks")
    mariadb.ask(application.primary(), GRANT)
    apart = rebuilt_replica.rebuild(application, lost)
    assert "mysql.ibd" in lost.check(["ls", apart])


def test_a_node_that_loses_power_while_it_is_rebuilt_is_rebuilt_when_it_is_back(
    application: Application,
) -> None:
    lost = application.replica()
    rebuilt_replica.part(lost, UNHINGED)
    rebuilt_replica.lose_power_in_the_middle(application, lost, "scratch/copy/ibdata1")


def test_a_node_whose_disk_was_replaced_gets_the_data_by_itself(application: Application) -> None:
    rebuilt_replica.replace_disk(application, application.replica())


def test_a_server_that_was_rebuilt_can_lead(application: Application) -> None:
    application.switch_over()
    application.wait_whole()
