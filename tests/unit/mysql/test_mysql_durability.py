"""The pact and the primary's waiting, played through with every interruption there is."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocf_agents.mysql import durability
from ocf_agents.mysql.durability import STEPS, Facts, next_step, renounced, taken_over
from ocf_agents.mysql.election import Candidate, elect
from ocf_agents.mysql.gtid import domains
from ocf_agents.mysql.pact import Pact

NODES = ("n1", "n2", "n3")


class Play:
    """A cluster in which a write is a number: confirmed once it is where the rules demand it."""

    def __init__(self, nodes: int) -> None:
        self.nodes = NODES[:nodes]
        self.primary = "n1"
        self.has = dict.fromkeys(self.nodes, 0)
        """How many writes each server has."""
        self.confirmed = 0
        self.confirmed_before_waiting = 0
        self.waits = False
        self.attached: set[str] = set()
        self.acknowledging: set[str] = set()
        self.down: set[str] = set()
        self.pact = Pact("n1")
        self.baseline: tuple[frozenset[str], int] = (frozenset(), 0)
        self.acknowledged = 0
        self.leaderless = False

    def facts(self) -> Facts:
        attached = frozenset(self.attached)
        if self.baseline[0] != attached:
            self.baseline = (attached, self.acknowledged)
        return Facts(
            self.primary,
            self.pact,
            self.waits,
            attached,
            frozenset(self.acknowledging & self.attached),
            frozenset(set(self.nodes) - attached - {self.primary}),
            frozenset(n for n in self.attached if self.has[n] >= self.confirmed_before_waiting),
            self.acknowledged > self.baseline[1],
        )

    # What can happen.

    def step(self, _node: str) -> None:
        """The agent makes one step; it may be killed after each, so a play may end or go on here."""
        if self.leaderless:
            return
        step = next_step(self.facts())
        assert step.kind in STEPS
        if step.kind == durability.WAIT:
            self.waits, self.confirmed_before_waiting = True, self.has[self.primary]
        elif step.kind == durability.RELEASE:
            self.waits = False
            self.confirmed = self.has[self.primary]
        elif step.kind != durability.REST:
            self.pact = step.pact

    def write(self, _node: str) -> None:
        if self.leaderless or (self.waits and self.confirmed < self.has[self.primary]):
            return
        self.has[self.primary] += 1
        if not self.waits:
            self.confirmed = self.has[self.primary]

    def receive(self, node: str) -> None:
        """A replica gets all there is; if it acknowledges and the primary waits, that confirms."""
        if node not in self.attached or self.leaderless:
            return
        self.has[node] = self.has[self.primary]
        if node in self.acknowledging and self.waits:
            if self.confirmed < self.has[node]:
                self.acknowledged += 1
            self.confirmed = max(self.confirmed, self.has[node])

    def attach(self, node: str) -> None:
        if node not in (self.primary, *self.down) and not self.leaderless:
            self.attached.add(node)

    def detach(self, node: str) -> None:
        self.attached.discard(node)
        self.acknowledging.discard(node)

    def look(self, node: str) -> None:
        """A replica reads the pact, and acknowledges only if it is welcome."""
        if node in self.attached:
            (self.acknowledging.add if self.pact.welcomes(node) else self.acknowledging.discard)(node)

    def crash(self, _node: str) -> None:
        """The primary dies."""
        if not self.leaderless:
            self.leaderless = True
            self.down.add(self.primary)
            self.elect()

    def off(self, node: str) -> None:
        """A replica dies."""
        if node != self.primary:
            self.detach(node)
            self.down.add(node)

    def elect(self) -> None:
        """Whoever may lead must have every confirmed write."""
        alive = [node for node in self.nodes if node not in self.down]
        for node in alive:
            heard = {other: number(self.has[other]) for other in alive if other != node}
            if elect(Candidate(node, number(self.has[node]), heard, self.pact)).allowed:
                assert self.has[node] >= self.confirmed, f"{node} leads and lacks confirmed writes"
                self.lead(node)
                return

    def lead(self, node: str) -> None:
        self.leaderless, self.primary, self.waits = False, node, False
        self.confirmed = self.has[node]
        self.attached.clear()
        self.acknowledging.clear()
        others = tuple(other for other in self.nodes if other not in (node, *self.down))
        self.pact = taken_over(node, "", others)

    def rejoin(self, node: str) -> None:
        """A dead server starts. One that may have led alone keeps its log; another one rolls back its tail."""
        if node not in self.down:
            return
        alive = set(self.nodes) - self.down
        if self.pact.primary != node:
            # It may have been the primary before: then even a confirmed write may be rolled back.
            self.has[node] = (
                self.has[node] - 1 if node not in self.pact.standbys and self.has[node] else self.has[node]
            )
        elif alive & set(self.pact.standbys):
            self.pact = renounced(self.pact)
            self.has[node] = max(0, self.has[node] - 1)
        self.down.discard(node)
        if self.leaderless:
            self.elect()
        else:
            self.has[node] = min(self.has[node], self.has[self.primary])


def number(count: int):
    return domains(f"0-1-{count}" if count else "")


EVENTS = ("step", "write", "receive", "attach", "detach", "look", "crash", "off", "rejoin")
plays = st.lists(st.tuples(st.sampled_from(EVENTS), st.sampled_from(NODES)), max_size=40)


def settle(play: Play) -> None:
    for _ in range(10):
        for node in play.nodes:
            play.attach(node)
            play.look(node)
            play.receive(node)
            play.step(node)


def go_on(play: Play, plays: list[tuple[str, str]]) -> None:
    for event, node in plays:
        if node in play.nodes:
            getattr(play, event)(node)


@pytest.mark.long
@settings(max_examples=400)
@given(st.integers(2, 3), plays)
def test_no_confirmed_write_is_lost_however_a_cluster_begins(
    nodes: int, plays: list[tuple[str, str]]
) -> None:
    go_on(Play(nodes), plays)


@pytest.mark.long
@settings(max_examples=1500)
@given(st.integers(2, 3), plays)
def test_no_confirmed_write_is_lost_however_a_cluster_at_rest_goes_on(
    nodes: int, plays: list[tuple[str, str]]
) -> None:
    play = Play(nodes)
    settle(play)
    go_on(play, plays)


def test_a_cluster_at_rest_waits_for_every_replica_that_is_there() -> None:
    for nodes in (2, 3):
        play = Play(nodes)
        settle(play)
        assert play.waits
        assert play.pact.standbys == play.nodes[1:]


def test_a_lost_replica_is_struck_off_before_the_primary_goes_on_without_it() -> None:
    play = Play(2)
    settle(play)
    play.detach("n2")
    play.write("n1")
    assert play.confirmed < play.has["n1"]
    play.step("n1")
    assert (play.pact.standbys, play.waits) == ((), True)
    play.step("n1")
    assert not play.waits
    play.write("n1")
    assert play.confirmed == play.has["n1"]


def test_a_replica_that_returns_is_entered_only_after_it_has_caught_up() -> None:
    play = Play(2)
    settle(play)
    play.detach("n2")
    play.step("n1")
    play.step("n1")
    play.write("n1")
    play.attach("n2")
    play.step("n1")
    play.look("n2")
    play.step("n1")
    assert play.waits
    play.step("n1")
    assert play.pact.standbys == ()
    play.receive("n2")
    play.step("n1")
    assert play.pact.standbys == ("n2",)


def test_a_replica_that_cannot_apply_what_it_receives_is_passed_over_for_one_that_can() -> None:
    pact = Pact("n1", (), "n2", "0-1-7")
    both = frozenset({"n2", "n3"})
    broken = Facts("n1", pact, False, both, frozenset(), unable=frozenset({"n2"}))
    assert next_step(broken).pact.invited == "n3"
    waiting = Facts("n1", pact, True, both, frozenset({"n2"}), unable=frozenset({"n2"}))
    assert next_step(waiting).kind == durability.RELEASE


def test_with_another_standby_left_a_lost_one_stays_on_record_until_a_write_proves_the_other() -> None:
    play = Play(3)
    settle(play)
    play.write("n1")
    play.receive("n3")
    play.detach("n3")
    play.step("n1")
    assert play.pact.standbys == ("n2", "n3")
    play.write("n1")
    play.receive("n2")
    play.step("n1")
    assert play.pact.standbys == ("n2",)
