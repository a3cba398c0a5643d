"""The committed reference is what the declarations say."""

from __future__ import annotations

from pathlib import Path

import pytest

from ocf_agents.agents import everyone
from ocf_agents.ocf.parameters import Secret
from ocf_agents.render.__main__ import document
from ocf_agents.render.reference import plain, row

REFERENCE = Path(__file__).resolve().parents[2] / "docs/reference"


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


def test_no_text_breaks_a_table_or_becomes_emphasis() -> None:
    assert row((plain("a|b"), plain("os_* and *"), "")) == r"| a\|b | os_\* and \* | |"
