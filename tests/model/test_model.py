"""Every course of events up to a bound, with the real agent behind every action of Pacemaker.

Never are two servers writable; never is one opened that lacks a write which a client was told is
safe; and once nothing more goes wrong, somebody leads again without a hand.
"""

from __future__ import annotations

import pytest
from model_campaigns import CAMPAIGNS
from model_search import Found

pytestmark = pytest.mark.long

LEFT_TO_PEOPLE = {
    "two nodes, which come right by themselves": "the former primary gave its claim up to a standby that "
    "then lost power, and its relay log: nobody can prove that it has every confirmed write",
}
"""What a person has to decide."""


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=pytest.mark.xfail(raises=Found, reason=LEFT_TO_PEOPLE[name]))
        if name in LEFT_TO_PEOPLE
        else name
        for name in CAMPAIGNS
    ],
)
def test_no_course_of_events_loses_a_confirmed_write_or_leaves_nobody_to_lead(name: str) -> None:
    CAMPAIGNS[name].search()
