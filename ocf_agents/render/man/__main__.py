"""`python3 -m ocf_agents.render.man DIRECTORY` writes every man page there, below man1 and man7."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path

from ...agents import COMPATIBLE, everyone
from . import agent, command


def main(directory: Path) -> None:
    """Every agent has its page, its other names lead there, and the command has its page if click is here."""
    pages = below(directory, agent.SECTION)
    for kind in everyone():
        # The names of 2012 are installed on demand only, and so have no page here.
        others = [name for name in kind.aliases if not name.endswith(COMPATIBLE)]
        file = pages / f"{agent.title(kind.name)}.{agent.SECTION}"
        file.write_text(agent.render(kind, others), encoding="utf-8")
        for name in others:
            link = pages / f"{agent.title(name)}.{agent.SECTION}"
            link.unlink(missing_ok=True)
            link.symlink_to(file.name)
    if find_spec("click") is None:
        print("click is not installed for this Python: the command's page is left out", file=sys.stderr)
        return
    from ...cli.pages import NAME, commands

    file = below(directory, command.SECTION) / f"{NAME}.{command.SECTION}"
    titles = [agent.title(kind.name) for kind in everyone()]
    file.write_text(command.render(commands(), titles), encoding="utf-8")


def below(directory: Path, section: int) -> Path:
    """The directory of a section's pages."""
    pages = directory / f"man{section}"
    pages.mkdir(parents=True, exist_ok=True)
    return pages


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit("usage: python3 -m ocf_agents.render.man DIRECTORY")
    main(Path(sys.argv[1]))
