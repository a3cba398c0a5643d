"""`python -m ocf_agents.lab.demo [--keep]`: exits 0 only if every step was seen to hold."""

from __future__ import annotations

import sys

from .. import keystone, mariadb
from .audience import COLUMNS
from .narrator import Narrator
from .show import Show
from .story import SERVICE, Story

SHOW = Show(
    name="demo",
    program="ocf_agents.lab.demo",
    about=__doc__ or "",
    story=Story,
    telling=(SERVICE, mariadb.NAME, "error:", "fence", "keystone("),
    try_this=f"curl -s http://{keystone.NAME}:5000/v3",
    hosts={**keystone.HOSTS, **mariadb.HOSTS},
    install=mariadb.INSTALL,
    narrator=lambda: Narrator(COLUMNS),
)


def main() -> int:
    """The program's exit status."""
    return SHOW.main()


if __name__ == "__main__":
    sys.exit(main())
