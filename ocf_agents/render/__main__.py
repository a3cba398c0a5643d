"""`python3 -m ocf_agents.render CHECKOUT` brings metadata/ and the links in bin/ up to date."""

from __future__ import annotations

import sys
from pathlib import Path

from ..agents import COMPATIBLE, everyone
from .metadata import render


def main(checkout: Path) -> None:
    """Every agent has its meta-data file and its link, and nothing else has."""
    agents = everyone()
    names = {name for agent in agents for name in (agent.name, *agent.aliases)}
    # The names of 2012 are installed on demand only, and so have no link here.
    shown = {name for name in names if not name.endswith(COMPATIBLE)}
    metadata, links = checkout / "metadata", checkout / "bin"
    for stale in [file for file in metadata.glob("*.xml") if file.stem not in names]:
        stale.unlink()
    for stale in [file for file in links.iterdir() if file.is_symlink() and file.name not in shown]:
        stale.unlink()
    for agent in agents:
        (metadata / f"{agent.name}.xml").write_text(render(agent), encoding="utf-8")
        for alias in agent.aliases:
            point(metadata / f"{alias}.xml", f"{agent.name}.xml")
    for name in shown:
        point(links / name, "agent")


def point(link: Path, target: str) -> None:
    """The link leads there."""
    if not link.is_symlink():
        link.symlink_to(target)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
