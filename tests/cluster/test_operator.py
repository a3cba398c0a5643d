"""What an operator types, and what the tools show of the agent."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from audits import SERVICE
from by_hand import AGENT
from ocf_tester import ACTION, ROUND

from ocf_agents.lab import keystone

if TYPE_CHECKING:
    from audits import Audit
    from by_hand import ByHand

    from ocf_agents.lab import Lab

# Copied from the documentation of the agents of old: only ip and os_password have other values.
LINES = (
    "crm configure primitive keystoneIP ocf:heartbeat:IPaddr2 params ip={address} cidr_netmask=24 "
    'op monitor interval="30s"',
    'crm configure primitive keystoneService ocf:openstack:keystone params config="/etc/keystone/keystone.conf" '
    'os_auth_url="http://clusterkeystone:5000/v2.0/" os_password="{password}" os_tenant_name="admin" '
    'os_username="admin" user="keystone" client_binary="/usr/bin/keystone" op monitor interval="15s" timeout="30s"',
    "crm configure group Keystone keystoneIP keystoneService",
)


def told_of_the_old_api(lab: Lab) -> int:
    """How often the agents of all nodes have said so far that Keystone has no v2.0 any more."""
    texts = (logs.pacemaker.read_text(errors="replace") for logs in lab.logs.values())
    return sum(text.count("Keystone has no more") for text in texts)


def test_the_lines_that_operators_know_start_a_keystone_that_gives_a_token(
    unmanaged: Lab, hand: ByHand, audit: Audit, password: str
) -> None:
    if hand.active:
        hand.must("stop")
    audit.allow_typed("crm configure primitive keystoneService")
    node = unmanaged.node("n1")
    told_before = told_of_the_old_api(unmanaged)
    for line in LINES:
        typed = line.format(address=unmanaged.address(keystone.OCTET), password=password)
        result = node.run(["sh"], input=f"{typed}\n", timeout=60)
        assert (result.returncode, result.stderr) == (0, "")
    unmanaged.wait(
        lambda: (
            len(unmanaged.where(SERVICE)) == 1 and unmanaged.where(SERVICE) == unmanaged.where("keystoneIP")
        ),
        90,
        "the group to run on one node",
    )
    answer = unmanaged.wait(lambda: keystone.ask_for_token(unmanaged, password), 60, "a token")
    assert answer.status == 201
    # That Keystone has no v2.0 any more is said once for each start, not in every monitor.
    assert 1 <= told_of_the_old_api(unmanaged) - told_before <= len(unmanaged.nodes)
    assert not keystone.ask_for_token(unmanaged, "wrong")


@pytest.mark.parametrize(
    "command",
    [
        ["crm", "ra", "info", "ocf:openstack:keystone"],
        ["pcs", "resource", "describe", "ocf:openstack:keystone"],
    ],
    ids=["crm", "pcs"],
)
def test_the_tools_describe_the_agent(lab: Lab, command: list[str]) -> None:
    result = lab.node("n1").run(command, timeout=60)
    assert result.returncode == 0, result.stderr
    for part in ("OpenStack Identity (Keystone)", "os_auth_url", "os_password", "uwsgi_config", "monitor"):
        assert part in result.stdout


@pytest.mark.parametrize("options", [[], ["-v"]], ids=["quiet", "verbose"])
def test_ocf_tester_passes_the_agent(stopped: ByHand, options: list[str], password: str) -> None:
    parameters = [
        f"config={keystone.CONFIGURATION}",
        "os_auth_url=http://127.0.0.1:5000/v2.0/",
        "os_tenant_name=admin",
        "os_username=admin",
        "user=keystone",
        "client_binary=/usr/bin/keystone",
        f"CRM_meta_timeout={ACTION}",
    ]
    words = [word for parameter in parameters for word in ("-o", parameter)]
    try:
        result = stopped.node.run(["ocf-tester", *options, "-n", "keystone", *words, AGENT], timeout=ROUND)
    finally:
        # ocf-tester leaves what it started when a test of its own fails.
        replace(stopped, name="keystone").must("stop")
    assert result.returncode == 0, f"{result.stdout}\n{result.stderr}"
    assert f"{AGENT} passed all tests" in result.stdout
    assert stopped.processes() == []
