"""A server that was set apart, or that has no data, is rebuilt from the primary where that is wanted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import rebuilding as re
from database import META, lose, promote, reboot, settle
from rebuilding import DATADIR, LOGS, STAMP, attempt, become, fill, part, request, turn
from support.act import probe

from ocf_agents.agents.mysql import Mysql
from ocf_agents.mysql.reseed.attempt import FAILED, RECEIVES, SENT, STARTS

if TYPE_CHECKING:
    from database import Cluster, Node

APART = f"{DATADIR}.set-apart-{STAMP}"


@pytest.fixture
def parted(whole: Cluster) -> Cluster:
    """n1 leads alone, n2 is set apart, and both may rebuild each other."""
    re.equip(whole)
    part(whole)
    assert whole.nodes["n1"].pact.startswith("primary=n1;standbys=;")
    return whole


def under_way(cluster: Cluster) -> Node:
    """n2 is being rebuilt, and n1 sends."""
    turn(cluster)
    return cluster.nodes["n2"]


def untouched(node: Node) -> bool:
    """Whether nothing was moved, and nothing is left beside the data."""
    names = node.entries("/var/lib")
    mine = node.files[f"{DATADIR}/ibdata1"] == f"data of {node.name}" and node.exists(f"{LOGS}.000001")
    return mine and not [name for name in names if "reseed" in name or STAMP in name]


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


REFUSALS = {
    "no primary": "nobody is on record as the primary",
    "itself": "this node is on record as the primary",
    "standby": "n1 still counts on this node for confirmed writes",
    "invited": "n1 still counts on this node for confirmed writes",
    "unreachable": "n1 cannot be asked",
    "read-only": "n1 takes no writes now",
    "program": "mariadb-backup: not installed on this node",
    "stranger": "mbstream: not installed on this node",
    "encrypted": "replication_require_ssl is set, and the copy would travel unencrypted",
    "mount": f"datadir={DATADIR}: is a mount point or a link",
    "elsewhere": f"innodb-data-home-dir=/srv/innodb: a part of the data is outside of {DATADIR}",
    "again": f"{DATADIR}.set-apart: set apart before; move it away",
    "logs again": f"{LOGS}.set-apart-1: set apart before; move it away",
    "address": "10.9.9.9: stands for no address of this node",
    "mysql": "reseed=auto is for MariaDB only",
}


HOME = "innodb-data-home-dir                                         (No default value)"


def hinder(cluster: Cluster, how: str) -> dict[str, str]:
    """Something stands in the way; the parameters of the monitor that are different."""
    node, primary = cluster.nodes["n2"], cluster.nodes["n1"]
    pact = {
        "no primary": "primary=;standbys=n1;invited=;position=",
        "itself": "primary=n2;standbys=;invited=;position=",
        "standby": "primary=n1;standbys=n2;invited=;position=",
        "invited": "primary=n1;standbys=;invited=n2;position=",
    }
    if how in pact:
        cluster.facts["clustermysql_PACT"] = f"{pact[how]};serial=99999999999"
    if how == "unreachable":
        primary.bodies.clear()
    primary.server.read_only = how == "read-only"
    for program, name in (("program", "mariadb-backup"), ("stranger", "mbstream")):
        if how == program:
            del node.programs[f"/usr/bin/{name}"]
    if how == "mount":
        node.mounts.add(DATADIR)
    if how == "elsewhere":
        node.settings = re.HELP.replace(HOME, f"{HOME[:22]} /srv/innodb")  # type: ignore[attr-defined]
    if how == "again":
        node.directories.add(f"{DATADIR}.set-apart")
    if how == "logs again":
        node.directories.add(f"{LOGS}.set-apart-1")
    if how == "address":
        cluster.facts["n2/clustermysql_mysql_master_IP"] = "10.9.9.9"
    if how == "mysql":
        path = "/run/openstack-agents/clustermysql.mysql"
        lines = [line for line in node.files[path].splitlines() if not line.startswith("version=")]
        node.files[path] = "\n".join([*lines, "version=mysqld  Ver 8.4.0 for Linux", ""])
    return {"replication_require_ssl": "true"} if how == "encrypted" else {}


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
    monkeypatch.setitem(node.daemons, re.sys.executable, lambda *_: None)
    assert "its process did not start" in turn(parted)["n2"].reason


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


def test_a_server_that_is_slow_to_start_is_waited_for_but_not_for_ever(parted: Cluster) -> None:
    node = under_way(parted)
    fill(node)
    turn(parted)
    become(node, begin=False)
    found = node.monitor(reseed="auto")
    assert (found.code, found.reason) == (190, "mysql starts on the data of n1")
    node.sleep(121)
    assert node.monitor(reseed="auto").code == 1


# A node without data.


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
