"""Drills without a lab: which rounds are played, what a round has shown, and what a report says of it."""

from __future__ import annotations

import json
import shlex
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from ocf_agents.cli.main import main
from ocf_agents.drill import session
from ocf_agents.drill.plan import Round, by_lot, in_turn
from ocf_agents.drill.report import page, picture, table
from ocf_agents.drill.session import CATALOGUE, OURS
from ocf_agents.drill.verdict import faults_of
from ocf_agents.lab import LabError

if TYPE_CHECKING:
    from pathlib import Path

FAULTS = ("kill_server", "power_off", "cut_node")


def result(planned: Round, **changes: Any) -> dict[str, Any]:
    return {
        "round": planned.number,
        "agent": planned.agent,
        "faults": list(planned.faults),
        "delay": planned.delay,
        "outage_ms": 700,
        "confirmed": 1234,
        "lost": {"n1": 0, "n2": 0},
        "money": {"n1": 0, "n2": 0},
        "two_writable_s": 0.0,
        "final": "whole",
        "timeline": {
            "spans": [
                ["writes", "server 1", 0.0, 3.5],
                ["n1", "writable", 0.0, 3.6],
                ["n2", "off", 1.0, 2.0],
            ],
            "moments": [[1.0, planned.title]],
        },
        **changes,
    }


@given(st.integers(), st.integers(1, 60))
def test_a_round_drawn_by_lot_is_the_same_however_many_are_asked_for(seed: int, rounds: int) -> None:
    drawn = by_lot(FAULTS, rounds, OURS, seed)
    assert drawn == by_lot(FAULTS, 60, OURS, seed)[:rounds]
    assert {name for one in drawn for name in one.faults} <= set(FAULTS)


def test_rounds_drawn_by_lot_are_alone_and_in_pairs() -> None:
    drawn = by_lot(FAULTS, 200, OURS, 1)
    assert {len(one.faults) for one in drawn} == {1, 2}
    assert {name for one in drawn for name in one.faults} == set(FAULTS)


def test_every_fault_has_its_turn_in_every_round() -> None:
    planned = in_turn(FAULTS, 2, OURS)
    assert [one.faults[0] for one in planned] == [*FAULTS, *FAULTS]
    assert [one.number for one in planned] == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"lost": {"n1": 3, "n2": None}}, "n1 lacks 3 confirmed writes"),
        ({"money": {"n1": 0, "n2": -1}}, "the sum on n2 is off by -1"),
        ({"two_writable_s": 0.25}, "two servers were writable for 0.25 s"),
        ({"final": "no primary within 120 s"}, "no primary within 120 s"),
    ],
)
def test_a_round_fails_for_each_broken_promise(changes: dict[str, Any], words: str) -> None:
    planned = Round(1, OURS, ("kill_server",))
    assert faults_of(result(planned)) == []
    assert faults_of(result(planned, **changes)) == [words]


def test_a_picture_has_a_row_for_the_writes_and_for_each_node() -> None:
    drawn = ElementTree.fromstring(picture(result(Round(1, OURS, ("<&>",)))["timeline"]))
    texts = [element.text for element in drawn.iter("text")]
    assert texts[:3] == ["writes", "n1", "n2"]
    assert "<&>" in texts
    assert len(list(drawn.iter("rect"))) == 3


def test_a_report_needs_no_other_file_and_puts_agents_side_by_side() -> None:
    peer = "ocf:heartbeat:mysql"
    rounds = [result(Round(1, OURS, ("kill_server",))), result(Round(1, peer, ("kill_server",)), outage_ms=9)]
    text = page({"seed": None, "faults": [], "nodes": 2, "fencing": True, "rounds": rounds})
    assert "http" not in text
    assert text.index(f"<td>{peer}</td>") != text.index(f"<td>{OURS}</td>")
    assert table(rounds).count("kill_server") == 2


class Player:
    """In the place of a lab: every round ends as it is told."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.played: list[Round] = []
        self.bad: set[int] = set()
        self.stops_after = 10**6

        def run(_: session.Session, left: list[Round], done: Any) -> None:
            while left:
                if len(self.played) == self.stops_after:
                    raise LabError("no memory; free some")
                self.played.append(left.pop(0))
                lost = {"n1": 5} if self.played[-1].number in self.bad else {"n1": 0}
                done(result(self.played[-1], lost=lost))

        monkeypatch.setattr(session.Session, "run", run)


@pytest.fixture
def player(monkeypatch: pytest.MonkeyPatch) -> Player:
    return Player(monkeypatch)


def call(*words: str) -> Any:
    return CliRunner().invoke(main, ["drill", *words])


def test_every_fault_is_listed_with_what_it_is() -> None:
    listed = call("list").output.splitlines()
    assert [text.split()[0] for text in listed] == list(CATALOGUE)
    assert all(len(text.split()) > 3 for text in listed)


def test_a_drill_goes_on_where_it_was_stopped(player: Player, tmp_path: Path) -> None:
    words = ("run", "--rounds", "9", "--seed", "4", "--json", str(tmp_path / "soak.json"))
    player.stops_after = 5
    stopped = call(*words)
    assert stopped.exit_code == 2
    assert "no memory" in stopped.output
    player.stops_after = 10**6
    assert call(*words).exit_code == 0
    assert [one.number for one in player.played] == list(range(1, 10))
    assert len(json.loads((tmp_path / "soak.json").read_text())["rounds"]) == 9


def test_a_record_of_another_drill_is_left_alone(player: Player, tmp_path: Path) -> None:
    record = tmp_path / "soak.json"
    assert call("run", "--seed", "4", "--json", str(record)).exit_code == 0
    before = record.read_text()
    for words in (("--seed", "5"), ("--seed", "4", "--no-fencing")):
        assert call("run", *words, "--json", str(record)).exit_code == 2
    record.write_text("{")
    assert call("run", "--seed", "4", "--json", str(record)).exit_code == 2
    assert before
    assert record.read_text() == "{"


@pytest.mark.parametrize("limits", [(), ("--fault", "kill_server", "--fault", "both_off", "--no-fencing")])
def test_a_failing_round_says_how_it_is_played_alone(player: Player, limits: tuple[str, ...]) -> None:
    player.bad = {7}
    failed = call("run", "--rounds", "9", "--seed", "4", "--nodes", "3", *limits)
    assert failed.exit_code == 1
    assert "n1 lacks 5 confirmed writes" in failed.output
    (told,) = [text for text in failed.output.splitlines() if text.startswith("alone: ")]
    seventh = player.played[6]
    player.played.clear()
    words = shlex.split(told.removeprefix("alone: ocf-agents drill "))
    assert call(*words).exit_code == 1
    assert player.played == [seventh]


def test_peers_go_through_the_same_rounds(player: Player) -> None:
    agents = ("--agent", "openstack:mysql", "--agent", "heartbeat:mariadb")
    assert call("run", "--fault", "kill_server", *agents).exit_code == 0
    assert [one.agent for one in player.played] == [OURS, "ocf:heartbeat:mariadb"]


def test_an_unknown_fault_is_named(player: Player) -> None:
    refused = call("run", "--fault", "earthquake")
    assert refused.exit_code == 2
    assert "earthquake: no such fault" in refused.output
