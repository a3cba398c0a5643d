"""Every wait ends before Pacemaker would end it."""

from __future__ import annotations

import pytest
from support.world import World

from ocf_agents.ocf.deadline import FIRST_PAUSE, LONGEST_PAUSE, PATIENCE, PAUSE, Deadline


@pytest.mark.parametrize(("timeout", "usable"), [(20, 18), (1, 0.9), (60, 55), (600, 595)])
def test_a_tenth_of_the_time_is_kept_back_but_not_more_than_five_seconds(
    timeout: float, usable: float
) -> None:
    assert Deadline(World(), timeout).left() == pytest.approx(usable)


def test_what_is_left_is_never_below_zero() -> None:
    world = World()
    deadline = Deadline(world, 10)
    world.sleep(100)
    assert deadline.left() == 0


@pytest.mark.parametrize("seconds", [0.05, 1, 7, 50])
def test_a_wait_ends_soon_after_the_condition_holds(seconds: float) -> None:
    world = World()
    began = world.now()
    assert Deadline(world, 60).wait(lambda: world.now() >= began + seconds)
    late = world.now() - began - seconds
    assert late <= max(PAUSE, min(seconds * PATIENCE, LONGEST_PAUSE)) + 1e-6


def test_a_long_wait_looks_more_and_more_rarely() -> None:
    world = World()
    looks: list[float] = []

    def never() -> bool:
        looks.append(world.now())
        return False

    assert not Deadline(world, 600).wait(never)
    first, second, *_, last, end = looks
    assert second - first == pytest.approx(FIRST_PAUSE)
    assert end - last <= LONGEST_PAUSE + PAUSE
    assert 595 < len(looks) < 700


def test_a_wait_ends_at_the_deadline_or_at_its_own_limit() -> None:
    world = World()
    began = world.now()
    deadline = Deadline(world, 20)
    assert not deadline.wait(lambda: False, within=5)
    assert world.now() - began == pytest.approx(5)
    assert not deadline.wait(lambda: False)
    assert world.now() - began == pytest.approx(18)
    assert not deadline.wait(lambda: False, within=100)
    assert world.now() - began == pytest.approx(18)


def test_a_condition_is_looked_at_even_when_no_time_is_left() -> None:
    world = World()
    deadline = Deadline(world, 10)
    world.sleep(50)
    assert deadline.wait(lambda: True)
