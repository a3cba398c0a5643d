"""Scores and attributes: which tool is asked, and what its answers mean."""

from __future__ import annotations

from typing import Optional

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.world import Call, World

from ocf_agents.system.cluster import Cluster, Membership, value_of
from ocf_agents.system.errors import Missing, Refused
from ocf_agents.system.run import Finished

NEW, OLD = (3, 10, 0), (3, 9, 0)


class Tools:
    """crm_attribute, crm_master and attrd_updater with one answer."""

    def __init__(
        self, feature_set: tuple[int, ...] = NEW, node: str = "a", answer: Optional[Finished] = None
    ) -> None:
        self.world = World()
        self.answer = answer or Finished(0, "")
        for name in ("crm_attribute", "crm_master", "attrd_updater"):
            self.world.install(f"/usr/sbin/{name}", self.program)
        self.cluster = Cluster(self.world, Membership("p_mysql", "p_mysql:0", node, feature_set))

    def program(self, _world: World, _call: Call) -> Finished:
        return self.answer

    @property
    def said(self) -> str:
        """The last command line, without its directory."""
        argv = self.world.calls[-1].argv
        return " ".join((argv[0].rpartition("/")[2], *argv[1:]))


@pytest.mark.parametrize("feature_set", [(3, 10, 0), (3, 16, 2), (4,)])
def test_a_cluster_of_today_takes_scores_from_crm_attribute(feature_set: tuple[int, ...]) -> None:
    tools = Tools(feature_set)
    tools.cluster.set_promotion_score(5)
    assert tools.said == "crm_attribute --node a --promotion=p_mysql --update 5"
    tools.cluster.withdraw_promotion_score()
    assert tools.said == "crm_attribute --node a --promotion=p_mysql --delete"


@pytest.mark.parametrize("feature_set", [(3, 9, 99), (3, 0, 14), ()])
def test_an_older_cluster_takes_them_from_crm_master(feature_set: tuple[int, ...]) -> None:
    tools = Tools(feature_set)
    tools.cluster.set_promotion_score(5)
    assert tools.said == "crm_master -l reboot -r p_mysql --node a --update 5"


@pytest.mark.parametrize(
    ("score", "told"),
    [(0, "0"), (-5, "-5"), (1_000_000, "1000000"), (10**9, "1000000"), (-(10**9), "-1000000")],
)
def test_a_score_stays_within_pacemakers_range(score: int, told: str) -> None:
    tools = Tools()
    tools.cluster.set_promotion_score(score)
    assert tools.said.endswith(f"--update {told}")


@pytest.mark.parametrize(
    ("output", "score"),
    [("5\n", 5), ("-5", -5), ("+5", 5), ("INFINITY\n", 1_000_000), ("-INFINITY", -1_000_000), ("+INFINITY", 1_000_000),
     ("", None), ("(null)\n", None), ("-", None)],
)  # fmt: skip
@pytest.mark.parametrize("feature_set", [NEW, OLD])
def test_a_score_is_read_back(output: str, score: int | None, feature_set: tuple[int, ...]) -> None:
    assert Tools(feature_set, answer=Finished(0, output)).cluster.promotion_score() == score


@pytest.mark.parametrize("code", [105, 6])
def test_what_is_not_there_is_none_and_may_be_deleted(code: int) -> None:
    cluster = Tools(answer=Finished(code, "", "No such device or address")).cluster
    assert cluster.promotion_score() is None
    assert cluster.attribute("x") is None
    assert cluster.published("x", "b") is None
    cluster.withdraw_promotion_score()
    cluster.withdraw_attribute("x")


def test_a_tool_that_fails_is_refused_with_its_words() -> None:
    cluster = Tools(answer=Finished(102, "", "crm_attribute: Error connecting\nto the CIB\n")).cluster
    with pytest.raises(Refused, match="Error connecting to the CIB"):
        cluster.set_promotion_score(5)
    with pytest.raises(Refused, match=r"exit code 1$"):
        Tools(answer=Finished(1, "")).cluster.attribute("x")


def test_a_tool_that_hangs_is_ended_and_refused() -> None:
    with pytest.raises(Refused, match="no answer within 10 s"):
        Tools(answer=Finished(None, "")).cluster.attribute("x")


def test_without_the_tools_the_operator_is_told_what_to_install() -> None:
    with pytest.raises(Missing, match=r"crm_attribute: not found"):
        Cluster(World(), Membership("p", "p")).attribute("x")


def test_attributes_are_transient_and_our_own_nodes() -> None:
    tools = Tools(answer=Finished(0, "v 1\n"))
    tools.cluster.set_attribute("ready", "1")
    assert tools.said == "crm_attribute --node a --lifetime reboot --name ready --update 1"
    assert tools.cluster.attribute("ready") == "v 1"
    assert tools.said == "crm_attribute --node a --lifetime reboot --name ready --query --quiet"
    tools.cluster.attribute("ready", "b")
    assert "--node b" in tools.said


def test_inside_a_bundle_the_attributes_are_of_the_node_that_the_context_names() -> None:
    tools = Tools(node="host-a")
    tools.cluster.set_promotion_score(1)
    assert "--node host-a" in tools.said
    tools = Tools(node="")
    tools.cluster.set_promotion_score(1)
    assert "--node" not in tools.said, "the tools know their own node best"


def test_the_tools_know_who_asks() -> None:
    tools = Tools()
    tools.cluster.set_promotion_score(1)
    assert tools.world.calls[0].environment["OCF_RESOURCE_INSTANCE"] == "p_mysql:0"


def test_a_private_attribute_never_touches_the_cib() -> None:
    tools = Tools(answer=Finished(0, 'name="gtid" host="b" value="a:1-5"\n'))
    tools.cluster.publish("gtid", "a:1-5")
    assert tools.said == "attrd_updater --node a --private --name gtid --update a:1-5"
    assert tools.cluster.published("gtid", "b") == "a:1-5"
    assert tools.said == "attrd_updater --node b --name gtid --query"


def escaped(value: str) -> str:
    """A value as attrd_updater prints it."""
    for character, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;"), ("'", "&apos;")):
        value = value.replace(character, entity)
    return value


@given(st.text())
def test_any_value_is_read_as_it_was_published(value: str) -> None:
    assert value_of(f'name="x" host="b" value="{escaped(value)}"\n') == value


@given(st.text())
def test_no_output_is_too_strange(output: str) -> None:
    value_of(output)
    Tools(answer=Finished(0, output)).cluster.promotion_score()
    Tools(answer=Finished(0, output)).cluster.attribute("x")
