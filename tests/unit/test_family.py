"""Which processes belong together, and what they amount to."""

from __future__ import annotations

import pytest

from ocf_agents.kinds.family import family, judge, program
from ocf_agents.kinds.state import ORPHANED, RUNNING, STOPPED, SUSPENDED
from ocf_agents.system.proc import Process


def process(pid: int, parent: int = 1, session: int = 0, state: str = "S") -> Process:
    """A process; without a session given it leads its own."""
    return Process(pid, parent, session or pid, 1000 + pid, state, 300, ("keystone",))


def pids(members: tuple[Process, ...]) -> list[int]:
    return [member.pid for member in members]


def test_children_and_their_children_belong_to_their_parent() -> None:
    main, child, grandchild, stranger = process(10), process(11, 10, 99), process(12, 11, 98), process(13)
    everyone = (grandchild, stranger, child, main)
    assert pids(family(everyone, [main])) == [10, 11, 12]


def test_a_worker_whose_parent_died_is_known_by_its_session() -> None:
    main, orphan = process(10), process(12, 1, 10)
    assert pids(family((main, orphan), [main])) == [10, 12]


def test_one_who_shares_a_session_with_a_mere_member_is_a_stranger() -> None:
    known, shell, neighbour = process(10, 5, 5), process(5), process(11, 5, 5)
    assert pids(family((known, shell, neighbour), [known])) == [10]


def test_nothing_amounts_to_stopped() -> None:
    assert judge((), frozenset()).state is STOPPED
    assert family((process(1), process(2)), []) == ()


def test_the_main_process_is_the_one_whose_parent_is_not_of_the_service() -> None:
    sight = judge((process(10, 20, 20), process(20)), frozenset({10, 20}))
    assert sight.state is RUNNING
    assert sight.main
    assert sight.main.pid == 20
    assert pids(sight.others) == [10]
    assert pids(sight.processes) == [20, 10]


def test_marked_workers_without_a_leader_are_orphans() -> None:
    sight = judge((process(11, 1, 10), process(12, 1, 10)), frozenset({11, 12}))
    assert (sight.state, sight.main, pids(sight.others)) == (ORPHANED, None, [11, 12])


def test_an_unmarked_process_that_leads_no_session_is_adopted_as_the_main_one() -> None:
    sight = judge((process(11, 1, 10),), frozenset())
    assert sight.state is RUNNING
    assert sight.main


def test_a_suspended_main_process_suspends_the_service() -> None:
    assert judge((process(10, state="T"), process(11, 10, 10)), frozenset()).state is SUSPENDED
    assert judge((process(10), process(11, 10, 10, "T")), frozenset()).state is RUNNING


def test_a_sight_is_told_in_words_and_not_at_length() -> None:
    assert str(judge((process(10),), frozenset())) == "runs (pid 10)"
    crowd = tuple(process(pid, 10, 10) for pid in range(11, 99))
    assert str(judge((process(10), *crowd), frozenset())).count(",") == 4
    assert str(judge((), frozenset())) == "does not run"


@pytest.mark.parametrize(
    ("command", "name"),
    [
        (("/usr/bin/python3", "-IS", "/usr/bin/nova-api", "--config-file=x"), "nova-api"),
        (("/usr/bin/python3.11", "/venv/bin/nova-api"), "nova-api"),
        (("/bin/sh", "/usr/bin/mysqld_safe"), "mysqld_safe"),
        (("/usr/sbin/haproxy", "-f", "/etc/haproxy/haproxy.cfg"), "haproxy"),
        (("vim", "/usr/bin/nova-api"), "vim"),
        (("shred", "/usr/bin/nova-api"), "shred"),
        (("sh", "-c", "nova-api --config-file x"), "nova-api --config-file x"),
        (("-bash",), "-bash"),
    ],
)
def test_whoever_only_names_a_program_runs_another_one(command: tuple[str, ...], name: str) -> None:
    assert program(command) == name
