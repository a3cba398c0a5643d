"""Work that goes on beside other work: it has begun at once, and its end is not lost."""

from __future__ import annotations

from threading import Event

import pytest

from ocf_agents.system.errors import Refused
from ocf_agents.system.host import Host

SECONDS = 10


def test_both_works_go_on_at_once() -> None:
    ours, theirs = Event(), Event()

    def work() -> bool:
        theirs.set()
        return ours.wait(SECONDS)

    result = Host({}).meanwhile(work)
    assert theirs.wait(SECONDS)
    ours.set()
    assert result() is True


def test_the_result_can_be_asked_for_more_than_once() -> None:
    done: list[int] = []
    result = Host({}).meanwhile(lambda: done.append(1) or "told")
    assert (result(), result(), done) == ("told", "told", [1])


def test_a_refusal_is_raised_where_the_result_is_asked_for() -> None:
    def refuse() -> None:
        raise Refused("crm_attribute: no")

    result = Host({}).meanwhile(refuse)
    with pytest.raises(Refused, match="crm_attribute: no"):
        result()
