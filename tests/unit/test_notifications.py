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


def heard() -> dict[str, dict[str, str]]:
    """The events that each agent with notifications has a method for, and whom they concern."""
    return {
        kind.name: {
            event: whom
            for member in vars(kind).values()
            for event, whom in getattr(member, "events", {}).items()
        }
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


@pytest.mark.parametrize(
    ("event", "nodes", "code"),
    [
        ("pre-promote", {"promote": "n1", "active": "n1 "}, 0),
        ("pre-promote", {"promote": "n1", "active": "n1 n2"}, 42),
        ("pre-promote", {"promote": "n1", "active": "n1", "start": "n2"}, 42),
        ("post-promote", {"promote": "n1"}, 0),
        ("post-promote", {"promote": "n2"}, 42),
        ("post-stop", {"stop": "n2", "master": " "}, 0),
        ("post-stop", {"stop": "n2", "master": "n1"}, 42),
        ("post-start", {"start": "n2", "promote": "n1"}, 42),
        ("post-start", {"start": "n2", "promoted": "n2"}, 0),
    ],
)
def test_a_notification_reaches_the_agent_only_on_nodes_that_it_concerns(
    monkeypatch: pytest.MonkeyPatch, event: str, nodes: dict[str, str], code: int
) -> None:
    monkeypatch.setattr(main, "perform", lambda *_: 42)
    told = dict(zip(("type", "operation"), event.split("-")))
    told |= {f"{name}_uname": value for name, value in nodes.items()}
    environment = {f"OCF_RESKEY_CRM_meta_notify_{name}": value for name, value in told.items()}
    on_node = {"OCF_RESKEY_CRM_meta_on_node": "n1"}
    words = ["/usr/lib/ocf/resource.d/percona/mysql", "notify"]
    assert main.main(words, {**environment, **on_node}) == code
    # Whoever does not know the node's name hears everything.
    assert main.main(words, environment) == 42
