"""ocf-tester's whole round on the real services of OpenStack, which share one broker, database and Keystone."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from cloud_neighbours import BEHIND, NEIGHBOURS, PROGRAMS, SERVICES, start_switch
from ocf_tester import assert_content, call, require
from support.possible import skip_unless_cloud

from ocf_agents.lab import Lab, mariadb, schemas
from ocf_agents.lab.cloud.configuration import HOSTS
from ocf_agents.lab.cloud.preparation import prepare

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ocf_agents.lab import Node


@pytest.fixture(scope="module")
def controller() -> Iterator[Node]:
    """A node where all that is configured can be started; database, broker, Keystone and switch run there."""
    skip_unless_cloud(PROGRAMS)
    with Lab(f"test{os.getpid()}-services", hosts=HOSTS) as lab:
        prepare(lab, NEIGHBOURS)
        node = lab.node("n1")
        for name, octet in HOSTS.items():
            if name != mariadb.NAME:
                node.check(["ip", "address", "add", f"{lab.address(octet)}/32", "dev", "lo"])
        with schemas.running(node, lab.address(mariadb.VIP)):
            start_switch(node)
            assert call(node, "rabbitmq-server", "start", node_name="rabbit@localhost") == 0
            assert call(node, "keystone", "start") == 0
            yield node
    assert lab.leftovers() == []


@pytest.fixture
def needed(controller: Node, agent: str) -> Iterator[None]:
    """What the service cannot do without runs as well."""
    if agent not in BEHIND:
        yield
        return
    other = BEHIND[agent]
    assert call(controller, other, "start", **SERVICES[other]) == 0
    yield
    assert call(controller, other, "stop", **SERVICES[other]) == 0


@pytest.mark.usefixtures("needed")
@pytest.mark.parametrize("agent", SERVICES)
def test_ocf_tester_is_content_with_the_real_service_at_every_depth(controller: Node, agent: str) -> None:
    require(controller)
    assert_content(controller, agent, 20, **SERVICES[agent])
