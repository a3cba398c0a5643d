"""A node without data is rebuilt; and what a primary does for those that ask it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import rebuilding as re
from database import META, lose, promote, settle
from rebuilding import DATADIR, LOGS, REFUSALS, attempt, become, fill, hinder, request, turn, under_way
from support.act import probe

from ocf_agents.agents.mysql import Mysql
from ocf_agents.mysql.reseed.attempt import FAILED, SENT, STARTS

if TYPE_CHECKING:
    from database import Cluster


@pytest.fixture
def bare(whole: Cluster) -> Cluster:
    """n2 has no data, and is struck off."""
    re.equip(whole)
    node = whole.nodes["n2"]
    node.do("stop")
    node.remove_tree(DATADIR, "")
    node.remove(f"{LOGS}.000001")
    node.directories.add(DATADIR)
    node.server.source = node.server.receiving = ""
    whole.nodes["n1"].monitor(reseed="auto")
    return whole


def test_a_node_without_data_gets_them_from_the_primary(bare: Cluster) -> None:
    node = bare.nodes["n2"]
    assert node.do("start", reseed="auto").code == 0
    assert node.score is None
    assert (
        probe(Mysql, node, instance="clustermysql", meta={**META, "on_node": "n2"}, reseed="auto").code == 190
    )
    found = turn(bare)["n2"]
    assert (found.code, found.reason) == (190, "mysql is to be rebuilt from n1, and waits for its data")
    fill(node)
    turn(bare)
    assert re.told(node)
    become(node)
    assert not attempt(node).apart
    turn(bare, 2)
    settle(bare)
    assert (node.monitor().code, node.score) == (0, "1000")
    assert not [name for name in node.entries("/var/lib") if "apart" in name]


def test_a_node_without_data_waits_for_a_primary(bare: Cluster) -> None:
    node = bare.nodes["n2"]
    bare.nodes["n1"].server.read_only = True
    assert node.do("start", reseed="auto").code == 0
    found = node.monitor(reseed="auto")
    assert found.reason == (
        "mysql has no data, and waits for somebody to be rebuilt from: n1 takes no writes now"
    )
    node.sleep(1000)
    assert node.monitor(reseed="auto").code == 190
    bare.nodes["n1"].server.read_only = False
    turn(bare)
    assert request(bare)


def test_a_failure_on_a_node_without_data_ends_at_the_operator(bare: Cluster) -> None:
    node = bare.nodes["n2"]
    node.do("start", reseed="auto")
    turn(bare)
    re.fail(node, "/var/lib: has 3 MiB free, and the copy needs 4000 MiB")
    assert node.monitor(reseed="auto").code == 7
    node.do("stop", reseed="auto")
    found = node.do("start", reseed="auto")
    assert found.code == 5
    assert "holds no database, and was not rebuilt: /var/lib: has 3 MiB free" in found.reason
    node.do("stop", reseed="auto")
    assert node.do("start", reseed="auto").code == 0, "after a cleanup by the operator"


@pytest.mark.parametrize("how", ["program", "stranger", "mount", "elsewhere", "again", "address"])
def test_a_node_without_data_that_lacks_something_says_what(bare: Cluster, how: str) -> None:
    node = bare.nodes["n2"]
    hinder(bare, how)
    found = node.do("start", reseed="auto")
    assert found.code == 5
    assert f"holds no database, and cannot be rebuilt: {REFUSALS[how]}" in found.reason
    assert not node.bodies


def test_a_node_without_data_is_no_database_where_nobody_asked_for_a_rebuilding(bare: Cluster) -> None:
    found = bare.nodes["n2"].do("start")
    assert found.code == 5
    assert "holds no database" in found.reason


def test_a_stop_of_a_node_without_data_leaves_it_without_data(bare: Cluster) -> None:
    node = bare.nodes["n2"]
    node.do("start", reseed="auto")
    turn(bare)
    fill(node)
    assert node.do("stop", reseed="auto").code == 0
    assert not node.bodies
    assert not node.entries(DATADIR)
    assert "mysql.reseed" not in node.entries("/var/lib")


# The primary.


def test_the_primary_sends_once_for_each_request(parted: Cluster) -> None:
    under_way(parted)
    turn(parted, 3)
    primary = parted.nodes["n1"]
    assert len([one for one in primary.spawned if "donate" in one.argv]) == 1


def test_the_primary_says_what_became_of_it(parted: Cluster) -> None:
    under_way(parted)
    primary = parted.nodes["n1"]
    known = re.donation(primary)
    (body,) = [body for body in primary.bodies.values() if "donate" in body.command]
    primary.kill(body)
    known.but(phase=SENT).write(primary, f"{re.FILES}.supply")
    assert "INFO: n2 has got the data of this server" in primary.monitor(reseed="auto").log
    known.but(phase=FAILED, reason="10.0.0.2 port 4444: Connection refused").write(
        primary, f"{re.FILES}.supply"
    )
    (line,) = primary.monitor(reseed="auto").lines("ERROR")
    assert "n2 did not get all data of this server: 10.0.0.2 port 4444: Connection refused" in line


def test_the_primary_sends_nothing_to_a_node_that_it_counts_on(parted: Cluster) -> None:
    primary = parted.nodes["n1"]
    parted.requests["n2"] = "n1 session 10.0.0.2 4444"
    parted.facts["clustermysql_PACT"] = "primary=n1;standbys=n2;invited=;position=;serial=99999999999"
    primary.server.waits = True
    primary.monitor(reseed="auto")
    parted.requests["n2"] = "n7 session 10.0.0.2 4444"
    primary.monitor(reseed="auto")
    assert not re.donation(primary).phase


def test_a_primary_whose_server_died_is_dead_though_it_still_sends(parted: Cluster) -> None:
    under_way(parted)
    primary = parted.nodes["n1"]
    for body in [body for body in primary.bodies.values() if "donate" not in body.command]:
        primary.kill(body)
    assert primary.monitor(reseed="auto").code == 7


def test_no_password_is_in_an_argument_an_environment_or_a_log(parted: Cluster) -> None:
    node = under_way(parted)
    fill(node)
    log = "".join(found.text for found in turn(parted).values())
    for one in parted.nodes.values():
        for command in one.spawned:
            assert "s3cret" not in "".join((*command.argv, *command.environment.values()))
        assert "s3cret" not in "".join(text for path, text in one.files.items() if "reseed" in path)
    assert "s3cret" not in log


def test_a_rebuilt_server_takes_over_only_after_it_has_caught_up(parted: Cluster) -> None:
    node = under_way(parted)
    fill(node, "0-1-90")
    turn(parted)
    become(node)
    turn(parted, 2)
    assert node.score is None
    lose(parted, "n1")
    assert promote(node).code != 0


def test_phases_of_a_server_that_starts_are_not_taken_for_a_receiver(parted: Cluster) -> None:
    node = under_way(parted)
    fill(node)
    turn(parted)
    become(node)
    assert attempt(node).phase == STARTS
    node.notify("post-promote", promote="n1")
    done = node.server.done
    assert done.index("set 0-1-100") < len(done) - 1 - done[::-1].index("follow n1")


def test_nothing_is_loaded_where_nothing_is_to_be_rebuilt(
    whole: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded: list[Any] = []
    monkeypatch.setattr(Mysql, "rebuilding", loaded.append)
    settle(whole)
    turn(whole)
    assert not loaded


def test_what_a_rebuilding_lacks_is_found_before_it_is_needed(whole: Cluster) -> None:
    re.equip(whole)
    node = whole.nodes["n1"]
    found = node.do("validate-all", depth=10, reseed="auto")
    assert "reseed" not in found.reason
    del node.programs["/usr/bin/mbstream"]
    found = node.do("validate-all", depth=10, reseed="auto")
    assert "reseed=auto: mbstream: not installed on this node" in found.reason
    assert "reseed" not in node.do("validate-all", depth=10).reason
