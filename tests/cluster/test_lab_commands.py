"""What operators type to break a lab and to mend it again does what it says."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Callable

import pytest
from support.command import Said, typed
from support.possible import skip_unless_lab

from ocf_agents.lab import Lab, Power

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def pair() -> Iterator[Lab]:
    """Two nodes that nobody shoots while their cables are cut."""
    skip_unless_lab()
    with Lab(f"verbs{os.getpid()}", fencing=False, install=("touch", "/usr/installed")) as built:
        yield built
    assert built.leftovers() == []


@pytest.fixture
def command(pair: Lab) -> Callable[..., Said]:
    """The command, told which lab is meant."""

    def say(*words: str) -> Said:
        said = typed("lab", *words, environment={"OCF_LAB_NAME": pair.spec.name})
        assert (said.code, said.err) == (0, ""), said
        return said

    return say


def seen(pair: Lab, node: str, summary: str) -> None:
    """The first node sees this one so, after a while."""
    other = "n1" if node == "n2" else "n2"

    def look() -> str:
        text = pair.node(other).run(["crm_mon", "--one-shot"]).stdout
        return "online" if f"Online: [ {' '.join(sorted((node, other)))} ]" in text else "offline"

    pair.eventually(summary, look, 60, f"{other} to see {node} {summary}")


def test_a_cable_is_cut_and_healed(pair: Lab, command: Callable[..., Said]) -> None:
    command("cut", "n2")
    assert pair.node("n2").is_cut
    assert "cut" in command("status").out
    seen(pair, "n2", "offline")
    command("heal", "n2")
    assert not pair.node("n2").is_cut
    seen(pair, "n2", "online")


def test_nodes_lose_each_other_and_find_each_other_again(pair: Lab, command: Callable[..., Said]) -> None:
    command("split", "n1", "n2")
    seen(pair, "n2", "offline")
    # The client is beside them, and reaches both.
    for node in pair.nodes:
        assert command("client", "--", "ping", "-c", "1", "-W", "5", node.address).out
    command("unsplit", "n1", "n2")
    seen(pair, "n2", "online")


def test_a_node_stands_still_and_goes_on(pair: Lab, command: Callable[..., Said]) -> None:
    command("freeze", "n2")
    assert pair.node("n2").power is Power.FROZEN
    assert "frozen" in command("status").out
    command("thaw", "n2")
    assert pair.node("n2").power is Power.ON
    seen(pair, "n2", "online")


def test_a_node_is_switched_off_and_on(pair: Lab, command: Callable[..., Said]) -> None:
    command("kill", "n2")
    assert pair.node("n2").power is Power.OFF
    seen(pair, "n2", "offline")
    command("start", "n2")
    seen(pair, "n2", "online")


def test_the_agents_are_installed_anew(pair: Lab, command: Callable[..., Said]) -> None:
    for node in pair.nodes:
        node.check(["rm", "/usr/installed"])
    command("install")
    assert [node.read("/usr/installed") for node in pair.nodes] == ["", ""]
