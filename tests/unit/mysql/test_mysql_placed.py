"""A MySQL without GTIDs: nobody follows from a place that is not shown to be right."""

from __future__ import annotations

import copy
import random
from functools import cache
from typing import TYPE_CHECKING, Any, Callable

import pytest
from database import RESOURCE, Cluster, converse, promote, settle, writable
from placed_database import PlacedNode

from ocf_agents.mysql.coordinates import Coordinates, Junction
from ocf_agents.mysql.pact import Pact

if TYPE_CHECKING:
    from support.act import Outcome

CONFIRMED, TAIL = "confirmed", "tail"


def build(monkeypatch: pytest.MonkeyPatch, names: tuple[str, ...]) -> Cluster:
    """A cluster of its own in which the first node leads, and the others are its standbys."""
    cluster = copy.deepcopy(settled(names))
    converse(monkeypatch, cluster)
    return cluster


@cache
def settled(names: tuple[str, ...]) -> Cluster:
    """A cluster to copy, as somebody had set it up by hand."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        cluster = Cluster()
        converse(monkeypatch, cluster)
        set_up(cluster, names)
    return cluster


def set_up(cluster: Cluster, names: tuple[str, ...]) -> None:
    for name in names:
        PlacedNode(name, cluster)
    first, *others = nodes(cluster)
    for node in others:
        node.server.place("n1", (1, 154))
    for node in nodes(cluster):
        assert node.do("start").code == 0
    for node in others:
        # Before anybody leads, it is connected by hand: else nobody knows whose log its place is in.
        node.server.known = first.server.uuid
    assert promote(first).code == 0
    settle(cluster)
    assert first.server.write(CONFIRMED)


@pytest.fixture
def two(monkeypatch: pytest.MonkeyPatch) -> Cluster:
    return build(monkeypatch, ("n1", "n2"))


@pytest.fixture
def three(monkeypatch: pytest.MonkeyPatch) -> Cluster:
    return build(monkeypatch, ("n1", "n2", "n3"))


def nodes(cluster: Cluster) -> list[PlacedNode]:
    return [node for node in cluster.nodes.values() if isinstance(node, PlacedNode)]


def pair(cluster: Cluster) -> tuple[PlacedNode, PlacedNode]:
    first, second, *_ = nodes(cluster)
    return first, second


def pact(cluster: Cluster) -> Pact:
    return Pact.read(cluster.facts[f"{RESOURCE}_PACT"]) or Pact()


def switch(old: PlacedNode, new: PlacedNode) -> Outcome:
    old.notify("pre-demote", demote=old.name)
    assert old.do("demote").code == 0
    return promote(new, demoting=old.name)


def apart(node: PlacedNode) -> str:
    outcome = node.monitor()
    return outcome.reason if outcome.code == 190 and "kept apart" in outcome.reason else ""


# Two nodes.


def test_two_nodes_change_roles_as_often_as_they_like_and_have_the_same_data(two: Cluster) -> None:
    first, second = pair(two)
    for number in range(4):
        old, new = (first, second) if number % 2 == 0 else (second, first)
        assert switch(old, new).code == 0
        settle(two)
        assert pact(two) == Pact(new.name, (old.name,), "", pact(two).position)
        assert new.server.write(f"planned {number}")
        assert old.server.data == new.server.data
    assert writable(two) == ["n1"]


def test_a_standby_takes_over_with_every_confirmed_write_and_the_dead_one_comes_back(two: Cluster) -> None:
    first, second = pair(two)
    for number in range(4):
        old, new = (first, second) if number % 2 == 0 else (second, first)
        new.server.replica("STOP", "SQL_THREAD")
        assert old.server.write(f"last {number}")
        old.die()
        assert promote(new).code == 0
        assert f"last {number}" in new.server.data
        assert new.server.write(f"alone {number}")
        assert old.come_back().code == 0
        settle(two)
        assert (old.server.source, old.server.data) == (new.name, new.server.data)
        assert pact(two).standbys == (old.name,)


def test_a_former_primary_with_an_unconfirmed_tail_is_set_apart_and_names_it(two: Cluster) -> None:
    first, second = pair(two)
    end = first.server.end
    second.server.replica("STOP", "IO_THREAD")
    assert not first.server.write(TAIL)
    first.die()
    assert promote(second).code == 0
    first.come_back()
    settle(two)
    assert f"it wrote mysql-bin.{end[0]:06d}:{end[1]}-" in apart(first)
    assert (first.server.source, first.score) == ("", None)
    assert first.server.data[-1] == TAIL


def test_a_former_primary_whose_own_log_lost_what_the_other_received_is_set_apart(two: Cluster) -> None:
    first, second = pair(two)
    first.die()
    assert promote(second).code == 0
    first.server.log.pop()
    first.server.data.pop()
    first.come_back()
    assert "its own log cannot be read from" in apart(first)


def test_a_former_primary_without_the_file_in_which_the_junction_is_is_set_apart(two: Cluster) -> None:
    first, second = pair(two)
    first.die()
    assert promote(second).code == 0
    first.come_back()
    rows = first.server.rows
    first.server.forget_source()
    first.server.rows = lambda asked, values=(): (  # type: ignore[method-assign]  # one answer differs
        [("mysql-bin.000009", 0)] if asked == "SHOW BINARY LOGS" else rows(asked, values)
    )
    first.notify("post-promote", promote="n2")
    assert "is gone" in apart(first)


def test_a_transaction_that_was_cut_off_keeps_nobody_from_leading(two: Cluster) -> None:
    first, second = pair(two)
    server = second.server
    first.die()
    server.received_to = (server.received_to[0], server.received_to[1] + 60)
    place = server.executed_to
    apply = server.apply
    server.apply = lambda: (apply(), setattr(server, "executed_to", place))[0]  # type: ignore[method-assign]
    assert promote(second).code == 0
    junction = Junction.read(pact(two).position)
    assert junction is not None
    assert junction.received == Coordinates(first.server.uuid, "mysql-bin.000002", place[1])


@pytest.mark.long
@pytest.mark.parametrize("planned", [True, False])
def test_whatever_step_of_a_promotion_is_the_last_before_a_fault_it_can_be_repeated(
    monkeypatch: pytest.MonkeyPatch, planned: bool
) -> None:
    def run(breaks_after: str) -> list[str]:
        cluster = build(monkeypatch, ("n1", "n2"))
        first, second = pair(cluster)
        second.server.replica("STOP", "SQL_THREAD")
        assert first.server.write("last")
        second.server.done.clear()
        second.server.breaks_after = breaks_after or None
        begin: Callable[[], Outcome] = (
            (lambda: switch(first, second)) if planned else (lambda: promote(second))
        )
        if not planned:
            first.die()
        code = begin().code
        steps = list(second.server.done)
        if code:
            assert writable(cluster) == (["n2"] if breaks_after == "open" else [])
            second.bodies.clear()
            assert second.do("stop").code == 0
            assert second.do("start").code == 0
            second.monitor()
            assert promote(second).code == 0, breaks_after
        if not planned:
            first.come_back()
        settle(cluster)
        assert second.server.write("after")
        assert "last" in second.server.data
        assert (apart(first), first.server.data) == ("", second.server.data), breaks_after
        return steps

    steps = run("")
    assert {"forget", "open", "wait no more"} <= set(steps)
    for step in dict.fromkeys(steps):
        run(step)


def test_a_primary_that_is_promoted_again_keeps_the_place_where_its_predecessor_goes_on(two: Cluster) -> None:
    first, second = pair(two)
    first.die()
    assert promote(second).code == 0
    known = pact(two).position
    second.server.write("alone")
    second.die()
    second.come_back()
    assert promote(second).code == 0
    assert pact(two).position == known
    first.come_back()
    settle(two)
    assert first.server.data == second.server.data


# Before anybody leads.


def test_two_servers_that_have_nothing_to_do_with_each_other_do_not_lead_by_chance(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cluster = Cluster()
    converse(monkeypatch, cluster)
    both = [PlacedNode(name, cluster) for name in ("n1", "n2")]
    for node in both:
        node.do("start")
    outcomes = [promote(node) for node in both]
    assert [outcome.code for outcome in outcomes] == [1, 1]
    assert "cannot be compared without GTIDs" in outcomes[0].reason
    both[1].die()
    assert promote(both[0]).code == 0
    both[1].come_back()
    assert "nothing shows where in the log of n1 it would have to go on" in apart(both[1])


def test_a_replica_that_was_never_connected_does_not_lead(monkeypatch: pytest.MonkeyPatch) -> None:
    cluster = Cluster()
    converse(monkeypatch, cluster)
    node = PlacedNode("n1", cluster)
    node.server.place("n2", (1, 154))
    node.do("start")
    outcome = promote(node)
    assert (outcome.code, node.score) == (1, None)
    assert "is not known before it has been connected there" in outcome.reason


@pytest.mark.parametrize("durability", ["semi-sync", "async"])
def test_a_replica_that_was_set_up_by_hand_and_never_connected_keeps_its_primary_from_nothing(
    monkeypatch: pytest.MonkeyPatch, durability: str
) -> None:
    cluster = Cluster()
    converse(monkeypatch, cluster)
    first, second = (PlacedNode(name, cluster) for name in ("n1", "n2"))
    second.server.place("n1", (1, 154))
    for node in (first, second):
        node.do("start", durability=durability)
        node.monitor(durability=durability)
    second.notify("pre-promote", promote="n1", active="n1 n2")
    assert first.do("promote", durability=durability).code == 0
    second.do("monitor", durability=durability)
    assert second.server.source == "n1"
    assert first.server.write("first")
    assert second.server.data == first.server.data


def test_a_replica_that_has_less_than_its_old_primary_does_not_lead_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cluster = Cluster()
    converse(monkeypatch, cluster)
    first, second = (PlacedNode(name, cluster) for name in ("n1", "n2"))
    second.server.place("n1", (1, 154))
    second.server.known = first.server.uuid
    first.server.commit("before the cluster")
    for node in (first, second):
        node.do("start")
    outcome = promote(second)
    assert (outcome.code, second.score) == (1, None)
    assert "n1 has more" in outcome.reason
    assert promote(first).code == 0
    settle(cluster)
    assert second.server.data == first.server.data


# A third node.


def test_a_third_node_goes_on_where_the_new_primary_began_if_it_has_just_what_that_one_had(
    three: Cluster,
) -> None:
    first, second, third = nodes(three)
    first.die()
    assert promote(second).code == 0
    settle(three)
    assert second.server.write("after")
    assert (third.server.source, third.server.data) == ("n2", second.server.data)
    first.come_back()
    settle(three)
    assert first.server.data == second.server.data
    assert pact(three).standbys == ("n1", "n3")


def test_a_third_node_that_still_has_to_apply_what_it_received_does_that_first(three: Cluster) -> None:
    first, second, third = nodes(three)
    third.server.replica("STOP", "SQL_THREAD")
    first.server.write("last")
    first.die()
    assert promote(second).code == 0
    settle(three)
    assert third.server.data == second.server.data


def test_a_third_node_that_is_short_of_the_junction_is_set_apart(three: Cluster) -> None:
    first, second, third = nodes(three)
    third.die()
    settle(three)
    first.server.write("missed")
    settle(three)
    first.die()
    assert promote(second).code == 0
    third.come_back()
    assert "it lacks mysql-bin.000002:254-354 of the former primary's log" in apart(third)
    assert third.server.data == [CONFIRMED]


def test_a_third_node_that_comes_back_to_the_same_primary_goes_on_where_it_was(three: Cluster) -> None:
    first, _, third = nodes(three)
    third.die()
    settle(three)
    first.server.write("missed")
    third.come_back()
    settle(three)
    assert third.server.data == first.server.data


# What must never be, whatever happens.


@pytest.mark.parametrize(
    "seed", [pytest.param(seed, marks=[pytest.mark.long] if seed else []) for seed in range(12)]
)
@pytest.mark.parametrize("names", [("n1", "n2"), ("n1", "n2", "n3")])
def test_whatever_happens_no_replica_parts_from_its_primary_and_no_confirmed_write_is_lost(
    monkeypatch: pytest.MonkeyPatch, names: tuple[str, ...], seed: int
) -> None:
    chance = random.Random(seed)  # a test that can be repeated
    cluster = build(monkeypatch, names)
    confirmed = [CONFIRMED]
    for number in range(40):
        happen(chance, cluster, confirmed, f"{number}")
        open_ones = writable(cluster)
        assert len(open_ones) <= 1
        for name in open_ones:
            leader: Any = cluster.nodes[name]
            assert set(confirmed) <= set(leader.server.data)
            for node in nodes(cluster):
                server = node.server
                if server.source == name and server.known == leader.server.uuid and server.receiving == "Yes":
                    count = len(server.data)
                    assert server.data == leader.server.data[:count], (seed, number)


EVENTS = ("write",) * 4 + ("lead",) * 3 + ("come back", "settle", "cut") * 2 + ("die", "switch", "lazy")


def happen(chance: random.Random, cluster: Cluster, confirmed: list[str], what: str) -> None:
    """One thing that may happen to a cluster with fencing."""
    some = chance.choice(nodes(cluster))
    up = [node for node in nodes(cluster) if node.bodies]
    leaders = [node for node in up if not node.server.read_only]
    event = chance.choice(EVENTS)
    if event == "write" and leaders:
        if leaders[0].server.write(what):
            confirmed.append(what)
    elif event == "die" and some in up:
        some.die()
    elif event == "come back" and some not in up:
        some.come_back()
    elif event == "lead" and some in up and not leaders:
        some.server.breaks_after = chance.choice((None, None, "forget", "wait no more", "open"))
        promote(some)
        some.server.breaks_after = None
    elif event == "switch" and leaders and some in up and some not in leaders:
        switch(leaders[0], some)
    elif event == "cut" and some in up and some.server.receiving == "Yes":
        some.server.receiving = "No"
    elif event == "lazy" and some in up and some.server.applying == "Yes":
        some.server.applying = "No"
    elif event == "settle":
        settle(cluster)
