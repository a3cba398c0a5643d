"""`python3 -m ocf_agents.render CHECKOUT` brings metadata/, the reference and the links in bin/ up to date."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from ..agents import everyone, links
from . import reference
from .metadata import render

if TYPE_CHECKING:
    from ..ocf.agent import Agent

COMMAND = "ocf-agents"


def main(checkout: Path) -> None:
    """Every agent has its meta-data file, its page and its link, and nothing else has."""
    agents = everyone()
    install(checkout, agents)
    document(checkout / "docs/reference", agents)
    list_decisions(checkout / "docs/decisions")


def install(checkout: Path, agents: list[type[Agent]]) -> None:
    """What is installed beside the library is up to date."""
    names = {name for agent in agents for name in (agent.name, *agent.aliases)}
    # The names of 2012 are installed on demand only, and so have no link here.
    shown = {link.rpartition("/")[2] for link in links()}
    metadata, binaries = checkout / "metadata", checkout / "bin"
    for stale in [file for file in metadata.glob("*.xml") if file.stem not in names]:
        stale.unlink()
    for stale in [file for file in binaries.iterdir() if file.is_symlink() and file.name not in shown]:
        stale.unlink()
    for agent in agents:
        (metadata / f"{agent.name}.xml").write_text(render(agent), encoding="utf-8")
        for alias in agent.aliases:
            point(metadata / f"{alias}.xml", f"{agent.name}.xml")
    for name in shown:
        point(binaries / name, "agent")


def document(directory: Path, agents: list[type[Agent]]) -> None:
    """The reference is up to date; without click the page of the command is left as it is."""
    pages = {agent.name: reference.agent_page(agent) for agent in agents}
    pages["README"] = reference.index(agents)
    if find_spec("click"):
        from ..cli.pages import commands

        pages[COMMAND] = reference.command_page(commands())
    else:
        print(f"click is not installed for this Python: {COMMAND}.md is left as it is", file=sys.stderr)
    directory.mkdir(exist_ok=True)
    for stale in [file for file in directory.glob("*.md") if file.stem not in (*pages, COMMAND)]:
        stale.unlink()
    for name, text in pages.items():
        (directory / f"{name}.md").write_text(text, encoding="utf-8")


def list_decisions(directory: Path) -> None:
    """The index of the decisions has each by its number and title."""
    files = sorted(file for file in directory.glob("*.md") if file.stem != "README")
    titles = [(file.name, file.read_text(encoding="utf-8").partition("\n")[0].lstrip("# ")) for file in files]
    (directory / "README.md").write_text(reference.decisions(titles), encoding="utf-8")


def point(link: Path, target: str) -> None:
    """The link leads there."""
    if not link.is_symlink():
        link.symlink_to(target)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
