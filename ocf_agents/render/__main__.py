"""`python3 -m ocf_agents.render CHECKOUT` brings metadata/ and the links in bin/ up to date."""

from __future__ import annotations

import sys
from pathlib import Path

from ..agents import everyone
from .metadata import render


def main(checkout: Path) -> None:
    """Every agent has its meta-data file and its link, and nothing else has."""
    agents = everyone()
    names = {agent.name for agent in agents}
    metadata, links = checkout / "metadata", checkout / "bin"
    for stale in [file for file in metadata.glob("*.xml") if file.stem not in names]:
        stale.unlink()
    for stale in [file for file in links.iterdir() if file.is_symlink() and file.name not in names]:
        stale.unlink()
    for agent in agents:
        (metadata / f"{agent.name}.xml").write_text(render(agent), encoding="utf-8")
        link = links / agent.name
        if not link.is_symlink():
            link.symlink_to("agent")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
