"""The article's example as it stands, with every service real: it loads, and everything starts."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from example_site import PLACEMENT, Site
from support.command import EXAMPLES, typed
from support.possible import skip_unless_cloud

from ocf_agents.deployment.description import understand
from ocf_agents.lab import Lab
from ocf_agents.lab.cloud.configuration import CORE, HOSTS
from ocf_agents.lab.mariadb import INSTALL

if TYPE_CHECKING:
    from collections.abc import Iterator

EXAMPLE = EXAMPLES / "two-nodes-of-2012.yaml"
PATIENCE = 600
"""Seconds on a machine that does much else; all are over as soon as it is done."""
PROJECTS = [
    replace(one, endpoint=("placement", f"http://{PLACEMENT}:8778")) if one.name == "placement" else one
    for one in CORE
]
"""As the demonstration has them, but for Placement, which has an address of its own here."""


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    skip_unless_cloud()
    names = [machine.name for machine in understand(EXAMPLE.read_text()).machines]
    with Lab(f"real{os.getpid()}", names, install=INSTALL, hosts=HOSTS) as lab:
        lab.crm("configure", "upgrade", "force")
        made = Site(lab, EXAMPLE.read_text(), typed("configure", EXAMPLE).out)
        made.prepare_whole(PROJECTS)
        yield made
    assert lab.leftovers() == []


def test_a_whole_cloud_starts_from_nothing_and_every_monitor_finds_it_well(site: Site) -> None:
    site.load()
    site.lab.eventually([], site.wanting, PATIENCE, "everything to run and every monitor to be content")
    assert "<failure " not in site.lab.voice().check(["crm_mon", "--one-shot", "--output-as=xml"])
