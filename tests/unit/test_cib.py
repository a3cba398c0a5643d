"""A configuration is read back as it was written, and no text from outside makes a traceback."""

from __future__ import annotations

from contextlib import suppress
from typing import TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as any_

from ocf_agents.advice.lint import lint
from ocf_agents.cib import crm, xml
from ocf_agents.cib.model import (
    Clone,
    ClusterNode,
    Colocation,
    Configuration,
    End,
    Group,
    Location,
    Operation,
    Order,
    Primitive,
    Unreadable,
    seconds,
)

T = TypeVar("T")
NAMES = any_.from_regex(r"[a-zA-Z][a-zA-Z0-9_-]{0,9}", fullmatch=True).filter(
    lambda name: name not in (*crm.SECTIONS, "crm")
)
TIMES = any_.sampled_from(["10s", "2min", "500ms"])
# crmsh has no way to write both sorts of quotes in one value, and continues a line at a backslash.
VALUES = any_.text(
    any_.characters(categories=("L", "N", "P", "S", "Zs"), exclude_characters="'\\"), max_size=12
)
PAIRS = any_.dictionaries(NAMES, VALUES.filter(bool), max_size=3)
OPERATIONS = any_.builds(Operation, NAMES, TIMES, TIMES, any_.sampled_from(["", "Promoted"]))
PRIMITIVES = any_.builds(
    Primitive,
    NAMES,
    any_.just("ocf:openstack:keystone"),
    PAIRS,
    any_.lists(OPERATIONS, max_size=2).map(tuple),
    PAIRS,
)
ENDS = any_.builds(End, NAMES, any_.sampled_from(["", "promote", "Promoted"]))
GROUPS = any_.builds(Group, NAMES, any_.lists(NAMES, min_size=1, max_size=3).map(tuple))
ORDERS = any_.builds(Order, NAMES, ENDS, ENDS, any_.sampled_from(["Mandatory", "Optional"]), any_.booleans())
COLOCATIONS = any_.builds(Colocation, NAMES, any_.sampled_from(["INFINITY", "-INFINITY", "100"]), ENDS, ENDS)


def few(values: any_.SearchStrategy[T]) -> any_.SearchStrategy[tuple[T, ...]]:
    return any_.lists(values, max_size=2).map(tuple)


CONFIGURATIONS = any_.builds(
    Configuration,
    nodes=few(any_.builds(ClusterNode, NAMES, PAIRS.filter(bool))),
    primitives=few(PRIMITIVES),
    groups=few(GROUPS),
    clones=few(any_.builds(Clone, NAMES, NAMES, PAIRS)),
    orders=few(ORDERS),
    colocations=few(COLOCATIONS),
    locations=few(any_.builds(Location, NAMES, NAMES, any_.just("-INFINITY"), NAMES)),
    properties=PAIRS,
    resource_defaults=PAIRS,
)


@pytest.mark.long
@given(CONFIGURATIONS)
def test_what_is_written_for_crmsh_is_read_back_the_same(configuration: Configuration) -> None:
    assert crm.read(crm.write(configuration)) == configuration


@pytest.mark.long
@given(CONFIGURATIONS)
def test_every_rule_can_look_at_any_configuration(configuration: Configuration) -> None:
    for finding in lint(configuration):
        assert finding.crm
        assert finding.pcs


WORDS = any_.sampled_from(
    ["primitive", "clone", "ms", "group", "order", "colocation", "location", "node", "property", "a", "b:c", "inf:",
     "meta", "op", "params", "x=y", "=", "(", ")", "1:", "@t", "\\\n", "\n", "'", '"', "#"]
)  # fmt: skip


@given(any_.lists(WORDS, max_size=12).map(" ".join) | any_.text(max_size=40))
def test_no_text_for_crmsh_makes_a_traceback(text: str) -> None:
    with suppress(Unreadable):
        lint(crm.read(text))


@given(any_.text(max_size=60) | any_.sampled_from(["<cib/>", "<configuration><resources/></configuration>"]))
def test_no_text_for_a_cib_makes_a_traceback(text: str) -> None:
    with suppress(Unreadable):
        lint(xml.read(text))


def test_times_are_read_as_pacemaker_writes_them() -> None:
    assert [seconds(text) for text in ("10", "10s", "2min", "500ms", "", "soon")] == [
        10,
        10,
        120,
        0.5,
        None,
        None,
    ]
