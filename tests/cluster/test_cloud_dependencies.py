"""Real services under Pacemaker lose what they depend on: who reports it, and that nobody is restarted."""

from __future__ import annotations

import os
import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from cloud_stack import PATIENCE, Fault, holder, whole

from ocf_agents.lab.cloud.configuration import RABBIT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ocf_agents.lab import Lab, Node

APIS = ("glanceApiService", "placementService", "novaApiService")
DAEMONS = ("novaConductorService", "novaSchedulerService", "novaComputeService")


@pytest.fixture
def fault(cloud: Lab) -> Iterator[Fault]:
    """A fault that begins now, on a cloud that is at rest; its table is printed."""
    cloud.wait(lambda: whole(cloud), PATIENCE, "the cloud to be at rest")
    yield (begun := Fault(cloud))
    print(begun.table("reported"))


@contextmanager
def without_broker(lab: Lab) -> Iterator[None]:
    """RabbitMQ is stopped as long as the block lasts."""
    lab.crm("resource", "stop", "rabbitService", timeout=PATIENCE)
    try:
        lab.eventually([], lambda: lab.where("rabbitService"), PATIENCE, "RabbitMQ to stop")
        yield
    finally:
        lab.crm("resource", "start", "rabbitService", timeout=PATIENCE)
    lab.wait(lambda: lab.where("rabbitService"), PATIENCE, "RabbitMQ to start")


@contextmanager
def without_name(lab: Lab, name: str) -> Iterator[None]:
    """No node knows the name as long as the block lasts."""
    hosts = {node: node.read("/etc/hosts") for node in lab.nodes}
    for node, text in hosts.items():
        node.write("/etc/hosts", "".join(f"{one}\n" for one in text.splitlines() if name not in one))
    try:
        yield
    finally:
        for node, text in hosts.items():
            node.write("/etc/hosts", text)


def main_process(node: Node, mark: str) -> int:
    return next(one.machine_pid for one in node.processes() if mark in one.command)


def test_a_broker_that_is_away_is_reported_by_all_who_hold_a_connection_and_restarts_none(
    cloud: Lab, fault: Fault
) -> None:
    with without_broker(cloud):
        fault.await_reports(*DAEMONS)
    fault.await_recovery()
    assert fault.reporters() == set(DAEMONS)


def test_a_name_that_is_gone_is_a_lost_dependency_until_it_is_back(cloud: Lab, fault: Fault) -> None:
    # As long as their connections last, nobody needs the name: the broker's restart breaks them.
    with without_name(cloud, RABBIT):
        with without_broker(cloud):
            pass
        fault.await_reports(*DAEMONS)
    fault.await_recovery()


def test_a_failover_of_the_database_restarts_nothing(cloud: Lab, fault: Fault) -> None:
    def servers() -> set[int]:
        """Of the primary; whether a failover keeps its node is Pacemaker's choice."""
        nodes = [cloud.node(name) for name in cloud.where("clustermysql", "Promoted")]
        return {one.machine_pid for node in nodes for one in node.processes() if "mariadbd " in one.command}

    [killed] = servers()
    os.kill(killed, signal.SIGKILL)
    cloud.wait(lambda: servers() - {killed}, PATIENCE, "another server")
    fault.await_recovery()
    assert fault.reporters() <= {*APIS, *DAEMONS} - {"novaComputeService"}, "it has no database"


def test_a_keystone_that_is_away_is_reported_by_all_who_ask_with_a_token_and_restarts_none(
    cloud: Lab, fault: Fault
) -> None:
    # In maintenance, for Pacemaker would mend it, and with it what the lines of 2012 order behind it.
    node = holder(cloud, "keystoneService")
    cloud.crm("resource", "maintenance", "Keystone", "on")
    os.kill(main_process(node, "keystone-uwsgi.ini"), signal.SIGKILL)
    # The monitors have tokens, and the services remember for minutes that these are good.
    for one in cloud.nodes:
        one.check(["sh", "-c", "rm -f /run/openstack-agents/*.token"])
    fault.await_reports(*APIS)
    node.check(["crm_resource", "--resource", "keystoneService", "--force-start"], timeout=PATIENCE)
    cloud.crm("resource", "maintenance", "Keystone", "off")
    fault.await_recovery()
    assert fault.reporters() == set(APIS), "nothing that only holds connections needs a token"
