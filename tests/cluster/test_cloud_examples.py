"""The examples as they stand: `ocf-agents configure` prints them, a lab loads them, and everything starts."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pytest
from example_site import Site
from support.command import EXAMPLES, typed
from support.possible import skip_unless_cloud

from ocf_agents.deployment.description import understand
from ocf_agents.lab import Lab, Power
from ocf_agents.lab.image import CHECKOUT
from ocf_agents.lab.observers import PYTHON

if TYPE_CHECKING:
    from collections.abc import Iterator

INSTALL = ("make", "-C", CHECKOUT, "install", "DESTDIR=/")
NEEDED = (["fence_ipmilan", "-V"], ["ipmitool", "-V"], [PYTHON, "-c", "import pyghmi"])
PATIENCE = 400
"""Seconds on a machine that does much else; all are over as soon as it is done."""


@pytest.fixture(scope="module", params=sorted(EXAMPLES.glob("*.yaml")), ids=lambda path: path.stem)
def site(request: pytest.FixtureRequest) -> Iterator[Site]:
    """A lab with the names and addresses of an example, prepared, and with nothing loaded."""
    skip_unless_cloud()
    description = request.param.read_text()
    said = typed("configure", request.param)
    assert (said.code, said.err) == (0, "")
    names = [machine.name for machine in understand(description).machines]
    with Lab(f"example{os.getpid()}", names, install=INSTALL) as lab:
        lab.crm("configure", "upgrade", "force")
        for command in NEEDED:
            if lab.voice().run(command).returncode:
                pytest.skip(
                    f"{' '.join(command)} fails; apt-get install fence-agents ipmitool python3-pyghmi"
                )
        made = Site(lab, description, said.out)
        made.prepare()
        yield made
    assert lab.leftovers() == []


def test_it_loads_without_a_word_and_everything_starts_and_every_monitor_finds_it_well(site: Site) -> None:
    lab = site.lab
    site.load()
    lab.eventually([], site.wanting, PATIENCE, "everything to run and every monitor to be content")
    assert "<failure " not in lab.voice().check(["crm_mon", "--one-shot", "--output-as=xml"])
    found = typed("lint", "-", "--json", stdin=lab.voice().check(["cibadmin", "--query"]))
    assert json.loads(found.out) == []


def test_its_fence_devices_switch_a_node_off_that_has_lost_the_others(site: Site) -> None:
    lab = site.lab
    *_, lost = lab.nodes
    lost.cut()
    lab.wait(lambda: lost.power is Power.OFF, PATIENCE, "the node to be switched off")
    log = lab.spec.directory / "power.log"
    lab.wait(lambda: f"off {lost.name}: ok" in log.read_text(), what="the power daemon to note it")
