"""The servers beside OpenStack, for real: ocf-tester's whole round, and what a monitor says of a hung one."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from ocf_agents.lab import Lab, Node

AGENTS = "/usr/lib/ocf/resource.d/openstack"
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


def installed(node: Node, program: str) -> bool:
    """Whether the package is there."""
    return node.run(["sh", "-c", f"command -v {program}"]).returncode == 0


def call(node: Node, agent: str, action: str, level: int = 0, **parameters: str) -> int:
    """The exit code of an agent, run as Pacemaker runs it."""
    values = {
        "OCF_ROOT": "/usr/lib/ocf",
        "OCF_RESOURCE_INSTANCE": f"p_{agent}",
        "OCF_CHECK_LEVEL": str(level),
        "OCF_RESKEY_CRM_meta_timeout": "60000" if action != "monitor" else "5000",
        "OCF_RESKEY_CRM_meta_interval": "10000",
        **{f"OCF_RESKEY_{name}": value for name, value in parameters.items()},
    }
    lines = [f"export {name}={shlex.quote(value)}" for name, value in values.items()]
    text = "\n".join([*lines, f"exec {AGENTS}/{agent} {action} </dev/null", ""])
    return node.run(["sh"], input=text, timeout=90).returncode


@pytest.mark.parametrize("agent", PROGRAMS)
def test_ocf_tester_is_content_and_a_hung_server_is_a_failure(node: Node, agent: str) -> None:
    if not installed(node, PROGRAMS[agent]) or not installed(node, "ocf-tester"):
        pytest.skip(f"{PROGRAMS[agent]} or ocf-tester is not installed")
    parameters = {}
    if agent in FILES:
        path, text = FILES[agent]
        node.write(path, text)
        parameters["config"] = path
    if agent == "rabbitmq-server":
        parameters["node_name"] = "rabbit@localhost"
    options = [word for name, value in parameters.items() for word in ("-o", f"{name}={value}")]
    done = node.run(["ocf-tester", "-n", f"t_{agent}", *options, f"{AGENTS}/{agent}"], timeout=240)
    assert done.returncode == 0, done.stdout + done.stderr
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
