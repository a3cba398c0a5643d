"""Where the writers' address is: a primary that nobody is sent to does not stay open in silence."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from database import VIP, lose, promote, writable

from ocf_agents.system import cluster
from ocf_agents.system.errors import Refused

if TYPE_CHECKING:
    from database import Cluster, Node
    from support.act import Outcome

GRACE = 30


def look(node: Node, times: int = 1) -> Outcome:
    """So many monitors, ten seconds apart; the last one's outcome."""
    for _ in range(times):
        node.sleep(10)
        outcome = node.monitor(writer_vip=VIP, writer_vip_grace=f"{GRACE}s")
    return outcome


@pytest.fixture
def primary(whole: Cluster) -> Node:
    whole.vip = "n1"
    assert look(whole.nodes["n1"]).code == 8
    return whole.nodes["n1"]


def test_a_primary_with_the_writers_address_asks_nobody_but_the_native_client(
    primary: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ocf_agents.mysql import peer

    def unreachable(*_: object) -> None:
        raise AssertionError("the address is here: nobody is to be asked")

    look(primary, 3)
    monkeypatch.setattr(peer, "ask_peer", unreachable)
    primary.calls.clear()
    assert look(primary, 3).code == 8
    assert {call.argv[0] for call in primary.calls} == {"/usr/bin/mysql"}


def test_a_primary_whose_writers_are_sent_elsewhere_says_so_and_then_closes(primary: Node) -> None:
    primary.cluster.vip = "n2"
    assert look(primary).code == 8
    outcome = look(primary)
    assert outcome.code == 191
    assert f"{VIP} is answered by another server (server_id 2)" in outcome.reason
    assert writable(primary.cluster) == ["n1"]
    outcome = look(primary, 3)
    assert outcome.code == 9
    assert "writer_vip_grace" in outcome.reason
    assert (writable(primary.cluster), primary.score) == ([], None)


def test_the_reason_is_in_the_log_before_the_cluster_can_act_on_the_score(
    primary: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ended(_: object) -> None:
        raise Refused("Pacemaker ended this monitor")

    primary.cluster.vip = "n2"
    look(primary, 2)
    monkeypatch.setattr(cluster.Cluster, "withdraw_promotion_score", ended)
    primary.sleep(GRACE)
    said = look(primary).log
    before, *_ = (number for number, line in enumerate(said) if "writer_vip_grace" in line)
    (after,) = (number for number, line in enumerate(said) if "ended this monitor" in line)
    assert before < after


def test_a_primary_that_closed_for_its_address_leads_again_where_the_address_is(primary: Node) -> None:
    primary.cluster.vip = "n2"
    look(primary, 6)
    assert primary.do("demote").code == 0
    assert promote(primary.cluster.nodes["n2"]).code == 0
    assert writable(primary.cluster) == ["n2"]
    assert look(primary.cluster.nodes["n2"], 6).code == 8


def test_an_address_that_comes_back_in_time_is_forgotten(primary: Node) -> None:
    primary.cluster.vip = "n2"
    assert look(primary, 3).code == 191
    primary.cluster.vip = "n1"
    assert look(primary).code == 8
    primary.cluster.vip = "n2"
    assert [look(primary).code for _ in range(3)] == [8, 191, 191]
    assert writable(primary.cluster) == ["n1"]


def test_a_primary_stays_open_while_the_writers_address_is_nowhere(primary: Node) -> None:
    primary.cluster.vip = ""
    assert look(primary).code == 8
    outcome = look(primary, 10)
    assert outcome.code == 191
    assert f"nobody answers at {VIP}" in outcome.reason
    assert writable(primary.cluster) == ["n1"]


def test_the_grace_begins_when_another_server_answers(primary: Node) -> None:
    primary.cluster.vip = ""
    look(primary, 10)
    primary.cluster.vip = "n2"
    assert look(primary, 2).code == 191
    assert writable(primary.cluster) == ["n1"]


def test_an_address_that_leads_to_this_very_server_is_not_elsewhere(
    primary: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(type(primary), "holds", lambda *_: False)
    assert look(primary, 6).code == 8


def test_a_replica_does_not_care_where_writers_are_sent(primary: Node) -> None:
    assert look(primary.cluster.nodes["n2"], 6).code == 0


def test_a_probe_closes_nothing(primary: Node) -> None:
    primary.cluster.vip = "n2"
    look(primary, 3)
    primary.sleep(100)
    assert primary.monitor(writer_vip=VIP, interval=0).code == 8
    assert writable(primary.cluster) == ["n1"]


def test_nobody_is_promoted_while_another_writable_server_answers_there(whole: Cluster) -> None:
    whole.vip = "n1"
    node = whole.nodes["n2"]
    outcome = node.do("promote", writer_vip=VIP)
    assert outcome.code == 1
    assert f"a writable server (server_id 1) answers at {VIP}" in outcome.reason
    assert writable(whole) == ["n1"]
    lose(whole, "n1")
    node.notify("pre-promote", promote="n2")
    assert node.do("promote", writer_vip=VIP).code == 0
