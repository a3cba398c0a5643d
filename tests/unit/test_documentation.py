"""The pages hang together, and everything in them that can be typed is tried or says why not."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from functools import partial
from typing import TYPE_CHECKING

import pytest
from support.blocks import CHECKOUT, KINDS, PROMPT, UNTIL, Block, blocks, blocks_of, pages, shows

if TYPE_CHECKING:
    from pathlib import Path

DOCS = CHECKOUT / "docs"
SHELLS = ("sh", "bash", "shell")
LINK = re.compile(r"\]\(([^)#\s]+)(?:#([^)\s]+))?\)")


@pytest.mark.parametrize("block", blocks(), ids=str)
def test_every_block_of_commands_says_how_it_is_tried(block: Block) -> None:
    assert block.language not in SHELLS, f"{block}: console shows what is typed and what comes out"
    if block.language not in ("console", "crm"):
        assert block.language or not PROMPT.match(block.text), f"{block}: is it console?"
        return
    assert block.kind in KINDS, f"{block}: say before it how it is tried: {', '.join(KINDS)}"
    if block.language == "crm":
        assert block.kind in ("file", "skip"), f"{block}: it is for a file that a command of the page loads"
    if block.kind == "skip":
        assert len(block.rest.split()) > 3, f"{block}: a reason"
    if block.language == "console":
        assert block.commands()
    if block.until:
        assert all(command.shown for command in block.commands()), f"{block}: until it says what?"


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(CHECKOUT)))
def test_no_command_hides_in_an_indented_block(page: Path) -> None:
    fenced = {
        line for block in blocks_of(page) for line in range(block.line, block.line + len(block.lines) + 2)
    }
    for number, line in enumerate(page.read_text(encoding="utf-8").splitlines(), 1):
        typed = re.match(
            r" {4,}(# )?(crm|pcs|make|ocf-agents|apt-get|dnf|systemctl|cibsecret|\.venv/\S+) ", line
        )
        assert number in fenced or not typed, (
            f"{page.name}:{number}: in a block of console a test would try it"
        )


def test_every_file_of_a_page_is_used_in_it() -> None:
    for block in blocks():
        if block.kind == "file":
            assert any(
                block.rest in command.text
                for other in blocks()
                if other.page == block.page and other.language == "console"
                for command in other.commands()
            ), block


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(CHECKOUT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    for target, _ in LINK.findall(page.read_text(encoding="utf-8")):
        if "://" not in target:
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_every_page_is_in_the_index() -> None:
    index = (DOCS / "README.md").read_text(encoding="utf-8")
    linked = {(DOCS / target).resolve() for target, _ in LINK.findall(index) if "://" not in target}
    generated = ("reference", "decisions")
    own = {path for path in DOCS.rglob("*.md") if path.parent.name not in generated} - {DOCS / "README.md"}
    wanted = own | {DOCS / name / "README.md" for name in generated}
    assert not {str(path.relative_to(DOCS)) for path in wanted - linked}


def test_every_picture_is_shown_on_a_page() -> None:
    texts = "".join(page.read_text(encoding="utf-8") for page in pages())
    for picture in (DOCS / "images").iterdir():
        assert f"images/{picture.name})" in texts, picture.name


@pytest.mark.long
def test_the_row_that_contributing_shows_is_an_agent(tmp_path: Path) -> None:
    if not shutil.which("git"):
        pytest.skip("git is not installed here, and the diff cannot be applied")
    for part in ("ocf_agents", "metadata", "bin", "docs/reference", "docs/decisions"):
        shutil.copytree(
            CHECKOUT / part, tmp_path / part, symlinks=True, ignore=shutil.ignore_patterns("__pycache__")
        )
    [diff] = [block for block in blocks_of(CHECKOUT / "CONTRIBUTING.md") if block.language == "diff"]
    run = partial(subprocess.run, cwd=tmp_path, capture_output=True, text=True, check=False)
    applied = run(["git", "apply", "-"], input=diff.text)
    assert applied.returncode == 0, applied.stderr
    before = {path: path.read_bytes() for path in (tmp_path / "metadata").iterdir()}
    # The name that make generate runs it by.
    made = run([sys.executable, "-m", "ocf_agents.render", "."])
    assert made.returncode == 0, made.stderr
    assert all(path.read_bytes() == text for path, text in before.items())
    for new in ("metadata/barbican-api.xml", "bin/barbican-api", "docs/reference/barbican-api.md"):
        assert (tmp_path / new).exists(), new
    for action, code in (("meta-data", 0), ("validate-all", 0), ("monitor", 7), ("stop", 0)):
        environment = {"PATH": "/usr/bin:/bin", "HA_RSCTMP": str(tmp_path), "OCF_RESOURCE_INSTANCE": "new"}
        done = run([sys.executable, "-m", "ocf_agents", "barbican-api", action], env=environment)
        assert done.returncode == code, f"{action}: {done.stderr}"


def test_the_shown_lines_are_looked_for_in_their_order() -> None:
    output = "one\n\x1b[31mtwo\x1b[0m   and  more\nthree: 17 s\n"
    assert shows(output, ("one", "two and more", "three: ... s"))
    assert shows(output, ())
    assert not shows(output, ("two and more", "one"))
    assert not shows(output, ("two",))


def test_a_block_is_read_as_it_is_typed() -> None:
    lines = ("# first \\", "  more", "said", "$ second")
    block = Block("page", 1, "console", f"lab{UNTIL}", lines)
    assert [command.text for command in block.commands()] == ["first \\\n  more", "second"]
    assert [command.shown for command in block.commands()] == [("said",), ()]
    assert (block.kind, block.until) == ("lab", True)
    assert Block("page", 1, "console", "skip: it asks a question", ()).rest == "it asks a question"
