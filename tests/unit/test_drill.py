"""Drills without a lab: which rounds are played, what a round has shown, and what a report says of it."""

from __future__ import annotations

import json
import shlex
import subprocess
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from support.command import typed

from ocf_agents.cli.main import main
from ocf_agents.drill import session, verdict
from ocf_agents.drill.plan import Round, by_lot, in_turn
from ocf_agents.drill.report import line, page, picture, table
from ocf_agents.drill.session import CATALOGUE
from ocf_agents.drill.verdict import PARTED, REFUSED, faults_of, person
from ocf_agents.lab import LabError, NodeProcess, fault_agent
from ocf_agents.lab.mariadb import OURS
from ocf_agents.lab.scene import APART as KEPT_APART
from ocf_agents.lab.scene import reasons

if TYPE_CHECKING:
    from pathlib import Path

FAULTS = ("kill_server", "power_off", "cut_node")
SETTING = {
    "seed": None, "faults": [], "nodes": 2, "fencing": True, "threshold": None, "workload": "database",
    "server": "",
}  # fmt: skip


def result(planned: Round, **changes: Any) -> dict[str, Any]:
    return {
        "round": planned.number,
        "agent": planned.agent,
        "faults": list(planned.faults),
        "delay": planned.delay,
        "outage_ms": 700,
        "away_ms": {},
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


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, []),
        (
            {"unfenced": False},
            ["two servers were writable for 5.0 s", "9 confirmed writes are on n1 alone, which is set apart"],
        ),
        ({"final": "whole"}, ["both sides confirmed writes, and no server is set apart with its own"]),
        ({"lost": {"n1": None, "n2": 2}}, ["n2 lacks 2 confirmed writes"]),
        (
            {"apart": {"n1": {"says": "", "alone": 9, "named": 9, "lacks": 1}}},
            ["n1 is set apart, and 1 of its own confirmed writes are gone"],
        ),
        (
            {"apart": {"n1": {"says": "", "alone": 9, "named": 8, "lacks": 0}}},
            ["n1 has 9 writes alone, and names 8 transactions"],
        ),
    ],
)
def test_a_split_that_nobody_can_prevent_ends_well_only_with_the_loser_set_apart_and_named(
    changes: dict[str, Any], words: list[str]
) -> None:
    planned = Round(1, OURS, ("split_without_fencing",))
    parted = {
        "unfenced": True,
        "two_writable_s": 5.0,
        "final": PARTED,
        "lost": {"n1": None, "n2": 0},
        "apart": {"n1": {"says": "", "alone": 9, "named": 9, "lacks": 0}},
    }
    assert faults_of(result(planned, **{**parted, **changes})) == words


APART = {"n2": {"says": "mysql is kept apart: it has 0-2-9", "alone": 0, "named": 1, "lacks": 0}}
REFUSALS = {"n1": "mysql cannot lead: start n2", "n2": "mysql cannot lead: decide by hand"}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"final": PARTED, "apart": APART}, "mysql is kept apart: it has 0-2-9"),
        ({"final": REFUSED, "refused": REFUSALS}, "; ".join(REFUSALS.values())),
    ],
)
def test_a_round_that_ends_safe_but_not_by_itself_says_what_it_asks_a_person(
    changes: dict[str, Any], words: str
) -> None:
    asking = result(Round(1, OURS, ("lose_node_in_promote",)), **changes)
    assert (faults_of(asking), person(asking)) == ([], words)
    assert line(asking).endswith(f"safe, and asks a person: {words}")
    assert f"It asks a person: {words}." in page({**SETTING, "rounds": [asking]})
    broken = result(Round(1, OURS, ("lose_node_in_promote",)), **changes, lost={"n1": 1, "n2": None})
    assert (faults_of(broken), person(broken)) == (["n1 lacks 1 confirmed writes"], "")


def test_where_nobody_leads_a_write_that_any_server_has_is_not_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = {"n1": {1}, "n2": {1, 2}}
    monkeypatch.setattr(verdict, "stored", lambda node: rows[node.name])
    monkeypatch.setattr(verdict, "missing_money", lambda node: 0)
    books = verdict.Books(Ledger({1: 1, 2: 1, 3: 1}, {}), leaderless=True)  # type: ignore[arg-type]
    assert books.lost() == {"n1": 1, "n2": 1}


class Ledger:
    """In the place of a drill: what was confirmed by which server, and what each server has."""

    def __init__(self, confirmed: dict[int, int], apart: dict[str, str]) -> None:
        self.lab = SimpleNamespace(nodes=[SimpleNamespace(name="n1"), SimpleNamespace(name="n2")])
        self.writer = SimpleNamespace(acknowledged=lambda: [(n, 0.0, by) for n, by in confirmed.items()])
        self.apart = lambda: apart


def test_a_write_that_is_kept_on_a_server_set_apart_is_not_lost_and_one_on_no_server_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rows = {"n1": {1, 2, 3}, "n2": {1, 5}}
    monkeypatch.setattr(verdict, "ask", lambda node, _: "\n".join(map(str, rows[node.name])))
    confirmed = {1: 1, 2: 1, 3: 1, 4: 1, 5: 2}
    words = "mysql is kept apart: it has 0-1-7-8, which n2 has not"
    parted = verdict.Books(Ledger(confirmed, {"n1": words}))  # type: ignore[arg-type]
    assert parted.lost() == {"n1": None, "n2": 1}
    assert parted.apart() == {"n1": {"says": words, "alone": 2, "named": 2, "lacks": 1}}
    merged = verdict.Books(Ledger(confirmed, {}))  # type: ignore[arg-type]
    assert merged.lost() == {"n1": 2, "n2": 3}


@pytest.mark.parametrize(
    ("words", "number"),
    [
        ("it has 0-1-5-17, which n2 has not; n2 took over at 0-1-4, with every write", 13),
        ("x is kept apart: it has 0-1-5-17,0-2-9, which n1 has not", 14),
        ("x is kept apart: it has 0-1-9, which n1 has not; n1 took over at 0-1-4", 1),
        ("it has 3e11fa47-71ca-11e1-9e33-c80aa9429562:5-17:20, which n2 has not", 14),
        ("x is the primary", 0),
    ],
)
def test_the_transactions_that_a_server_names_are_counted(words: str, number: int) -> None:
    assert verdict.transactions(f"mysql {words}") == number


def test_a_server_is_set_apart_where_its_monitor_says_so() -> None:
    told = """<r><failures>
        <failure op_key="db_monitor_2000" node="n1" exitreason="mysql is kept apart: it has 0-1-9"/>
        <failure op_key="db_monitor_2000" node="n2" exitreason="mysql lags"/>
        <failure op_key="other_monitor_2000" node="n3" exitreason="x is kept apart"/></failures></r>"""
    assert reasons(told, "db", (KEPT_APART,)) == {"n1": "mysql is kept apart: it has 0-1-9"}


def test_an_agent_is_killed_in_the_action_that_was_asked_for_and_in_no_other() -> None:
    with subprocess.Popen(["sleep", "60"]) as victim:
        command = "/usr/bin/python3 -IS /usr/lib/ocf/resource.d/percona/mysql promote"
        node = SimpleNamespace(name="n1", processes=lambda: [NodeProcess(1, victim.pid, command)])
        drill: Any = SimpleNamespace(agent=OURS)
        strike: Any = fault_agent.strike
        assert not strike(drill, node, "demote")
        assert victim.poll() is None
        assert strike(drill, node, "promote")
        assert victim.wait(10) < 0


def test_a_split_without_fencing_has_a_cluster_of_its_own_and_is_not_drawn_by_lot(player: Player) -> None:
    assert call("run", "--rounds", "200", "--seed", "3").exit_code == 0
    assert not {name for one in player.played for name in one.faults} & session.NEEDS_NO_FENCING
    fenced = session.Session("x", nodes=2, fencing=True, threshold=None, workload="database")
    assert fenced.fences(Round(1, OURS, ("split_nodes",)))
    assert not fenced.fences(Round(1, OURS, ("split_without_fencing",)))


def test_a_picture_has_a_row_for_the_writes_and_for_each_node() -> None:
    drawn = ElementTree.fromstring(picture(result(Round(1, OURS, ("<&>",)))["timeline"]))
    texts = [element.text for element in drawn.iter("text")]
    assert texts[:3] == ["writes", "n1", "n2"]
    assert "<&>" in texts
    assert len(list(drawn.iter("rect"))) == 3


def test_a_report_needs_no_other_file_and_puts_agents_side_by_side() -> None:
    peer = "ocf:heartbeat:mysql"
    rounds = [
        result(Round(1, OURS, ("kill_server",))),
        result(Round(1, peer, ("kill_server",)), outage_ms=9, lost={"n1": 3, "n2": None}),
    ]
    text = page({**SETTING, "rounds": rounds})
    assert "http" not in text
    assert "<th>fault</th><th>percona:mysql</th><th>heartbeat:mysql</th>" in text
    assert "<td>kill_server</td><td>700 ms</td><td>9 ms, 3 lost</td>" in text
    assert table(rounds).splitlines()[1].split() == ["kill_server", "700", "ms", "9", "ms,", "3", "lost"]


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
    assert [text.split()[0] for text in listed if not text.startswith("--workload")] == list(CATALOGUE)
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


@pytest.mark.parametrize(
    "limits", [(), ("--fault", "kill_server", "--fault", "both_off", "--no-fencing", "--threshold", "1")]
)
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


def test_a_plan_shows_the_rounds_that_are_left_and_plays_none(player: Player, tmp_path: Path) -> None:
    words = ("--seed", "4", "--json", str(tmp_path / "record.json"))
    assert call("run", "--rounds", "2", *words).exit_code == 0
    told = call("run", "--rounds", "4", *words, "--plan")
    assert (told.exit_code, len(player.played)) == (0, 2)
    assert call("run", "--rounds", "4", *words).exit_code == 0
    titles = [one.title for one in player.played[2:]]
    assert [text.split(maxsplit=2)[2] for text in told.output.splitlines()] == titles


def test_peers_go_through_the_same_rounds(player: Player) -> None:
    agents = ("--agent", "openstack:mysql", "--agent", "heartbeat:mariadb")
    assert call("run", "--fault", "kill_server", *agents).exit_code == 0
    assert [one.agent for one in player.played] == [OURS, "ocf:heartbeat:mariadb"]


def test_what_a_peer_loses_is_shown_and_is_no_failure_of_ours(player: Player) -> None:
    player.bad = {1}
    assert call("run", "--fault", "kill_server", "--agent", "heartbeat:mysql").exit_code == 0
    assert call("run", "--fault", "kill_server").exit_code == 1


def test_a_drill_of_a_service_is_replayed_with_that_service(player: Player, tmp_path: Path) -> None:
    player.bad = {1}
    report = tmp_path / "report.html"
    failed = call("run", "--workload", "keystone", "--fault", "kill_keystone", "--report", str(report))
    assert "alone: ocf-agents drill run" in failed.output
    assert "--fault kill_keystone --workload keystone" in failed.output


def test_the_faults_of_a_service_are_played_only_where_it_is(player: Player) -> None:
    call("run")
    assert not [one for one in player.played if "keystone" in one.faults[0]]
    player.played.clear()
    call("run", "--workload", "keystone")
    assert {"kill_keystone", "power_off"} <= {one.faults[0] for one in player.played}
    assert not [one for one in player.played if "glance" in one.faults[0]]


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("--workload", "horizon"), "workload horizon: no such one; take database, keystone, cloud"),
        (("--fault", "kill_keystone"), "the workload database has no such service"),
        (("--workload", "keystone", "--agent", "heartbeat:mysql"), "runs on openstack:mysql alone"),
    ],
)
def test_what_does_not_go_together_is_refused(words: tuple[str, ...], reason: str) -> None:
    refused = typed("drill", "run", *words)
    assert (refused.code, refused.out) == (2, "")
    assert reason in refused.err


def test_a_report_says_how_long_each_service_was_away() -> None:
    gone = result(Round(1, OURS, ("kill_keystone",)), away_ms={"Keystone": 5300})
    gone["timeline"]["spans"].append(["Keystone", "answers", 0.0, 0.5])
    assert "Keystone away 5300 ms" in page({**SETTING, "workload": "keystone", "rounds": [gone]})
    assert "Keystone away 5300 ms" in table([gone])
    rows = [node.text for node in ElementTree.fromstring(picture(gone["timeline"])).iter("text")]
    assert "Keystone" in rows


@pytest.mark.parametrize("option", ["--json", "--report"])
def test_a_file_that_cannot_be_written_is_refused_before_a_night_is_lost_on_it(
    player: Player, tmp_path: Path, option: str
) -> None:
    refused = call("run", option, str(tmp_path / "none" / "file"))
    assert (refused.exit_code, player.played) == (2, [])
    assert f"{tmp_path}/none: no such directory" in refused.output


def test_an_unknown_fault_is_named(player: Player) -> None:
    refused = call("run", "--fault", "earthquake")
    assert refused.exit_code == 2
    assert "earthquake: no such fault" in refused.output
