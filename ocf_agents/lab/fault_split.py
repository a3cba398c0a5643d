"""Splits: the nodes lose each other, and the client reaches all of them."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .scene import Drill

LEADING_SECONDS = 60.0
"""Within which each side has found itself a primary."""


def split_nodes(drill: Drill) -> None:
    """The nodes lose each other, while the client reaches both."""
    names = [node.name for node in drill.lab.nodes]
    drill.lab.split(*names)
    time.sleep(10)  # the length of the fault, not a wait for something
    drill.lab.unsplit(*names)


def split_without_fencing(drill: Drill) -> None:
    """The nodes of a cluster that does not fence lose each other, and both sides write."""
    lab = drill.lab
    names = [node.name for node in lab.nodes]
    lab.split(*names)
    try:
        for node in lab.nodes:
            # An application beside each server that goes on there, as each side's own would.
            lab.wait(lambda node=node: drill.write_at(node), LEADING_SECONDS, "both sides to lead")  # type: ignore[misc]
        drill.writer.await_more()
    finally:
        lab.unsplit(*names)
