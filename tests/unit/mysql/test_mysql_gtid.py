"""Positions: what covers what, and what is extra."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocf_agents.mysql.gtid import Domains, Sets, covers, domains, errant, joined, parse, sets

A, B = "3e11fa47-71ca-11e1-9e33-c80aa9429562", "4e11fa47-71ca-11e1-9e33-c80aa9429562"


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("0-1-100", "0-1-99", True),
        ("0-1-99", "0-1-100", False),
        ("0-2-150,0-1-100", "0-1-100", True),
        ("0-2-150,0-1-100", "0-1-101", False),
        ("0-2-100", "0-1-100", False),
        ("0-1-5,1-1-5", "1-1-5", True),
        ("0-1-5", "1-1-1", False),
        ("0-1-5431,0-2-3788", "0-2-3789", False),
        ("", "", True),
        ("0-1-1", "", True),
    ],
)
def test_a_mariadb_history_covers_another_only_if_it_lacks_nothing_of_it(
    one: str, other: str, expected: bool
) -> None:
    assert domains(one).covers(domains(other)) is expected


@pytest.mark.parametrize(
    ("mine", "theirs", "extra"),
    [
        ("0-1-105", "0-1-100,0-2-130", "0-1-101-105"),
        ("0-1-100", "0-1-100,0-2-130", ""),
        ("0-3-50,0-1-100", "0-1-100", ""),
        ("0-3-120,0-1-100", "0-1-100,0-2-110", "0-3-101-120"),
        ("1-1-7", "0-1-7", "1-1-7"),
    ],
)
def test_what_a_former_primary_has_too_much_is_named(mine: str, theirs: str, extra: str) -> None:
    assert domains(mine).beyond(domains(theirs)) == extra


@pytest.mark.parametrize(
    ("mine", "theirs", "extra"),
    [
        ("0-2-24,0-1-126", "0-2-500", "0-1-25-126"),
        ("0-2-24,0-1-126,1-1-7", "0-2-500,1-1-9", "0-1-25-126"),
        ("0-1-126", "0-2-500", "0-1-1-126"),
        ("0-1-126,0-2-400", "0-2-500", ""),
        ("0-1-126", "0-1-126,0-2-500", ""),
        ("0-1-130", "0-1-126,0-2-500", "0-1-127-130"),
        ("", "0-2-500", ""),
        ("0-1-126", f"{A}:1-3", "0-1-126"),
    ],
)
def test_nobody_follows_a_server_that_does_not_know_where_it_stands_however_far_that_one_is(
    mine: str, theirs: str, extra: str
) -> None:
    assert errant(parse(mine), parse(theirs)) == extra


def test_heads_are_the_last_transaction_of_each_domain() -> None:
    assert str(domains("0-1-100,0-2-150,1-3-9").heads()) == "0-2-150,1-3-9"


def test_a_mysql_set_is_written_as_mysql_writes_it() -> None:
    assert str(sets(f"{A.upper()}:7:1-3:4-5,\n {B}:1")) == f"{A}:1-5:7,{B}:1"


def test_tags_are_sources_of_their_own() -> None:
    tagged = sets(f"{A}:1-3:audit:1-2:9")
    assert tagged.beyond(sets(f"{A}:1-3:audit:1")) == f"{A}:audit:2:9"
    assert tagged.covers(sets(f"{A}:2,{A}:audit:9"))


def test_a_long_list_of_extra_transactions_is_cut() -> None:
    many = sets(",".join(f"{number:08x}{A[8:]}:1" for number in range(30)))
    assert many.beyond(sets("")).endswith("and 20 more")


@pytest.mark.parametrize("text", ["0-1-5", f"{A}:1-3:7", ""])
def test_a_position_survives_being_written_and_read(text: str) -> None:
    assert str(parse(text)) == text


def test_positions_of_different_sorts_do_not_cover_each_other() -> None:
    assert not covers(parse("0-1-5"), parse(f"{A}:1"))
    assert covers(parse("0-1-5"), parse(""))


numbers = st.sets(st.integers(1, 30), max_size=12)


def mysql(of: dict[str, set[int]]) -> Sets:
    return sets(",".join(f"{source}:{n}" for source, several in of.items() for n in several))


@given(st.fixed_dictionaries({A: numbers, B: numbers}), st.fixed_dictionaries({A: numbers, B: numbers}))
def test_set_arithmetic_agrees_with_sets(one: dict[str, set[int]], other: dict[str, set[int]]) -> None:
    left = {source: one[source] - other[source] for source in one}
    both = {source: one[source] | other[source] for source in one}
    assert mysql(one).less(mysql(other)) == mysql(left)
    assert mysql(one).joined(mysql(other)) == mysql(both)
    assert mysql(one).covers(mysql(other)) is all(other[source] <= one[source] for source in one)


histories = st.lists(st.tuples(st.integers(0, 1), st.integers(1, 3)), max_size=20)


def mariadb(writes: list[tuple[int, int]]) -> Domains:
    count: dict[int, int] = {}
    last = {}
    for domain, server in writes:
        count[domain] = count.get(domain, 0) + 1
        last[domain, server] = count[domain]
    return domains(",".join(f"{d}-{s}-{n}" for (d, s), n in last.items()))


@given(histories, st.integers(0, 20))
def test_a_history_covers_its_own_beginning_and_nothing_is_extra_there(
    writes: list[tuple[int, int]], cut: int
) -> None:
    whole, beginning = mariadb(writes), mariadb(writes[:cut])
    assert whole.covers(beginning)
    assert beginning.beyond(whole) == ""
    assert beginning.covers(whole) is (whole == beginning)


@given(histories, histories)
def test_of_two_servers_that_parted_neither_covers_the_other(
    one: list[tuple[int, int]], other: list[tuple[int, int]]
) -> None:
    mine = mariadb([*one, (0, 8)])
    theirs = mariadb([*other, (0, 9)])
    assert not (mine.covers(theirs) and theirs.covers(mine))


def test_positions_of_two_sorts_are_never_mixed() -> None:
    mariadb, mysql = parse("0-1-5"), parse("3e11fa47-71ca-11e1-9e33-c80aa9429562:1-5")
    assert joined(mariadb, mysql) == mariadb
    assert joined(parse(""), mysql) == mysql
    assert not covers(mariadb, mysql)
