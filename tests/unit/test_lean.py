"""Records: values with names, at no cost."""

from __future__ import annotations

import pytest

from ocf_agents.lean import Record


class Point(Record):
    """For tests."""

    x: int
    y: int = 0


class Named(Point):
    """For tests."""

    name: str = "p"


def test_a_record_takes_its_fields_in_order_or_by_name() -> None:
    assert (Point(1, 2).x, Point(1, y=2).y, Point(x=1).y) == (1, 2, 0)
    assert Named(1, 2, "q").name == "q"
    assert Named._fields == ("x", "y", "name")  # type: ignore[attr-defined]  # the checker knows the other half


def test_a_record_refuses_what_it_does_not_know_and_what_it_lacks() -> None:
    for values, named in (((), {}), ((1, 2, 3), {}), ((1,), {"x": 1}), ((1,), {"z": 1})):
        with pytest.raises(TypeError):
            Point(*values, **named)


def test_a_record_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        Point(1).x = 2  # type: ignore[misc]


def test_records_are_equal_by_value_and_kind() -> None:
    assert Point(1) == Point(1, 0)
    assert Point(1) != Point(2)
    assert Named(1) != Point(1)
    assert len({Point(1), Point(1, 0), Point(2)}) == 2
    assert repr(Point(1)) == "Point(x=1, y=0)"
