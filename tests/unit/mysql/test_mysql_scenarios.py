"""Days in the life of a database: what must happen where other agents lost data, service or patience."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from database import PARAMETERS, RESOURCE, Node, lose, promote, reboot, settle, writable
from support.act import probe

from ocf_agents.agents.mysql import Mysql
from ocf_agents.mysql.diagnosis import STATES
from ocf_agents.mysql.driver import SqlRefused
from ocf_agents.system.cluster import INFINITY

if TYPE_CHECKING:
    from database import Cluster

PID, STRANGER = "/run/mysqld/mysqld.pid", "/usr/sbin/sshd"


def life(cluster: Cluster) -> None:
    """Everything that ever happens to a cluster: a switchover, a death, a return, a stop."""
    first, second = cluster.nodes["n1"], cluster.nodes["n2"]
    first.notify("pre-demote", demote="n1")
    first.do("demote")
    promote(second, demoting="n1")
    settle(cluster)
    lose(cluster, "n2")
    promote(first)
    settle(cluster)
    cluster.condition["n2"] = "online"
    second.do("start")
    settle(cluster)
    for node in (second, first):
        node.do("stop")


# Promotion.


@pytest.mark.parametrize("ahead", ["n1", "n2"])
def test_the_last_transaction_of_a_billion_decides_which_survivor_leads(cluster: Cluster, ahead: str) -> None:
    for name, node in cluster.nodes.items():
        node.server.state = f"0-3-{5_000_000_000 + (name == ahead)}"
        node.do("start")
    led = {name: promote(node).code == 0 for name, node in cluster.nodes.items() if name != ahead}
    assert not any(led.values())
    assert promote(cluster.nodes[ahead]).code == 0


def test_every_score_is_one_that_pacemaker_can_tell_from_the_others() -> None:
    scores = {state.score for state in STATES if state.score is not None}
    assert all(-1 <= score < INFINITY for score in scores)
    assert len(scores) == 4


def test_promote_looks_again_and_again_until_the_relay_log_is_applied(
    whole: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    node = whole.nodes["n2"]
    node.server.received, node.server.applying = "0-1-120", "No"
    looks: list[str] = []
    look = node.server.look

    def slowly() -> Any:
        node.sleep(0.01)
        if node.server.applying == "Yes":
            looks.append(node.server.state)
            node.server.state = f"0-1-{min(120, 112 + len(looks))}"
        return look()

    monkeypatch.setattr(node.server, "look", slowly)
    monkeypatch.setattr(node.server, "apply_relay_log", lambda: setattr(node.server, "applying", "Yes"))
    lose(whole, "n1")
    assert promote(node).code == 0
    assert node.server.state == "0-1-120"
    assert len(looks) >= 8


def test_a_replica_does_not_follow_a_primary_that_did_not_open(whole: Cluster) -> None:
    lose(whole, "n1")
    node, other = whole.nodes["n2"], whole.nodes["n1"]
    node.server.breaks_after = "wait no more"
    assert promote(node).code == 1
    whole.facts["clustermysql_PACT"] = "primary=n2;standbys=;invited=n1;position=0-1-100;serial=99999999999"
    whole.condition["n1"] = "online"
    other.do("start")
    other.notify("post-promote", promote="n2")
    assert other.server.source == ""
    assert promote(node).code == 0
    settle(whole)
    assert other.server.source == "n2"


def test_a_node_that_was_off_does_not_lead_while_the_other_one_is_only_joining(whole: Cluster) -> None:
    """One that joins has not shared its record yet, on which somebody else may lead."""
    node = whole.nodes["n1"]
    lose(whole, "n2")
    reboot(node)
    node.server.source = ""
    node.do("start")
    for condition in ("clean", "pending"):
        whole.condition["n2"] = condition
        failed = promote(node)
        assert failed.code == 1
        assert "has not met n2 since it started" in failed.reason
    whole.condition["n2"] = "online"
    assert promote(node).code == 0


def test_a_replica_follows_a_primary_of_the_same_name_anew(whole: Cluster) -> None:
    primary, replica = whole.nodes["n1"], whole.nodes["n2"]
    whole.facts["clustermysql_PACT"] = "primary=n1;standbys=;invited=;position=0-1-100;serial=99999999999"
    replica.server.receiving = replica.server.applying = "No"
    reboot(primary)
    primary.server.source = ""
    primary.do("start")
    assert promote(primary).code == 0
    settle(whole)
    assert (replica.server.source, replica.server.receiving, replica.server.applying) == ("n1", "Yes", "Yes")
    assert replica.monitor().code == 0


# Roles and scores.


def test_a_replica_that_is_killed_stays_down_until_the_cluster_starts_it_closed(whole: Cluster) -> None:
    node = whole.nodes["n2"]
    node.bodies.clear()
    for _ in range(3):
        node.sleep(10)
        assert node.monitor().code == 7
    assert not node.bodies
    node.do("start")
    assert writable(whole) == ["n1"]
    assert "mysqld_safe" not in " ".join(word for command in node.spawned for word in command.argv)


def test_a_replica_that_joins_far_behind_does_not_take_the_role_from_a_healthy_primary(
    whole: Cluster,
) -> None:
    node = whole.nodes["n2"]
    reboot(node)
    node.server.lag = "59"
    node.do("start")
    assert int(node.score or -INFINITY) < int(whole.nodes["n1"].score or 0)
    for _ in range(5):
        node.sleep(2)
        node.monitor()
        assert int(node.score or -INFINITY) < int(whole.nodes["n1"].score or 0)


def test_a_monitor_starts_nothing_and_opens_nothing(whole: Cluster) -> None:
    for name, node in whole.nodes.items():
        node.bodies.clear()
        node.spawned.clear()
        assert node.monitor(try_restart_crashed_master="true").code == 7
        assert (node.spawned, "open" in node.server.done[-1:]) == ([], False), name
    assert writable(whole) == []


def test_a_primary_that_somebody_closed_is_not_opened_by_a_monitor(whole: Cluster) -> None:
    node = whole.nodes["n1"]
    node.server.read_only = True
    assert node.monitor().code not in (8, 191)
    assert writable(whole) == []


def test_a_former_primary_that_returns_open_is_closed_before_it_is_asked_anything(whole: Cluster) -> None:
    lose(whole, "n1")
    promote(whole.nodes["n2"])
    node = whole.nodes["n1"]
    node.server.read_only = False
    whole.condition["n1"] = "online"
    node.do("start")
    assert writable(whole) == ["n2"]


# Calling the cluster.


def test_what_a_location_rule_forbids_changes_no_action(whole: Cluster) -> None:
    node = whole.nodes["n2"]
    whole.silent = True
    assert probe(Mysql, node, instance=RESOURCE, **PARAMETERS).code == 0
    assert node.do("stop").code == 0
    assert not node.bodies
    assert probe(Mysql, node, instance=RESOURCE, **PARAMETERS).code == 7


def test_the_cluster_is_asked_for_values_and_never_for_a_text_made_for_people(whole: Cluster) -> None:
    life(whole)
    for node in whole.nodes.values():
        tools = [
            call.argv
            for call in node.calls
            if not call.argv[0].startswith(("/usr/bin/mysql", "/usr/sbin/mar"))
        ]
        assert {argv[0].rpartition("/")[2] for argv in tools} == {"crm_attribute", "attrd_updater", "crm_mon"}
        assert all("--output-as=xml" in argv for argv in tools if argv[0].endswith("crm_mon"))


def test_two_databases_in_one_cluster_share_no_name(whole: Cluster) -> None:
    life(whole)
    for node in whole.nodes.values():
        names = [
            call.argv[call.argv.index("--name") + 1].partition("=")[2]
            or call.argv[call.argv.index("--name") + 1]
            for call in node.calls
            if "--name" in call.argv
        ]
        assert {name for name in names if RESOURCE not in name} == {
            Mysql.parameters["reader_attribute"].default
        }
    assert Mysql.parameters["reader_attribute"].unique
    assert Mysql.parameters["writer_attribute"].unique


# Stopping, and what is left behind.


def test_stop_returns_when_the_server_is_gone_however_early_an_answer_was_asked_for(whole: Cluster) -> None:
    node = whole.nodes["n1"]
    (body,) = node.bodies.values()
    body.lingers = 20.0
    outcome = node.do("stop", timeout=60, async_stop="true")
    assert (outcome.code, outcome.seconds >= 20.0, node.bodies) == (0, True, {})
    assert node.do("start").code == 0


def test_a_server_that_ignores_sigterm_is_killed_and_stop_waits_until_it_is_gone(whole: Cluster) -> None:
    node = whole.nodes["n1"]
    (body,) = node.bodies.values()
    body.stubborn = True
    assert node.do("stop").code == 0
    assert not node.bodies


def test_a_server_that_not_even_sigkill_ends_is_not_called_stopped(whole: Cluster) -> None:
    node = whole.nodes["n1"]
    (body,) = node.bodies.values()
    body.immortal = True
    outcome = node.do("stop")
    assert outcome.code == 1
    assert str(body.pid) in outcome.reason


@pytest.mark.parametrize("program", ["/usr/sbin/mariadbd", "/usr/bin/mysqld_safe"])
def test_stop_ends_a_server_that_somebody_else_started(cluster: Cluster, program: str) -> None:
    node = cluster.nodes["n1"]
    node.run_process(program, "--datadir=/var/lib/mysql", f"--socket={PARAMETERS['socket']}", user="mysql")
    assert node.do("stop").code == 0
    assert not node.bodies


@pytest.mark.parametrize("left", [PID, f"/run/openstack-agents/{RESOURCE}.agent.pid"])
def test_a_stranger_with_the_pid_of_a_former_server_is_not_the_server(whole: Cluster, left: str) -> None:
    node = whole.nodes["n1"]
    (body,) = node.bodies.values()
    node.bodies.clear()
    stranger = node.run_process(STRANGER, "-D", pid=body.pid + 50, user="mysql")
    node.files[left] = f"{stranger.pid}\n"
    assert node.monitor().code == 7
    assert node.do("stop").code == 0
    assert (node.alive(stranger), node.signalled() & {stranger.pid}) == (True, set())


def test_nothing_is_copied_or_left_outside_of_the_run_directory(whole: Cluster) -> None:
    before = {path for node in whole.nodes.values() for path in node.files}
    life(whole)
    after = {path for node in whole.nodes.values() for path in node.files}
    assert not [path for path in after - before if not path.startswith("/run/")]


# Validation.


def ready(node: Node) -> Node:
    node.server.state = "0-1-1"
    node.do("start")
    return node


def test_a_server_that_has_what_replication_needs_is_valid(cluster: Cluster) -> None:
    outcome = ready(cluster.nodes["n1"]).do("validate-all", depth=10)
    assert (outcome.code, outcome.reason) == (0, "")


@pytest.mark.parametrize("variable", ["log_bin", "server_id", "log_slave_updates"])
def test_validation_names_what_the_server_lacks(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    node = ready(cluster.nodes["n1"])
    value = node.server.value
    monkeypatch.setattr(
        node.server, "value", lambda asked: 0 if asked == f"@@GLOBAL.{variable}" else value(asked)
    )
    outcome = node.do("validate-all", depth=10)
    assert outcome.code == 6
    assert variable in outcome.reason


def test_validation_names_a_second_server_of_the_same_number(whole: Cluster) -> None:
    node = whole.nodes["n2"]
    node.server.number = 1
    outcome = node.do("validate-all", depth=10)
    assert outcome.code == 6
    assert "server_id 1 is that of n1 too" in outcome.reason


def test_validation_asks_the_server_also_where_the_cluster_does_not_answer(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    node = ready(cluster.nodes["n1"])
    cluster.silent = True
    assert node.do("validate-all", depth=10).code == 0
    monkeypatch.setattr(node.server, "value", lambda asked: int("log_bin" not in asked))
    assert "log_bin is off" in node.do("validate-all", depth=10).reason


def test_validation_says_what_it_may_not_see(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    node = ready(cluster.nodes["n1"])

    def forbidden() -> Any:
        raise SqlRefused("SHOW ALL SLAVES STATUS", Exception(1227, "Access denied; you need REPLICA MONITOR"))

    monkeypatch.setattr(node.server, "sources", forbidden)
    outcome = node.do("validate-all", depth=10)
    assert outcome.code == 0
    assert [line for line in outcome.lines("WARNING") if "REPLICA MONITOR" in line]


def test_validation_names_what_the_primary_does_not_log(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    node = ready(cluster.nodes["n1"])
    rows = node.server.rows
    filtered = [("bin.000001", 328, "", "scratch")]
    monkeypatch.setattr(
        node.server, "rows", lambda asked, *more: filtered if "STATUS" in asked else rows(asked, *more)
    )
    outcome = node.do("validate-all", depth=10)
    assert outcome.code == 6
    assert "scratch" in outcome.reason


def test_validation_names_a_second_source(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    node = ready(cluster.nodes["n1"])
    monkeypatch.setattr(node.server, "sources", lambda: ["other"])
    outcome = node.do("validate-all", depth=10)
    assert outcome.code == 6
    assert "one source" in outcome.reason


@pytest.mark.parametrize("mode", ["OFF_PERMISSIVE", "ON_PERMISSIVE"])
def test_a_server_with_gtids_for_some_only_runs_closed_is_never_promoted_and_says_what_it_needs(
    cluster: Cluster, mode: str
) -> None:
    node = cluster.nodes["n1"]
    node.server.variables = {"gtid_mode": mode, "gtid_executed": ""}
    assert node.do("start").code == 0
    outcomes = [node.monitor(), promote(node), node.do("validate-all", depth=10)]
    assert [outcome.code for outcome in outcomes] == [190, 1, 6]
    for outcome in outcomes:
        assert f"gtid_mode={mode}" in outcome.reason
        assert "enforce_gtid_consistency=ON" in outcome.reason
    assert (node.score, writable(cluster)) == (None, [])
