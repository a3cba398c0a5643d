"""The table that says where a server without GTIDs goes on, and the places that it compares."""

from __future__ import annotations

from typing import Any

import pytest

from ocf_agents.mysql.coordinates import Coordinates, Junction
from ocf_agents.mysql.crossing import APART, APPLY, COURSES, CROSS, GO_ON, Case, course, explain
from ocf_agents.mysql.gtid import covers, parse

# The table.

A, B, C = "uuid-a", "uuid-b", "uuid-c"


def at(log: str, offset: int, file: int = 1) -> Coordinates:
    return Coordinates(log, f"bin.{file:06d}", offset)


JUNCTION = Junction(at(B, 500), at(A, 900))
CASES = {
    "in the primary's log": (Case("n2", at(B, 800), JUNCTION, C, at(B, 700)), GO_ON),
    "beyond the primary's end": (Case("n2", at(B, 800), JUNCTION, C, at(B, 801)), APART),
    "no junction": (Case("n2", at(B, 800), None, A, None), APART),
    "former primary": (Case("n2", at(B, 800), JUNCTION, A, None), CROSS),
    "former primary with a tail": (Case("n2", at(B, 800), JUNCTION, A, None, tail="it wrote more"), APART),
    "unknown": (Case("n2", at(B, 800), JUNCTION, C, at(C, 900)), APART),
    "not applied": (Case("n2", at(B, 800), JUNCTION, C, at(A, 800), applied=False), APPLY),
    "at the junction": (Case("n2", at(B, 800), JUNCTION, C, at(A, 900)), CROSS),
    "short of the junction": (Case("n2", at(B, 800), JUNCTION, C, at(A, 899)), APART),
    "past the junction": (Case("n2", at(B, 800), JUNCTION, C, at(A, 901)), APART),
}


@pytest.mark.parametrize("name", [known.name for known in COURSES])
def test_each_line_of_the_table_is_reached_and_each_refusal_says_why(name: str) -> None:
    case, kind = CASES[name]
    found = course(case)
    assert (found.name, found.kind) == (name, kind)
    assert bool(explain(case, found)) is (kind == APART)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (at(A, 5), at(A, 5), True),
        (at(A, 4), at(A, 5), False),
        (at(A, 4, 2), at(A, 900, 1), True),
        (at(A, 4, 1000000), at(A, 900, 999999), True),
        (at(A, 5), at(B, 4), False),
        (at("", 5), at("", 5), False),
        (at(A, 5), Coordinates(A, "other.000001", 4), False),
        (at(A, 5), parse("0-1-5"), False),
    ],
)
def test_a_place_covers_another_only_in_one_and_the_same_log(one: Any, other: Any, expected: bool) -> None:
    assert covers(one, other) is expected


def test_a_place_that_nobody_knows_is_had_by_nobody() -> None:
    assert not covers(at(A, 5), Coordinates())
    assert parse(str(Coordinates())) == Coordinates()


@pytest.mark.parametrize(
    "text", ["", "0-1-5", f"{A}:1-5", "a/b", "a/bin.000001/x", "a/b.1/1,a/b.1/2,a/b.1/3"]
)
def test_what_is_no_junction_is_not_taken_for_one(text: str) -> None:
    assert Junction.read(text) is None


def test_a_junction_is_read_as_it_was_written() -> None:
    assert Junction.read(str(JUNCTION)) == JUNCTION
    assert Junction.read(str(Junction(at(A, 4)))) == Junction(at(A, 4))
