"""The servers beside OpenStack, for real: ocf-tester's whole round, and what a monitor says of a hung one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from ocf_tester import assert_content, call, require

if TYPE_CHECKING:
    from ocf_agents.lab import Lab, Node

HAPROXY = """\
global
    stats socket /run/haproxy-test.sock mode 600
defaults
    mode http
    timeout connect 5s
    timeout client 5s
    timeout server 5s
listen front
    bind 127.0.0.1:8999
    server back 127.0.0.1:9292
"""
FILES = {"haproxy": ("/etc/haproxy/haproxy-test.cfg", HAPROXY)}
PROGRAMS = {
    "redis": "redis-server",
    "memcached": "memcached",
    "haproxy": "haproxy",
    "rabbitmq-server": "rabbitmq-server",
}


@pytest.fixture
def node(lab: Lab) -> Node:
    """A node with an address of its own for its name, which Erlang asks for."""
    # The test before may have cut it off, and its fencing may be on the way still.
    lab.wait_idle(90)
    return lab.node("n1")


@pytest.mark.parametrize("agent", PROGRAMS)
def test_ocf_tester_is_content_and_a_hung_server_is_a_failure(node: Node, agent: str) -> None:
    require(node, PROGRAMS[agent])
    parameters = {}
    if agent in FILES:
        path, text = FILES[agent]
        node.write(path, text)
        parameters["config"] = path
    if agent == "rabbitmq-server":
        parameters["node_name"] = "rabbit@localhost"
    assert_content(node, agent, 10, **parameters)
    assert call(node, agent, "start", **parameters) == 0
    try:
        assert call(node, agent, "monitor", 10, **parameters) == 0
        pids = node.check(["sh", "-c", f"pgrep -s $(cut -d' ' -f1 /run/openstack-agents/p_{agent}.started)"])
        # All of them: HAProxy's worker and Erlang's machine answer while their parents sleep.
        node.check(["kill", "-STOP", *pids.split()])
        assert call(node, agent, "monitor", 10, **parameters) == 1
        node.check(["kill", "-CONT", *pids.split()])
        assert call(node, agent, "monitor", 10, **parameters) == 0
    finally:
        assert call(node, agent, "stop", **parameters) == 0
