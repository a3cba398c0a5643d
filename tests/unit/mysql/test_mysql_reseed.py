"""A server that was set apart, or that has no data, is rebuilt from the primary where that is wanted."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import pytest
import rebuilding as re
from database import reboot, settle
from rebuilding import (
    APART,
    DATADIR,
    LOGS,
    REFUSALS,
    STAMP,
    attempt,
    become,
    fill,
    hinder,
    request,
    turn,
    under_way,
    untouched,
)

from ocf_agents.mysql.reseed.attempt import FAILED, RECEIVES, TAKES

if TYPE_CHECKING:
    from database import Cluster
    from support.world import Body


def test_a_server_that_was_set_apart_is_rebuilt_and_follows(parted: Cluster) -> None:
    node, primary = parted.nodes["n2"], parted.nodes["n1"]
    found = turn(parted)["n2"]
    assert (found.code, found.reason) == (190, "mysql is to be rebuilt from n1, and waits for its data")
    asked = request(parted)
    assert asked
    assert (asked.source, asked.address, asked.port) == ("n1", "10.0.0.2", 4444)
    assert re.donation(primary).session == asked.session
    re.tell(node, phase=RECEIVES, received="1234567890", size="2000000000")
    found = turn(parted)["n2"]
    assert found.reason == "mysql is being rebuilt from n1: 1.2 GB of 2.0 GB received"
    assert node.score is None
    fill(node)
    assert not re.told(node)
    turn(parted)
    assert re.told(node)
    become(node)
    turn(parted, 2)
    done = node.server.done
    assert done.index("set 0-1-100") < len(done) - 1 - done[::-1].index("follow n1")
    settle(parted)
    assert (node.monitor().code, node.score) == (0, "1000")
    assert node.files[f"{DATADIR}/ibdata1"] == "data of n1"
    assert node.files[f"{APART}/ibdata1"] == "data of n2"
    assert node.files[f"{LOGS}.set-apart-{STAMP}/mysql-bin.000001"] == "log of n2"
    assert "mysql.reseed" not in node.entries("/var/lib")
    assert not attempt(node).phase
    assert not parted.requests


def test_the_old_data_are_named_in_the_log(parted: Cluster) -> None:
    node = under_way(parted)
    fill(node)
    turn(parted)
    become(node)
    (line,) = turn(parted)["n2"].lines("INFO")[:1]
    assert line == f"INFO: was rebuilt from n1; what it had before is in {APART}"


def test_nothing_is_rebuilt_where_nobody_asked_for_it(parted: Cluster) -> None:
    for name in ("n2", "n1"):
        outcome = parted.nodes[name].monitor()
        assert "rebuil" not in outcome.reason.replace("then rebuild this replica", "")
    assert not parted.requests
    assert not attempt(parted.nodes["n2"]).phase


@pytest.mark.parametrize("how", REFUSALS)
def test_what_stands_in_the_way_is_said_in_a_line_and_nothing_is_touched(parted: Cluster, how: str) -> None:
    node = parted.nodes["n2"]
    more = hinder(parted, how)
    found = node.monitor(reseed="auto", **more)
    assert found.code == 190
    assert "is kept apart: it has 0-2-101, which n1 has not" in found.reason
    assert f"it is not rebuilt: {REFUSALS[how]}" in found.reason
    assert untouched(node)
    assert not parted.requests


def test_it_begins_as_soon_as_nothing_stands_in_the_way(parted: Cluster) -> None:
    node = parted.nodes["n2"]
    node.mounts.add(DATADIR)
    turn(parted)
    node.mounts.clear()
    turn(parted)
    assert attempt(node).worker(node)


# How it fails.


def test_a_failure_is_told_once_and_the_same_is_not_tried_again(parted: Cluster) -> None:
    node = under_way(parted)
    re.fail(node, "the connection ended too early")
    found = node.monitor(reseed="auto")
    assert "it was not rebuilt: the connection ended too early" in found.reason
    assert found.lines("ERROR") == [
        "ERROR: was not rebuilt: the connection ended too early; its data are as they were"
    ]
    for _ in range(3):
        found = turn(parted)["n2"]
        assert "it was not rebuilt" in found.reason
        assert not found.lines("ERROR")
    assert untouched(node)
    assert len([one for one in node.spawned if "receive" in one.argv]) == 1


def test_a_start_is_another_chance(parted: Cluster) -> None:
    node = under_way(parted)
    re.fail(node, "the connection ended too early")
    turn(parted)
    node.do("stop", reseed="auto")
    node.do("start", reseed="auto")
    turn(parted)
    assert attempt(node).worker(node)


def test_a_receiver_that_was_killed_leaves_nothing_behind(parted: Cluster) -> None:
    node = under_way(parted)
    fill(node)
    worker = attempt(node).worker(node)
    assert worker
    node.kill(node.bodies[worker.pid])
    found = node.monitor(reseed="auto")
    assert "it was not rebuilt: its process ended before its work was done" in found.reason
    assert untouched(node)


def test_a_donor_that_does_not_come_is_not_waited_for_for_ever(parted: Cluster) -> None:
    node = under_way(parted)
    node.sleep(121)
    found = node.monitor(reseed="auto")
    assert found.code == 190
    assert "n1 did not send its data within 120 s; is port 4444 open" in found.reason
    assert untouched(node)
    assert len(node.bodies) == 1


def test_a_receiver_that_does_not_appear_is_a_failure(
    parted: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    node = parted.nodes["n2"]
    monkeypatch.setitem(node.daemons, sys.executable, lambda *_: None)
    assert "its process did not start" in turn(parted)["n2"].reason


def test_a_receiver_that_fails_at_once_asks_for_nothing(
    parted: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    node = parted.nodes["n2"]

    def stumble(world: Any, body: Body) -> None:
        re.work(world, body)
        re.tell(world, phase=FAILED, reason="10.0.0.2 port 4444: Address already in use")
        world.kill(body)

    monkeypatch.setitem(node.daemons, sys.executable, stumble)
    assert "it was not rebuilt: 10.0.0.2 port 4444: Address already in use" in turn(parted)["n2"].reason
    assert not parted.requests
    assert not turn(parted)["n2"].lines("ERROR"), "the log is told once"


def test_a_copy_that_takes_the_place_of_the_data_is_not_interrupted(parted: Cluster) -> None:
    node = under_way(parted)
    fill(node)
    turn(parted)
    re.tell(node, phase=TAKES)
    parted.facts["clustermysql_PACT"] = "primary=n3;standbys=;invited=;position=;serial=99999999999"
    found = node.monitor(reseed="auto")
    assert found.reason == "mysql is being rebuilt from n1: the copy takes the place of its data"
    assert attempt(node).worker(node)


@pytest.mark.parametrize("phase", ["listens", "receives", "ready"])
def test_another_primary_in_the_middle_begins_anew(parted: Cluster, phase: str) -> None:
    node = under_way(parted)
    if phase == "ready":
        fill(node)
    else:
        re.tell(node, phase=phase)
    pact = "primary=n3;standbys=n1;invited=;position=0-1-100;serial=99999999999"
    parted.facts["clustermysql_PACT"] = pact
    found = node.monitor(reseed="auto")
    assert found.code == 190
    assert "n3 is the primary now, and no longer n1" in found.reason
    assert untouched(node)
    assert not parted.requests
    assert len(node.bodies) == 1


def test_a_copy_that_has_what_the_primary_has_not_is_thrown_away(parted: Cluster) -> None:
    node = under_way(parted)
    fill(node, "0-1-120")
    found = node.monitor(reseed="auto")
    assert "the copy has 0-1-101-120, which n1 has not" in attempt(node).reason
    assert found.code == 190
    assert untouched(node)


def test_a_copy_that_does_not_say_where_it_ends_is_thrown_away(parted: Cluster) -> None:
    node = under_way(parted)
    fill(node, "")
    node.monitor(reseed="auto")
    assert "does not say where it ends" in attempt(node).reason
    assert untouched(node)


def test_a_whole_copy_waits_until_the_primary_can_be_asked(parted: Cluster) -> None:
    node = under_way(parted)
    fill(node)
    bodies, parted.nodes["n1"].bodies = parted.nodes["n1"].bodies, {}
    assert node.monitor(reseed="auto").code == 190
    assert not re.told(node)
    parted.nodes["n1"].bodies = bodies
    node.monitor(reseed="auto")
    assert re.told(node)


def test_a_server_that_is_set_apart_no_more_is_left_alone(parted: Cluster) -> None:
    node = under_way(parted)
    parted.nodes["n1"].server.state = "0-1-100,0-2-101"
    node.notify("post-promote", promote="n1")
    node.monitor(reseed="auto")
    assert untouched(node)
    assert node.server.source == "n1"
    assert not attempt(node).phase


# Stops and power failures.


@pytest.mark.parametrize("phase", ["listens", "receives", "ready", "failed", "swapped"])
def test_a_stop_ends_all_of_it_and_a_start_finds_a_server(parted: Cluster, phase: str) -> None:
    node = under_way(parted)
    if phase in ("ready", "swapped"):
        fill(node)
    elif phase == "failed":
        re.fail(node, "n1 has no mariadb-backup")
    else:
        re.tell(node, phase=phase)
    if phase == "swapped":
        become(node)
    assert node.do("stop", reseed="auto").code == 0
    assert not node.bodies
    assert "mysql.reseed" not in node.entries("/var/lib")
    assert not attempt(node).phase
    if phase != "swapped":
        assert untouched(node)
    assert node.do("start", reseed="auto").code == 0
    if phase == "swapped":
        assert node.server.done[-1] == "follow n1"


def test_a_stop_of_the_primary_ends_what_it_sends(parted: Cluster) -> None:
    under_way(parted)
    primary = parted.nodes["n1"]
    assert len(primary.bodies) == 2
    primary.do("demote", reseed="auto")
    assert primary.do("stop", reseed="auto").code == 0
    assert not primary.bodies
    assert not re.donation(primary).phase


def test_a_power_failure_after_the_swap_is_carried_on_by_the_next_start(parted: Cluster) -> None:
    node = under_way(parted)
    fill(node)
    turn(parted)
    become(node)
    reboot(node)
    assert node.do("start", reseed="auto").code == 0
    assert "set 0-1-100" in node.server.done
    assert node.server.source == "n1"
    assert node.files[f"{APART}/ibdata1"] == "data of n2"
    assert "mysql.reseed" not in node.entries("/var/lib")


def test_no_server_starts_on_data_that_are_half_way_to_others(parted: Cluster) -> None:
    node = under_way(parted)
    fill(node)
    where = re.places(node)
    node.files[where.mark] = f"swapping\n{STAMP}"
    node.files[f"{APART}/ibdata1"] = "somebody's"
    node.directories.add(APART)
    found = node.monitor(reseed="auto")
    assert found.code == 190
    assert node.files[f"{DATADIR}/ibdata1"] == "data of n2", "nothing is moved under a server"
    node.bodies.clear()
    found = node.do("start", reseed="auto")
    assert found.code == 1
    assert "left by a rebuilding of /var/lib/mysql" in found.reason
    assert not node.bodies
    node.remove_tree(APART, "")
    assert node.do("start", reseed="auto").code == 0
    assert node.files[f"{DATADIR}/ibdata1"] == "data of n1"


def test_a_server_that_is_slow_to_start_is_waited_for_but_not_for_ever(parted: Cluster) -> None:
    node = under_way(parted)
    fill(node)
    turn(parted)
    become(node, begin=False)
    found = node.monitor(reseed="auto")
    assert (found.code, found.reason) == (190, "mysql starts on the data of n1")
    node.sleep(121)
    assert node.monitor(reseed="auto").code == 1
