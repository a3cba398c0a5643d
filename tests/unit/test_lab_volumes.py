"""Small file systems of a lab's nodes, such as one that a drill can fill."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from ocf_agents.lab import Lab, image, state

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def spec(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> state.LabSpec:
    monkeypatch.setattr(state, "STATE_ROOT", tmp_path / "labs")
    return state.claim(Lab("small", volumes={"/var/lib/logs": 64}).spec)


def test_a_lab_remembers_the_volumes_of_its_nodes(spec: state.LabSpec) -> None:
    assert state.load("small").volumes == (("/var/lib/logs", 64),)


def test_an_earlier_version_can_read_what_a_lab_with_volumes_is_and_the_reverse(spec: state.LabSpec) -> None:
    assert "volumes" not in json.loads((spec.directory / "lab.json").read_text())
    (spec.directory / "volumes.json").unlink()
    assert state.load("small").volumes == ()


def test_each_node_finds_its_own_volume_at_its_place_each_time_it_boots(spec: state.LabSpec) -> None:
    for node in spec.nodes:
        script = image.boot_script(spec, node)
        assert f"mount -n --bind {spec.volume(node, 0)} ./var/lib/logs" in script
    assert spec.volume("n1", 0) != spec.volume("n2", 0)
