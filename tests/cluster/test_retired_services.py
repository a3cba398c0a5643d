"""ocf-tester's whole round for services that Debian ships no more, on stand-ins that listen or connect as they did."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from ocf_tester import assert_content, require
from servers_of_2012 import install, uninstall

from ocf_agents.lab.cloud.lines import RETIRED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ocf_agents.lab import Lab, Node

PROGRAMS = {**{name: name for name in RETIRED}, "mongodb": "mongod"}


@pytest.fixture(scope="module")
def node_of_2012(lab: Lab) -> Iterator[Node]:
    """A node with stand-ins for all that is gone, and their broker and database."""
    lab.wait_idle(90)
    node = lab.node("n1")
    install(node, *PROGRAMS.values())
    node.write("/etc/mongod.conf", "net:\n  port: 27017\n")
    yield node
    uninstall(node, *PROGRAMS.values())


@pytest.mark.parametrize("agent", PROGRAMS)
def test_ocf_tester_is_content_with_what_behaves_like_the_service_of_old(
    node_of_2012: Node, agent: str
) -> None:
    require(node_of_2012)
    assert_content(node_of_2012, agent, 20)
