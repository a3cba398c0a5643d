"""What a round has shown, as one record, and whether that is good."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from ..lab.errors import LabError
from ..lab.faults import UNFENCED
from ..lab.mariadb import ask
from ..lab.writer import ACCOUNTS, BALANCE

if TYPE_CHECKING:
    from ..lab import Node
    from ..lab.scene import Drill

WHOLE = "whole"
PARTED = "whole, but for what is set apart"
"""How a split ends that nobody could prevent: the losing side's writes are kept apart, and named."""
REFUSED = "nobody leads, and every server says why"
"""How two losses at once end, after which no server is certain to have every confirmed write."""
BOTH_WRITE = {fault.__name__ for fault in UNFENCED}
"""Faults in which both sides of a split confirm writes, so that one of them has to be set apart."""
GTID = re.compile(r"\b\d+-\d+-(\d+)(?:-(\d+))?")
SPAN = re.compile(r":(\d+)(?:-(\d+))?")
"""First and last transaction: of a server in a domain, as MariaDB names them; of one that MySQL named before."""


class Books:
    """The confirmed writes of a round against what each server has; read once, when the round is over."""

    def __init__(self, drill: Drill, *, leaderless: bool = False) -> None:
        self.nodes = drill.lab.nodes
        self.leaderless = leaderless
        self.confirmed = {number: server for number, _, server in drill.writer.acknowledged()}
        self.stored = {node.name: stored(node) for node in self.nodes}
        self.money = {node.name: missing_money(node) for node in self.nodes}
        self.words = words_of(drill)

    def lost(self) -> dict[str, int | None]:
        """For each node the confirmed writes that it lacks; None where none answers or it is set apart.

        What is kept on a server that is set apart is not lost; nor, where nobody leads, what is on any.
        """
        keepers = self.stored if self.leaderless else self.words
        kept: set[int] = set().union(*(self.stored[name] or () for name in keepers))
        wanted = self.confirmed.keys() - kept if kept else self.confirmed.keys()
        return {
            name: None if rows is None or name in self.words else len(wanted - rows)
            for name, rows in self.stored.items()
        }

    def apart(self) -> dict[str, dict[str, Any]]:
        """For each server that is set apart: what it says, how many transactions that names, the confirmed
        writes that are on no other server, and those of its own that it lacks.
        """
        others = [rows for name, rows in self.stored.items() if rows is not None and name not in self.words]
        found = {}
        for name, words in self.words.items():
            rows = self.stored[name] or set()
            server = [node.name for node in self.nodes].index(name) + 1
            own = {number for number, by in self.confirmed.items() if by == server}
            alone = (self.confirmed.keys() & rows).difference(*others)
            found[name] = {
                "says": words,
                "alone": len(alone),
                "named": transactions(words),
                "lacks": len(own - rows),
            }
        return found


def transactions(words: str) -> int:
    """How many transactions a server names that says why it is set apart."""
    listed = words.partition(" it has ")[2].partition(", which ")[0]
    spans = (SPAN if ":" in listed else GTID).findall(listed)
    return sum(int(last or first) - int(first) + 1 for first, last in spans)


def words_of(drill: Drill) -> dict[str, str]:
    """What each server that is set apart says of itself; empty where no cluster answers."""
    try:
        return drill.apart()
    except LabError:
        return {}


def stored(node: Node) -> set[int] | None:
    """The numbers that are on a node; None where no server answers."""
    try:
        return set(map(int, ask(node, "SELECT number FROM app.written").split()))
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
    if result["two_writable_s"] and not result.get("unfenced"):
        found.append(f"two servers were writable for {result['two_writable_s']} s")
    if result["final"] not in (WHOLE, PARTED, REFUSED):
        found.append(result["final"])
    if result["final"] == WHOLE and BOTH_WRITE & set(result["faults"]):
        found.append("both sides confirmed writes, and no server is set apart with its own")
    for name, apart in result.get("apart", {}).items():
        if apart["alone"] and not result.get("unfenced"):
            found.append(f"{apart['alone']} confirmed writes are on {name} alone, which is set apart")
        if apart["lacks"]:
            found.append(f"{name} is set apart, and {apart['lacks']} of its own confirmed writes are gone")
        if apart["named"] < apart["alone"]:
            found.append(f"{name} has {apart['alone']} writes alone, and names {apart['named']} transactions")
    return found


def person(result: dict[str, Any]) -> str:
    """What a round asks a person for that broke no promise, in the servers' words; empty if for nothing."""
    words = [apart["says"] for apart in result.get("apart", {}).values()]
    words += result.get("refused", {}).values()
    return "" if faults_of(result) or result.get("unfenced") else "; ".join(dict.fromkeys(words))
