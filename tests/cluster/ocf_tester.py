"""Any agent run in a node: by ocf-tester, in its whole round, and as Pacemaker's executor would run it."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from ocf_agents.lab import Node

AGENTS = "/usr/lib/ocf/resource.d/openstack"
ACTION = 120_000
"""Milliseconds for start and stop; ocf-tester's own 20 s are little for services that take as long to connect."""
ROUND = 400
"""Seconds for two starts and two stops, and what is between them."""


def require(node: Node, *programs: str) -> None:
    """The programs are on the node, and ocf-tester; else the test is skipped, and says what lacks."""
    look = ["sh", "-c", 'for name; do command -v "$name" >/dev/null || echo "$name"; done', "sh"]
    if missing := node.check([*look, "ocf-tester", *programs]).split():
        pytest.skip(f"not installed: {', '.join(missing)}")


def call(node: Node, agent: str, action: str, level: int = 0, **parameters: str) -> int:
    """The exit code of an agent, run as Pacemaker runs it."""
    values = {
        "OCF_ROOT": "/usr/lib/ocf",
        "OCF_RESOURCE_INSTANCE": f"p_{agent}",
        "OCF_CHECK_LEVEL": str(level),
        "OCF_RESKEY_CRM_meta_timeout": str(ACTION) if action != "monitor" else "5000",
        "OCF_RESKEY_CRM_meta_interval": "10000",
        **{f"OCF_RESKEY_{name}": value for name, value in parameters.items()},
    }
    lines = [f"export {name}={shlex.quote(value)}" for name, value in values.items()]
    text = "\n".join([*lines, f"exec {AGENTS}/{agent} {action} </dev/null", ""])
    return node.run(["sh"], input=text, timeout=ACTION / 1000 + 30).returncode


def assert_content(node: Node, agent: str, level: int = 0, **parameters: str) -> None:
    """ocf-tester passes, and each of its monitors looks as deep as this level."""
    given = {**parameters, "CRM_meta_timeout": str(ACTION)}
    options = [word for name, value in given.items() for word in ("-o", f"{name}={value}")]
    command = ["ocf-tester", "-n", f"t_{agent}", *options, f"{AGENTS}/{agent}"]
    done = node.run(["env", f"OCF_CHECK_LEVEL={level}", *command], timeout=ROUND)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "passed all tests" in done.stdout
