"""Where nobody leads, each server says why it does not, and Pacemaker hears twice of who could."""

from __future__ import annotations

import pytest
from database import RESOURCE, Cluster, Node, lose, promote, reboot, settle, writable

from ocf_agents.mysql.pact import Pact
from ocf_agents.system.errors import Refused


@pytest.fixture
def undecided(whole: Cluster) -> Cluster:
    """n1's server died and gave its claim up to n2, whose node lost power before it could lead."""
    first, second = whole.nodes["n1"], whole.nodes["n2"]
    first.bodies.clear()
    second.server.receiving = "Connecting"
    assert first.do("start").code == 0
    assert Pact.read(first.pact) == Pact("", ("n2",), "", "0-1-100")
    reboot(second)
    second.server.source, second.server.state = "n1", "0-1-101"
    assert second.do("start").code == 0
    settle(whole)
    return whole


def test_a_standby_whose_word_is_not_good_enough_says_so_and_what_to_do(undecided: Cluster) -> None:
    first, second = undecided.nodes.values()
    seen = second.monitor()
    assert (seen.code, second.score) == (190, None)
    assert "cannot lead: what this server acknowledged is perhaps not all here" in seen.reason
    assert "compare the servers, and decide by hand" in seen.reason
    seen = first.monitor()
    assert (seen.code, first.score) == (190, None)
    assert "acknowledged writes may be lacking here; those who have them all: n2" in seen.reason
    assert writable(undecided) == []


def test_a_person_decides_for_the_one_that_has_more(undecided: Cluster) -> None:
    first, second = undecided.nodes.values()
    second.server.source = ""
    del undecided.facts[f"{RESOURCE}_PACT"]
    settle(undecided)
    assert (first.score, second.score) == (None, "500")
    assert promote(second).code == 0
    settle(undecided)
    assert [node.monitor().code for node in (first, second)] == [0, 8]


def test_a_start_whose_server_hangs_on_its_way_into_replication_is_a_start_and_a_monitor_goes_on(
    whole: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    node = whole.nodes["n2"]
    node.bodies.clear()

    def hang(*_: object) -> None:
        raise Refused("STOP SLAVE: 2013 Lost connection to MySQL server during query (timed out)")

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(node.server, "replica", hang)
        meanwhile.setattr(node.server, "follow", hang)
        assert node.do("start").code == 0
    settle(whole)
    assert (node.monitor().code, node.score) == (0, "1000")


def alone(whole: Cluster) -> Node:
    """The former primary, which nobody has promoted again yet."""
    lose(whole, "n2")
    node = whole.nodes["n1"]
    settle(whole)
    node.bodies.clear()
    assert node.do("start").code == 0
    node.monitor()
    assert node.score == "500"
    return node


def told(node: Node) -> list[str]:
    """What the cluster was told of the score, in this order."""
    words = (call.argv for call in node.calls if f"--promotion={RESOURCE}" in call.argv)
    return ["withdrawn" if "--delete" in argv else argv[-1] for argv in words]


def test_a_score_that_nobody_acts_on_is_told_anew_and_more_seldom_each_time(whole: Cluster) -> None:
    node = alone(whole)
    node.calls.clear()
    heard = []
    for _ in range(40):
        node.sleep(5)
        node.monitor()
        heard.append(len(told(node)))
    assert told(node)[:2] == ["withdrawn", "500"]
    news = [second * 5 for second, (before, after) in enumerate(zip([0, *heard], heard)) if after > before]
    assert len(news) == 2, "after 30 s, and after 60 more"
    assert 25 <= news[0] <= 30
    assert 55 <= news[1] - news[0] <= 65


def test_the_score_of_a_replica_that_has_a_primary_is_told_once(whole: Cluster) -> None:
    node = whole.nodes["n2"]
    node.calls.clear()
    for _ in range(40):
        node.sleep(5)
        node.monitor()
    assert told(node) == []


def test_a_replica_that_receives_nothing_for_more_than_a_minute_is_degraded_until_it_does(
    whole: Cluster,
) -> None:
    replica = whole.nodes["n2"]
    replica.server.receiving = "Connecting"
    assert (replica.monitor().code, replica.score) == (0, "1000")
    replica.clock += 61
    seen = replica.monitor()
    assert (seen.code, replica.score) == (190, "1000")
    assert "has had no connection to n1 for more than a minute" in seen.reason
    replica.server.receiving = "Yes"
    assert replica.monitor().code == 0
    replica.server.receiving = "Connecting"
    assert replica.monitor().code == 0


@pytest.fixture
def third(whole: Cluster) -> Node:
    """n3, which could lead as well as n2."""
    node = Node("n3", whole)
    node.server.state = "0-1-100"
    assert node.do("start").code == 0
    settle(whole)
    assert Pact.read(node.pact) == Pact("n1", ("n2", "n3"), "", "0-1-100")
    return node


def restart(node: Node) -> None:
    """What Pacemaker does after a promotion that failed."""
    for action in ("demote", "stop", "start"):
        assert node.do(action).code == 0


def test_a_standby_makes_no_claim_while_nobody_knows_what_another_one_has_acknowledged(
    whole: Cluster, third: Node
) -> None:
    first, second = whole.nodes["n1"], whole.nodes["n2"]
    first.bodies.clear()
    third.server.receiving = second.server.receiving = "Connecting"
    reboot(second)
    assert second.do("start").code == 0
    second.monitor()
    seen = third.monitor()
    assert (seen.code, third.score) == (190, None)
    assert "cannot lead: n2 may have acknowledged what is lacking here, and lost it; start n1" in seen.reason
    restart(third)
    assert third.score is None
    assert first.do("start").code == 0
    settle(whole)
    assert (first.score, second.score, third.score) == ("500", None, None)
    assert promote(first).code == 0
    settle(whole)
    assert [node.monitor().code for node in whole.nodes.values()] == [8, 0, 0]


def test_a_start_after_a_refused_promotion_makes_no_claim_so_that_the_cluster_looks_at_the_others_first(
    whole: Cluster, third: Node
) -> None:
    for name in ("n1", "n2"):
        whole.nodes[name].bodies.clear()
        whole.reports.pop(name, None)
    third.server.receiving = "Connecting"
    refused = promote(third)
    assert "not promoted: n2 may hold acknowledged writes" in refused.reason
    restart(third)
    assert third.score is None
    third.monitor()
    assert third.score is not None
    restart(third)
    assert third.score is not None, "only the start right after the refusal"
