"""`python -m ocf_agents.lab.cloud [--keep]`: exits 0 only if every step was seen to hold."""

from __future__ import annotations

import sys

from .. import mariadb
from ..demo.narrator import Narrator
from ..demo.show import Show
from .configuration import HOSTS, NOVA
from .preparation import require_programs
from .story import COLUMNS, Story

SHOW = Show(
    name="demo-cloud",
    program="ocf_agents.lab.cloud",
    about=__doc__ or "",
    story=Story,
    telling=("Service", "mysql", "error:", "fence"),
    try_this=f"curl -s http://{NOVA}:8774",
    hosts=HOSTS,
    install=mariadb.INSTALL,
    narrator=lambda: Narrator(COLUMNS),
    require=require_programs,
)

if __name__ == "__main__":
    sys.exit(SHOW.main())
