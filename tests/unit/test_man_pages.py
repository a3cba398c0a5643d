"""The man pages say what the declarations say, and no reader of man pages finds fault with them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ocf_agents.agents import everyone
from ocf_agents.cli.pages import commands
from ocf_agents.ocf.parameters import Secret
from ocf_agents.render.man.agent import title
from ocf_agents.render.man.roff import page, paragraphs, verbatim

CHECKOUT = Path(__file__).resolve().parents[2]


def needs(program: str) -> None:
    if not shutil.which(program):
        pytest.skip(f"{program} is not installed here")


def made(directory: Path, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *options, "-m", "ocf_agents.render.man", str(directory)],
        cwd=CHECKOUT,
        env={**os.environ, "SOURCE_DATE_EPOCH": "86400"},
        capture_output=True,
        text=True,
        check=True,
    )


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("man")
    assert made(directory).stderr == ""
    return directory


def shown(file: Path) -> str:
    """A page as a reader sees it, on lines that never end."""
    command = ["groff", "-man", "-ww", "-Tascii", "-rLL=2000n", "-P-c", "-P-b", "-P-u", str(file)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_every_agent_and_the_command_has_its_page(pages: Path) -> None:
    files = {str(path.relative_to(pages)) for path in pages.rglob("*.?") if not path.is_symlink()}
    assert files == {"man1/ocf-agents.1", *(f"man7/{title(agent.name)}.7" for agent in everyone())}
    for path in (pages / "man7").iterdir():
        assert path.resolve().is_file(), path


def test_mandoc_finds_no_fault(pages: Path) -> None:
    needs("mandoc")
    done = subprocess.run(
        ["mandoc", "-T", "lint", *map(str, sorted(pages.rglob("*.?")))],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_groff_warns_of_nothing(pages: Path) -> None:
    needs("groff")
    done = subprocess.run(
        ["groff", "-man", "-Tutf8", "-ww", "-z", *map(str, sorted(pages.rglob("*.?")))],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_man_shows_a_page_without_a_warning(pages: Path) -> None:
    needs("man")
    file = str(pages / "man7/ocf_openstack_keystone.7")
    done = subprocess.run(["man", "--warnings", "-l", file], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "os_auth_url" in done.stdout


@pytest.mark.long
def test_a_page_names_everything_that_the_agent_takes_and_does(pages: Path) -> None:
    needs("groff")
    for agent in everyone():
        text = shown(pages / f"man7/{title(agent.name)}.7")
        lines = {line.strip().split("  ")[0] for line in text.splitlines()}
        for name, parameter in agent.parameters.items():
            assert any(line.split(" ")[0] == name for line in lines), f"{agent.name}: {name}"
            assert parameter.summary in text
            if isinstance(parameter, Secret):
                assert not parameter.show()
            for alias in parameter.aliases:
                assert alias in text
        for action in agent.actions:
            assert any(line.split(" ")[0] == action for line in lines), f"{agent.name}: {action}"


def test_the_page_of_the_command_has_every_command_and_option(pages: Path) -> None:
    needs("groff")
    text = shown(pages / "man1/ocf-agents.1")
    everything = commands()
    assert len(everything) > 10
    for command in everything:
        assert command.usage in text or command.group, command.path
        assert command.text.split("\n")[0] in text, command.path
        for term, _ in command.options:
            assert term in text, f"{command.path} {term}"


@pytest.mark.long
def test_without_click_only_the_page_of_the_command_is_left_out(pages: Path, tmp_path: Path) -> None:
    # -S leaves out where packages are installed, and so click.
    done = made(tmp_path, "-S")
    assert "click is not installed" in done.stderr
    assert not (tmp_path / "man1").exists()
    for path in (pages / "man7").iterdir():
        assert (tmp_path / "man7" / path.name).read_text(encoding="utf-8") == path.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "text",
    [
        ".so /etc/passwd",
        "'br",
        "a\\*(Zz b\\nZ",
        "~ ^ ` ' \"",
        "\\fBbold",
        "--name -h",
        "10% of \\",
        '"quoted"',
    ],
)
def test_no_text_means_anything_to_troff(text: str, tmp_path: Path) -> None:
    needs("groff")
    file = tmp_path / "page.7"
    body = {"FILLED": paragraphs(text), "VERBATIM": verbatim([text])}
    file.write_text(page("page", 7, text, body), encoding="utf-8")
    read = shown(file)
    assert read.count(text) == 3, read
