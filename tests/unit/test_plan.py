"""The plan of a healthy monitor: whatever is in its file, reading it is harmless."""

from __future__ import annotations

import marshal

from hypothesis import given
from hypothesis import strategies as st
from support.act import act
from support.node import Node
from support.world import RUN

from ocf_agents.agents.keystone import Keystone
from ocf_agents.system import plan

PLAN = f"{RUN}/p_keystone.plan"
LOGIN = {"os_username": "monitor", "os_password": "hunter2"}


@given(st.dictionaries(st.text(), st.text()), st.text(), st.text())
def test_a_fingerprint_is_of_the_parameters_alone(others: dict[str, str], name: str, value: str) -> None:
    others = {key: text for key, text in others.items() if not key.startswith(plan.PARAMETER)}
    given_one = {**others, f"{plan.PARAMETER}x{name}": value}
    assert plan.fingerprint(given_one) == plan.fingerprint({f"{plan.PARAMETER}x{name}": value})
    assert plan.fingerprint({**given_one, f"{plan.META}timeout": "1"}) == plan.fingerprint(given_one)
    assert plan.fingerprint({**given_one, f"{plan.PARAMETER}y": "1"}) != plan.fingerprint(given_one)


@given(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(), st.dictionaries(st.text(), st.integers()))
)
def test_what_is_no_plan_of_this_version_is_none(content: object) -> None:
    assert plan.load(marshal.dumps(content)) is None
    assert plan.load(marshal.dumps({"version": plan.VERSION + 1})) is None
    assert plan.load(None) is None
    assert plan.load(b"") is None


def test_a_plan_that_was_cut_short_is_none() -> None:
    node = Node()
    act(Keystone, "start", node)
    raw = node.read_bytes(PLAN) or b""
    assert plan.load(raw)
    for length in range(len(raw)):
        assert plan.load(raw[:length]) is None


def test_a_start_writes_a_plan_and_a_stop_takes_it_away() -> None:
    node = Node()
    act(Keystone, "start", node, **LOGIN)
    assert "hunter2" not in node.files[PLAN]
    written = plan.load(node.read_bytes(PLAN))
    assert written
    assert [step["depth"] for step in written["steps"]] == [10, 20]
    act(Keystone, "stop", node)
    assert PLAN not in node.files


def test_nothing_of_a_plan_comes_from_a_password() -> None:
    written = set()
    for password in ("hunter2", "correct horse battery staple"):
        node = Node()
        act(Keystone, "start", node, os_username="monitor", os_password=password)
        written.add(node.files[PLAN])
    assert len(written) == 1


def test_a_monitor_with_other_parameters_writes_another_plan() -> None:
    node = Node()
    act(Keystone, "start", node)
    before = node.files[PLAN]
    act(Keystone, "monitor", node)
    assert node.files[PLAN] == before
    act(Keystone, "monitor", node, **LOGIN)
    assert node.files[PLAN] != before


def test_a_failing_monitor_and_a_probe_write_no_plan() -> None:
    node = Node()
    act(Keystone, "start", node)
    del node.files[PLAN]
    act(Keystone, "monitor", node, interval=0)
    node.main().state = "T"
    act(Keystone, "monitor", node)
    assert PLAN not in node.files


def test_no_room_for_a_plan_is_no_failure() -> None:
    node = Node()
    act(Keystone, "start", node)
    del node.files[PLAN]
    node.room[RUN] = 0
    assert act(Keystone, "monitor", node).code == 0


def test_what_cannot_be_judged_by_a_status_alone_is_left_to_the_long_way() -> None:
    node = Node()
    act(Keystone, "start", node, os_region_name="RegionOne", **LOGIN)
    written = plan.load(node.read_bytes(PLAN))
    assert written
    assert written["uncovered"] == 20
