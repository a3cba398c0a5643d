"""The deployment of 2012 as a whole, on today's releases: it is loaded, and survives the loss of a node."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from support.possible import skip_unless_cloud

from ocf_agents.lab import Lab, labs_that_are_up
from ocf_agents.lab.cloud.lines import RETIRED

CHECKOUT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def _possible() -> None:
    skip_unless_cloud()
    if "demo-cloud" in labs_that_are_up():
        pytest.skip("somebody runs the demonstration on this machine")


def test_a_whole_cloud_survives_the_loss_of_the_node_that_holds_most_of_it() -> None:
    result = subprocess.run(
        [sys.executable, "-m", "ocf_agents.lab.cloud"],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        timeout=1200,
        check=False,
    )
    print(result.stdout)
    assert (result.returncode, result.stderr) == (0, "")
    for part in (
        "lists the first time",
        "powered off",
        "every API answers on",
        "lists again",
        "not restarted",
    ):
        assert part in result.stdout
    for name in RETIRED:
        assert f"ocf:openstack:{name}" not in result.stdout
    assert Lab("demo-cloud").leftovers() == []
