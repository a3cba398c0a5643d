"""The command that `ocf-agents lint` names for a mistake mends it, with crmsh and with pcs."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import pytest
from support.command import called
from support.mistakes import PLANTED, Mistake, planted
from support.possible import skip_unless_lab

from ocf_agents.lab import Lab

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ocf_agents.lab import Node

FILE = "/tmp/mended.xml"
EDITOR = "crm configure edit"
# One for each sort of remedy.
SORTS = {
    "fencing-off": "a property", "stickiness-zero": "a default", "fence-race": "a parameter of a device",
    "durability-async": "a parameter", "parameter-unknown": "a parameter less",
    "notify-missing": "a meta attribute", "unmanaged": "a meta attribute less",
    "vip-without-order": "an order", "order-takes-down-more": "another order",
    "vip-without-colocation": "a colocation", "vip-on-any-instance": "another colocation",
    "run-twice": "a resource less",
    "promoted-monitor-missing": "an operation", "stop-failure-ignored": "another operation",
}  # fmt: skip
CHOSEN = [next(one for one in PLANTED if one.rule == rule) for rule in SORTS]


@pytest.fixture(scope="module")
def node() -> Iterator[Node]:
    """A node that has the agents and the tools; the configurations are files in it."""
    skip_unless_lab()
    with Lab(f"mend{os.getpid()}", 2) as built:
        yield built.nodes[0]


def found(node: Node, mistake: Mistake) -> list[dict[str, Any]]:
    """What lint finds of this mistake in the node's file."""
    said = called("lint", "-", "--json", stdin=node.read(FILE))
    return [one for one in json.loads(said.out) if (one["rule"], one["subject"]) == mistake[:2]]


@pytest.mark.parametrize("mistake", CHOSEN, ids=lambda one: SORTS[one.rule].replace(" ", "-"))
def test_a_mistake_is_gone_after_the_command(node: Node, mistake: Mistake) -> None:
    node.check(["sh", "-c", f"cibadmin --empty > {FILE}"])
    node.write("/tmp/bad.crm", planted(mistake))
    # It is a mistake: crmsh may warn of it, and takes it when told to.
    environment = ["env", f"CIB_file={FILE}"]
    node.run([*environment, "crm", "-F", "configure", "load", "update", "/tmp/bad.crm"], timeout=90)
    (finding,) = found(node, mistake)
    node.check(["cp", FILE, f"{FILE}.bad"])
    for command in (finding["pcs"].replace("pcs ", f"pcs -f {FILE} "), finding["crm"]):
        if command.startswith(EDITOR):
            # It asks for a change by hand, and says which.
            assert "  # " in command
            continue
        node.check(["cp", f"{FILE}.bad", FILE])
        done = node.run([*environment, "sh", "-c", command], timeout=90)
        assert done.returncode == 0, f"{command}: {done.stderr}"
        assert found(node, mistake) == [], command
