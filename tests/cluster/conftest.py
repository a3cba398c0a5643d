"""A cluster of two nodes with a real Keystone, and the audits that follow every test on it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import cloud_stack
import pytest
from audits import SERVICE, Audit
from by_hand import ByHand, password_of
from support.possible import skip_unless_cloud, skip_unless_lab

from ocf_agents.lab import Lab, LabError, keystone

if TYPE_CHECKING:
    from collections.abc import Iterator

MONITORED = (
    'op monitor interval="3s" timeout="30s" op monitor interval="4s" timeout="30s" OCF_CHECK_LEVEL="10" '
    'op start timeout="120s" op stop timeout="60s"'
)
"""Looks more often than operators would, so that no test waits long for a monitor."""


@pytest.fixture(scope="session")
def lab() -> Iterator[Lab]:
    """Two nodes that fence each other, with a Keystone that nobody has started."""
    skip_unless_lab()
    with Lab(f"tests{os.getpid()}", hosts=keystone.HOSTS) as built:
        try:
            keystone.prepare(built, password_of(built))
        except LabError as error:
            if "not installed" in str(error):
                pytest.skip(str(error))
            raise
        # Pacemaker's own 20 s are not much for a start of Keystone on a busy machine.
        built.crm_configure("op_defaults timeout=120s\n")
        yield built
    assert built.leftovers() == []


@pytest.fixture(scope="module")
def cloud() -> Iterator[Lab]:
    """Two nodes with a whole cloud under Pacemaker, every service of which is asked often."""
    skip_unless_cloud()
    with cloud_stack.described(f"test{os.getpid()}-cloud") as built:
        cloud_stack.bring_up(built)
        yield built
    assert built.leftovers() == []


@pytest.fixture(scope="session")
def password(lab: Lab) -> str:
    """Keystone's password for admin."""
    return password_of(lab)


@pytest.fixture(scope="session")
def hand(lab: Lab, password: str) -> ByHand:
    """The agent, to be run by hand in the first node."""
    return ByHand(lab, lab.node("n1"), password)


@pytest.fixture
def audit(lab: Lab, hand: ByHand, password: str) -> Iterator[Audit]:
    """The audits of this test; it may declare what they are to expect."""
    with Audit(lab, hand, password) as begun:
        yield begun
    findings = begun.findings()
    assert not findings, "\n".join(findings)


@pytest.fixture(autouse=True)
def _every_test_is_audited(request: pytest.FixtureRequest) -> None:
    if "lab" in request.fixturenames:
        request.getfixturevalue("audit")


def stop_the_group(lab: Lab) -> None:
    """Pacemaker has no Keystone to look after."""
    if "group Keystone" in lab.crm("configure", "show"):
        lab.voice().run(["crm", "resource", "stop", "Keystone"], timeout=60)
        lab.eventually(([], []), lambda: (lab.where("keystoneIP"), lab.where(SERVICE)), 60, "it to stop")
        # All at once: members of a group that is gone would start again, each for itself.
        lab.crm("configure", "delete", "Keystone", "keystoneService", "keystoneIP")


@pytest.fixture
def unmanaged(lab: Lab) -> Lab:
    """The cluster without resources but fencing: the test brings its own."""
    stop_the_group(lab)
    return lab


@pytest.fixture
def managed(lab: Lab, hand: ByHand, password: str) -> Lab:
    """Pacemaker runs Keystone behind the virtual address, and everything is healthy."""
    if hand.active:
        hand.must("stop")
    if "group Keystone" not in lab.crm("configure", "show"):
        text = "\n".join(keystone.crm_lines(lab, password))
        text = text.replace('op monitor interval="15s" timeout="30s"', MONITORED)
        lab.crm_configure(f"rsc_defaults resource-stickiness=100\n{text}\n")
    lab.wait_online(90)
    lab.wait(lambda: lab.where(SERVICE), 90, "Keystone to run")
    lab.wait(lambda: keystone.ask_for_token(lab, password), 60, "a token")
    return lab


@pytest.fixture
def running(unmanaged: Lab, hand: ByHand) -> ByHand:
    """Keystone runs in the first node, started by hand, and answers."""
    hand.parameters = {}
    hand.must("start")
    assert hand.monitor(20).code == 0
    return hand


@pytest.fixture
def stopped(unmanaged: Lab, hand: ByHand) -> Iterator[ByHand]:
    """No Keystone runs in the first node, before the test and after it."""
    hand.parameters = {}
    hand.must("stop")
    yield hand
    hand.must("stop")
