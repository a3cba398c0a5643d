"""A full disk: the primary's binary log has a small file system of its own."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import TYPE_CHECKING

from . import mariadb
from .errors import LabError

if TYPE_CHECKING:
    from .node import Node
    from .scene import Drill

BALLAST = f"{mariadb.LOGS}/ballast"
FULL_SECONDS = 20
"""How long the disk is full."""
PATIENCE = 120.0
"""MariaDB tries again only once a minute."""


def fill_disk(drill: Drill) -> None:
    """The file system of the primary's binary log is full for twenty seconds."""
    node = drill.primary
    node.check(["mountpoint", "-q", mariadb.LOGS])
    # It ends with an error when the disk is full, which is what is wanted.
    node.run(["dd", "if=/dev/zero", f"of={BALLAST}", "bs=64k"])
    time.sleep(FULL_SECONDS)  # the length of the fault, not a wait for something
    with suppress(LabError):
        free_disk(node)
    drill.writer.await_more(seconds=PATIENCE)


def free_disk(node: Node) -> None:
    """The file system of the node's binary log has room."""
    node.check(["rm", "-f", BALLAST])
