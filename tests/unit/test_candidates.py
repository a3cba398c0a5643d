"""Who would be promoted is explained by the agent's own decisions."""

from __future__ import annotations

from typing import Optional

import pytest

from ocf_agents.inspection.candidates import Explanation, View, explain
from ocf_agents.mysql.gtid import parse
from ocf_agents.mysql.pact import ASKS, BROKEN, TORN, Pact, Report

BOTH = Pact("n1", ("n2", "n3"))
ONLINE = {"n1": "online", "n2": "online", "n3": "online"}


def report(position: str, word: str = "") -> Report:
    return Report("n1", True, parse(position), word)


def asked(
    primary: str = "n1",
    pact: Optional[Pact] = BOTH,
    nodes: Optional[dict[str, str]] = None,
    scores: Optional[dict[str, int]] = None,
    lossless: bool = True,
    **reports: Report,
) -> Explanation:
    given = {"n2": report("0-1-10"), "n3": report("0-1-10"), **reports}
    default = {"n1": 10000, "n2": 1000, "n3": 500}
    known = default if scores is None else scores
    return explain(View("db", nodes or ONLINE, primary, known, given, pact, lossless))


def words(answer: Explanation) -> dict[str, str]:
    return {one.node: one.text for one in answer.prospects}


def test_the_one_with_the_highest_score_would_be_promoted() -> None:
    answer = asked()
    assert answer.headline == "n1 is promoted; if it were lost now, n2 would be promoted"
    assert answer.pact == "every confirmed write is on n1, and on one of: n2, n3"
    assert words(answer)["n3"] == "could be promoted, but n2 has the score 1000"


def test_of_equal_ones_pacemaker_takes_any() -> None:
    answer = asked(scores={"n1": 10000, "n2": 1000, "n3": 1000})
    assert answer.headline == "n1 is promoted; if it were lost now, n2 or n3 would be promoted"
    assert words(answer)["n2"].startswith("may be promoted")


def test_one_in_standby_is_passed_over() -> None:
    answer = asked(nodes={**ONLINE, "n2": "standby"})
    assert (answer.chosen, words(answer)["n2"]) == (("n3",), "is in standby")


def test_one_that_has_less_is_passed_over_whatever_its_score() -> None:
    answer = asked(n3=report("0-1-11"))
    assert answer.chosen == ("n3",)
    assert words(answer)["n2"] == "n3 has more (0-1-11 against 0-1-10)"


def test_one_that_is_not_in_the_pact_may_lack_confirmed_writes() -> None:
    answer = asked(pact=Pact("n1", ("n2",)))
    assert "acknowledged writes may be lacking here" in words(answer)["n3"]


def test_a_standby_that_was_not_heard_keeps_the_other_from_leading() -> None:
    answer = asked(primary="", nodes={**ONLINE, "n1": "unclean", "n3": "clean"})
    assert answer.headline == "nobody is promoted; nobody would be promoted now"
    assert words(answer)["n1"] == "is lost, and not certainly off"
    assert words(answer)["n2"].startswith(
        "n3 may hold acknowledged writes that are lacking here and was not heard"
    )


def test_nobody_takes_over_from_a_primary_that_has_no_standby() -> None:
    answer = asked(pact=Pact("n1", ()))
    assert answer.chosen == ()
    assert answer.pact == "n1 alone has every confirmed write; nobody may take over from it"


def test_without_a_score_an_agent_has_withdrawn_its_claim() -> None:
    answer = asked(scores={"n3": 500, "n1": 10000})
    assert answer.chosen == ("n3",)
    assert words(answer)["n2"].startswith("has no promotion score")


def test_a_torn_standby_is_not_heard() -> None:
    answer = asked(n3=report("0-1-10", TORN))
    assert answer.chosen == ()
    assert words(answer)["n2"].startswith("n3 may hold acknowledged writes that are lacking here")


@pytest.mark.parametrize(
    ("word", "said"), [(BROKEN, "cannot apply"), (ASKS, "asks the primary"), (TORN, "may have lost a part")]
)
def test_what_a_server_says_of_itself_is_told(word: str, said: str) -> None:
    assert said in words(asked(n2=report("0-1-10", word)))["n2"]


def test_with_async_only_positions_count_and_that_is_said() -> None:
    answer = asked(pact=Pact("n1", ()), lossless=False)
    assert answer.chosen == ("n2",)
    assert answer.pact.startswith("durability=async")


def test_before_the_first_promotion_nothing_is_recorded() -> None:
    answer = asked(primary="", pact=None)
    assert answer.pact.startswith("nothing is recorded yet")
    assert answer.chosen == ("n1",)


def test_a_standby_that_has_published_nothing_is_not_judged() -> None:
    view = View("db", ONLINE, "n1", {"n2": 1000, "n3": 500}, {"n3": report("0-1-10")}, BOTH)
    assert words(explain(view))["n2"] == "has not published how far it is"
