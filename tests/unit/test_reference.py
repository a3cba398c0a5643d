"""The committed reference is what the declarations say."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ocf_agents.agents import everyone
from ocf_agents.ocf.parameters import Secret
from ocf_agents.render import examples
from ocf_agents.render.__main__ import document, list_decisions
from ocf_agents.render.reference import plain, row

CHECKOUT = Path(__file__).resolve().parents[2]
REFERENCE = CHECKOUT / "docs/reference"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("reference")
    document(directory, everyone())
    return directory


def test_every_page_is_current_and_none_is_left_over(made: Path) -> None:
    assert {path.name for path in REFERENCE.iterdir()} == {path.name for path in made.iterdir()}
    for path in made.iterdir():
        committed = (REFERENCE / path.name).read_text(encoding="utf-8")
        assert committed == path.read_text(encoding="utf-8"), f"{path.name}: run: make generate"


def test_the_index_of_the_decisions_is_current(tmp_path: Path) -> None:
    committed = CHECKOUT / "docs/decisions"
    copy = tmp_path / "decisions"
    shutil.copytree(committed, copy)
    list_decisions(copy)
    text = (copy / "README.md").read_text(encoding="utf-8")
    assert (committed / "README.md").read_text(encoding="utf-8") == text, "run: make generate"
    assert "[1. A healthy monitor follows a plan](0001-a-healthy-monitor-follows-a-plan.md)" in text


def test_a_page_of_an_agent_that_is_gone_goes_too(made: Path) -> None:
    stale = made / "nova-telepathy.md"
    stale.write_text("", encoding="utf-8")
    document(made, everyone())
    assert not stale.exists()


def test_every_parameter_has_its_row_and_no_secret_a_default(made: Path) -> None:
    for agent in everyone():
        lines = (made / f"{agent.name}.md").read_text(encoding="utf-8").splitlines()
        for name, parameter in agent.parameters.items():
            [found] = [line for line in lines if line.startswith(f"| `{name}` |")]
            assert isinstance(parameter, Secret) == ("| secret" in found)
            if isinstance(parameter, Secret):
                assert found.split(" | ")[2] == "" or "| |" in found


def test_lint_finds_nothing_in_the_examples_but_the_cluster_that_they_lack(tmp_path: Path) -> None:
    file = tmp_path / "examples.crm"
    lines = [line for agent in everyone() for line in examples.crm(agent)]
    lines.append("rsc_defaults resource-stickiness=100 migration-threshold=3 failure-timeout=10min")
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    command = [sys.executable, "-m", "ocf_agents.cli.main", "lint", "--json", str(file)]
    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=False)
    found = {finding["rule"] for finding in json.loads(done.stdout)}
    assert found == {"no-fence-device", "recheck-rare"}, done.stderr


def test_no_text_breaks_a_table_or_becomes_emphasis() -> None:
    assert row((plain("a|b"), plain("os_* and *"), "")) == r"| a\|b | os_\* and \* | |"
