"""What Pacemaker says in the environment, and what is made of it when it says nonsense."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocf_agents.ocf.clone import Clone
from ocf_agents.ocf.context import Context
from ocf_agents.ocf.notification import Notification

META = "OCF_RESKEY_CRM_meta_"


def meta(action: str = "monitor", **values: str) -> Context:
    """A call with these meta values."""
    return Context(action, {META + name: value for name, value in values.items()})


def test_times_come_in_milliseconds() -> None:
    context = meta(timeout="20000", interval="500")
    assert (context.timeout, context.interval) == (20.0, 0.5)


@pytest.mark.parametrize("text", ["", "x", "-1", "1.5", "²", "٣", "9" * 5000, " "])
def test_a_time_of_garbage_is_none(text: str) -> None:
    assert (meta(timeout=text).timeout, meta(interval=text).interval) == (0, 0)


def test_a_monitor_without_an_interval_is_a_probe_and_nothing_else_is() -> None:
    assert meta("monitor").probe
    assert meta("monitor", interval="0").probe
    assert not meta("monitor", interval="10000").probe
    assert not meta("start").probe


@pytest.mark.parametrize(
    ("text", "depth"),
    [("", 0), ("0", 0), ("1", 1), ("10", 10), ("20", 20), ("x", 0), ("-5", 0), ("²", 0), ("9" * 5000, 0)],
)
def test_the_depth_is_the_check_level(text: str, depth: int) -> None:
    assert Context("monitor", {"OCF_CHECK_LEVEL": text}).depth == depth


def test_the_action_may_come_in_the_environment() -> None:
    assert Context("", {"__OCF_ACTION": "start"}).action == "start"
    assert Context("stop", {"__OCF_ACTION": "start"}).action == "stop"


@pytest.mark.parametrize(
    ("instance", "resource"), [("p", "p"), ("p:0", "p"), ("p:12", "p"), ("a:b", "a:b"), (":1", ""), ("", "")]
)
def test_the_resource_is_the_instance_without_its_clone_number(instance: str, resource: str) -> None:
    assert Context("monitor", {"OCF_RESOURCE_INSTANCE": instance}).resource == resource


@pytest.mark.parametrize(
    ("text", "version"),
    [("3.16.2", (3, 16, 2)), ("3.0.14", (3, 0, 14)), ("", ()), ("x.y", ()), ("3.²", (3,)), ("9" * 5000, ())],
)
def test_the_feature_set_is_compared_by_number(text: str, version: tuple[int, ...]) -> None:
    assert Context("monitor", {"OCF_RESKEY_crm_feature_set": text}).feature_set == version


def test_attributes_belong_to_our_node_or_to_the_host_of_our_container() -> None:
    assert meta(on_node="bundle-0").node == "bundle-0"
    assert meta(on_node="bundle-0", physical_host="host-a").node == "bundle-0"
    inside = meta(on_node="bundle-0", physical_host="host-a", container_attribute_target="host")
    assert inside.node == "host-a"
    assert meta(on_node="bundle-0", container_attribute_target="host").node == "bundle-0"
    assert meta().node == ""


def test_a_primitive_is_no_clone() -> None:
    assert meta().clone == Clone()
    assert not meta().clone.cloned
    assert not meta().clone.promotable


@pytest.mark.parametrize("word", ["promoted", "master"])
def test_both_vocabularies_describe_a_promotable_clone(word: str) -> None:
    clone = meta(
        clone="1", clone_max="3", clone_node_max="1", globally_unique="false", notify="true",
        **{f"{word}_max": "1", f"{word}_node_max": "1"},
    ).clone  # fmt: skip
    assert clone == Clone(1, 3, 1, 1, 1, False, True)
    assert clone.cloned
    assert clone.promotable


def test_the_words_of_ocf_1_1_win_over_those_before() -> None:
    assert meta(promoted_max="2", master_max="1").clone.promoted_maximum == 2


@pytest.mark.parametrize(("promoted", "unpromoted"), [("promoted", "unpromoted"), ("master", "slave")])
def test_both_vocabularies_describe_a_notification(promoted: str, unpromoted: str) -> None:
    told = meta(
        "notify",
        notify_type="pre", notify_operation="promote", notify_promote_uname="b", notify_demote_uname="a",
        notify_start_uname=" ", notify_stop_uname=" ", notify_active_uname="a b c",
        notify_available_uname="a b c d",
        **{f"notify_{promoted}_uname": "a", f"notify_{unpromoted}_uname": "b c "},
    ).notification  # fmt: skip
    assert told.event == "pre-promote"
    assert (told.promoted, told.unpromoted, told.starting) == (("a",), ("b", "c"), ())
    assert (told.active, told.available) == (("a", "b", "c"), ("a", "b", "c", "d"))
    assert told.promoted_afterwards == ("b",)


@pytest.mark.parametrize(
    ("promoted", "demoting", "stopping", "promoting", "afterwards"),
    [
        ("", "", "", "", ()),
        ("a", "", "", "", ("a",)),
        ("a", "", "a", "b", ("b",)),
        ("a", "", "", "a", ("a",)),
        ("a b", "b", "", "c", ("a", "c")),
    ],
)
def test_who_is_promoted_afterwards_is_computed(
    promoted: str, demoting: str, stopping: str, promoting: str, afterwards: tuple[str, ...]
) -> None:
    told = Notification(
        promoted=tuple(promoted.split()), demoting=tuple(demoting.split()),
        stopping=tuple(stopping.split()), promoting=tuple(promoting.split()),
    )  # fmt: skip
    assert told.promoted_afterwards == afterwards


NAMES = [
    "__OCF_ACTION", "OCF_CHECK_LEVEL", "OCF_RESOURCE_INSTANCE", "OCF_RESKEY_crm_feature_set",
    *(META + name for name in (
        "timeout", "interval", "clone", "clone_max", "promoted_max", "master_max", "notify",
        "notify_type", "notify_promoted_uname", "on_node", "physical_host", "container_attribute_target",
    )),
]  # fmt: skip


@given(st.dictionaries(st.sampled_from(NAMES), st.text(st.characters(exclude_categories=()))))
def test_no_environment_is_too_strange_to_be_read(environment: dict[str, str]) -> None:
    context = Context("", environment)
    assert context.timeout >= 0
    assert context.interval >= 0
    assert context.depth >= 0
    assert all(number >= 0 for number in context.feature_set)
    assert isinstance(context.clone, Clone)
    assert isinstance(context.notification.promoted_afterwards, tuple)
    assert isinstance(context.node + context.resource + context.instance, str)
    assert context.probe in (True, False)
