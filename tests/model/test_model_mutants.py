"""The model can fail: an agent that decides worse is caught, and the course of events is told."""

from __future__ import annotations

from typing import Any, Callable

import pytest
from model_campaigns import Campaign
from model_search import Found

from ocf_agents.mysql import durability, election, launch, member, receipt, replica, server, takeover
from ocf_agents.mysql.durability import Step
from ocf_agents.mysql.election import Candidate, Verdict

pytestmark = pytest.mark.long

LOST = "which a client was told is safe"
TWO = "two servers are writable"
DEATHS = frozenset({"kill", "off"})
Patch = Callable[[Any, str, Any], None]


def ignores_the_pact(patch: Patch) -> None:
    def elect(one: Candidate) -> Verdict:
        return election.elect(Candidate(one.name, one.position, one.heard, None))

    patch(takeover, "elect", elect)
    patch(replica, "elect", elect)


def lets_the_first_who_comes_lead(patch: Patch) -> None:
    def elect(_: Candidate) -> Verdict:
        return Verdict(True)

    patch(takeover, "elect", elect)
    patch(replica, "elect", elect)


def trusts_a_relay_log_that_was_thrown_away(patch: Patch) -> None:
    for module in (receipt, replica):
        patch(module, "whole", lambda *_: True)
    for module in (replica, takeover):
        patch(module, "torn", lambda *_: "")


def trusts_an_old_copy_of_the_pact(patch: Patch) -> None:
    patch(member.Member, "current", lambda *_: True)


def stops_waiting_before_the_standby_is_struck_off(patch: Patch) -> None:
    usual = durability.next_step

    def next_step(facts: durability.Facts) -> Step:
        step = usual(facts)
        return Step(durability.RELEASE, facts.pact) if step.kind == durability.DISMISS else step

    patch(durability, "next_step", next_step)


def enters_a_standby_that_has_not_caught_up(patch: Patch) -> None:
    def alone(facts: durability.Facts) -> Step:
        names = sorted(facts.attached)
        if not names:
            return Step(durability.REST, facts.pact)
        return Step(durability.ADMIT, durability.entered(facts.pact, names[0]), (names[0],))

    patch(durability, "alone", alone)


def rolls_back_without_giving_its_claim_up(patch: Patch) -> None:
    patch(launch, "recovery", lambda _: ("--init-rpl-role=SLAVE",))


def leaves_a_server_open_when_it_is_demoted(patch: Patch) -> None:
    patch(server.Server, "close_writes", lambda *_: None)


MUTANTS: dict[Callable[[Patch], None], tuple[Campaign, str]] = {
    ignores_the_pact: (Campaign(2, 30_000), LOST),
    lets_the_first_who_comes_lead: (Campaign(3, 30_000, faults=1), LOST),
    trusts_a_relay_log_that_was_thrown_away: (Campaign(2, 30_000), LOST),
    trusts_an_old_copy_of_the_pact: (Campaign(2, 60_000, faults=3, kinds=frozenset({"off", "cut"})), LOST),
    stops_waiting_before_the_standby_is_struck_off: (Campaign(2, 30_000, kinds=DEATHS), LOST),
    enters_a_standby_that_has_not_caught_up: (Campaign(2, 60_000), LOST),
    rolls_back_without_giving_its_claim_up: (Campaign(2, 30_000), LOST),
    leaves_a_server_open_when_it_is_demoted: (Campaign(2, 5_000, kinds=frozenset({"move"})), TWO),
}


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.__name__)
def test_an_agent_is_caught_that(mutant: Callable[[Patch], None], monkeypatch: pytest.MonkeyPatch) -> None:
    campaign, flaw = MUTANTS[mutant]
    mutant(monkeypatch.setattr)
    with pytest.raises(Found) as found:
        campaign.search()
    assert flaw in found.value.flaw
    print(found.value)
