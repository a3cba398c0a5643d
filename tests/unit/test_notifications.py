"""Notifications: one that nobody listens to costs no more than its interpreter."""

from __future__ import annotations

import pytest

from ocf_agents import main
from ocf_agents.agents import everyone
from ocf_agents.kinds.promotable import Promotable

EVENTS = [
    f"{when}-{operation}"
    for when in ("pre", "post")
    for operation in ("start", "stop", "promote", "demote")
]  # fmt: skip


def heard() -> dict[str, tuple[str, ...]]:
    """The events that each agent with notifications has a method for."""
    return {
        kind.name: tuple(
            sorted({event for member in vars(kind).values() for event in getattr(member, "events", ())})
        )
        for kind in everyone()
        if issubclass(kind, Promotable)
    }


def test_what_is_passed_over_is_what_no_method_listens_to() -> None:
    assert heard() == main.NOTIFIED


@pytest.mark.parametrize("event", EVENTS)
def test_a_notification_reaches_the_agent_only_if_it_listens(
    monkeypatch: pytest.MonkeyPatch, event: str
) -> None:
    monkeypatch.setattr(main, "perform", lambda *_: 42)
    when, _, operation = event.partition("-")
    environment = {
        "OCF_RESKEY_CRM_meta_notify_type": when,
        "OCF_RESKEY_CRM_meta_notify_operation": operation,
    }
    code = main.main(["/usr/lib/ocf/resource.d/percona/mysql", "notify"], environment)
    assert code == (42 if event in heard()["mysql"] else 0)
