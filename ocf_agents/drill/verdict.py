"""What a round has shown, as one record, and whether that is good."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..lab.errors import LabError
from ..lab.mariadb import ask
from ..lab.writer import ACCOUNTS, BALANCE

if TYPE_CHECKING:
    from ..lab import Node
    from ..lab.faults import Drill

WHOLE = "whole"


def count_lost(drill: Drill, node: Node) -> int | None:
    """The confirmed writes that are lacking on a node; None where no server answers."""
    try:
        return len(drill.writer.lost(node))
    except LabError:
        return None


def missing_money(node: Node) -> int | None:
    """By how much the sum of all accounts is off, which every transfer leaves alone; None where none answers."""
    try:
        total = ask(node, "SELECT SUM(balance) FROM app.account")
    except LabError:
        return None
    return int(total) - ACCOUNTS * BALANCE if total.lstrip("-").isdigit() else None


def faults_of(result: dict[str, Any]) -> list[str]:
    """What is wrong with a round; empty for a good one."""
    found = [f"{name} lacks {lost} confirmed writes" for name, lost in result["lost"].items() if lost]
    found += [f"the sum on {name} is off by {money}" for name, money in result["money"].items() if money]
    if result["two_writable_s"]:
        found.append(f"two servers were writable for {result['two_writable_s']} s")
    if result["final"] != WHOLE:
        found.append(result["final"])
    return found
