"""The agent on nodes in memory: the cases that cost others their data, and what must happen instead."""

from __future__ import annotations

from typing import Any

import pytest
from database import PARAMETERS, Cluster, lose, promote, reboot, settle, writable
from support.act import act
from support.world import STOP

from ocf_agents.agents.mysql import Mysql
from ocf_agents.mysql.diagnosis import PROMOTED_SCORE
from ocf_agents.mysql.pact import Pact, Report
from ocf_agents.system.run import Finished

SECRETS = (PARAMETERS["replication_passwd"], PARAMETERS["test_passwd"])


def test_a_server_is_closed_by_its_command_line_from_the_first_instant(cluster: Cluster) -> None:
    node = cluster.nodes["n1"]
    assert node.do("start").code == 0
    (command,) = node.spawned
    assert command.argv[0] == "/usr/sbin/mariadbd"
    wanted = {"--read-only", "--skip-slave-start", "--log-slave-updates", "--relay-log-recovery=0"}
    still = {"--loose-rpl_semi_sync_master_enabled=0", "--loose-rpl_semi_sync_slave_enabled=0"}
    assert wanted | still | {"--init-rpl-role=SLAVE"} <= {*command.argv}
    assert writable(cluster) == []


def test_a_plain_primitive_runs_a_writable_server(cluster: Cluster) -> None:
    node = cluster.nodes["n1"]
    assert act(Mysql, "start", node, instance="clustermysql", timeout=60, **PARAMETERS).code == 0
    assert act(Mysql, "monitor", node, instance="clustermysql", **PARAMETERS).code == 0
    assert not node.server.read_only
    assert node.cluster.scores == {}


def test_a_server_that_ran_before_the_clone_closes_before_another_one_leads(cluster: Cluster) -> None:
    plain, other = cluster.nodes["n1"], cluster.nodes["n2"]
    act(Mysql, "start", plain, instance="clustermysql", timeout=60, **PARAMETERS)
    plain.server.state = "0-1-7"
    other.do("start")
    outcome = promote(other)
    assert outcome.code == 1
    assert "n1 has more" in outcome.reason
    assert writable(cluster) == []
    assert other.score is None
    assert plain.monitor().code == 9


def test_an_unchanged_monitor_calls_nobody_but_the_native_client(whole: Cluster) -> None:
    for node in whole.nodes.values():
        node.calls.clear()
        node.monitor()
        assert [call.argv[0] for call in node.calls] == ["/usr/bin/mysql"]


def test_no_secret_is_on_an_argument_list_or_in_a_log(whole: Cluster) -> None:
    texts = [whole.nodes["n1"].do(action).text for action in ("monitor", "demote", "validate-all", "stop")]
    for node in whole.nodes.values():
        texts += [word for call in node.calls for word in call.argv]
        texts += [word for command in node.spawned for word in command.argv]
        texts += node.files.values()
    assert not [text for text in texts for secret in SECRETS if secret in text]


def test_the_primary_is_promoted_and_the_replica_is_not(whole: Cluster) -> None:
    assert [node.monitor().code for node in whole.nodes.values()] == [8, 0]
    assert [node.score for node in whole.nodes.values()] == ["10000", "1000"]


def test_a_server_opened_by_hand_has_to_close(whole: Cluster) -> None:
    node = whole.nodes["n2"]
    node.server.source, node.server.read_only = "", False
    outcome = node.monitor()
    assert outcome.code == 9
    assert "no promote of the cluster opened it" in outcome.reason
    assert node.score is None
    assert node.do("demote").code == 0
    assert writable(whole) == ["n1"]


def test_demote_closes_writes_without_any_notification(whole: Cluster) -> None:
    assert whole.nodes["n1"].do("demote", {"notify": "false"}).code == 0
    assert writable(whole) == []


def test_demote_of_a_dead_server_succeeds(whole: Cluster) -> None:
    whole.nodes["n1"].bodies.clear()
    assert whole.nodes["n1"].do("demote").code == 0


def test_a_replica_takes_over_from_a_lost_primary(whole: Cluster) -> None:
    lose(whole, "n1")
    assert promote(whole.nodes["n2"]).code == 0
    assert writable(whole) == ["n2"]
    assert Pact.read(whole.nodes["n2"].pact) == Pact("n2", (), "", "0-1-100")


def test_the_cluster_knows_who_leads_before_that_server_opens(whole: Cluster) -> None:
    lose(whole, "n1")
    node = whole.nodes["n2"]
    node.server.breaks_after = "open"
    assert promote(node).code == 1
    assert (node.score, Pact.read(node.pact)) == (str(PROMOTED_SCORE), Pact("n2", (), "", "0-1-100"))
    assert Report.read(whole.reports["n2"]) == Report("n2")


def test_what_was_received_is_applied_before_a_replica_opens(whole: Cluster) -> None:
    node = whole.nodes["n2"]
    node.server.received, node.server.applying = "0-1-120", "No"
    lose(whole, "n1")
    assert promote(node).code == 0
    assert node.server.state == "0-1-120"
    assert node.server.done.index("apply") < node.server.done.index("forget")


def test_a_replica_that_cannot_apply_what_it_received_does_not_take_over(whole: Cluster) -> None:
    node = whole.nodes["n2"]
    node.server.received, node.server.applying, node.server.trouble = "0-1-120", "No", "Duplicate entry"
    outcome = node.monitor()
    assert (outcome.code, node.score) == (190, None)
    lose(whole, "n1")
    assert promote(node).code == 1
    assert writable(whole) == []


def test_a_lost_replica_is_struck_off_before_the_primary_stops_waiting(whole: Cluster) -> None:
    primary = whole.nodes["n1"]
    lose(whole, "n2")
    primary.server.breaks_after = "wait no more"
    primary.monitor()
    assert Pact.read(primary.pact) == Pact("n1", (), "", "0-1-100")


def test_the_primary_waits_on_while_a_lost_replica_may_still_take_over(whole: Cluster) -> None:
    primary = whole.nodes["n1"]
    lose(whole, "n2")
    whole.condition["n2"] = "unclean"
    primary.monitor()
    assert primary.server.waits
    assert Pact.read(primary.pact) == Pact("n1", ("n2",), "", "0-1-100")


def test_the_primary_waits_on_while_the_cluster_does_not_answer(whole: Cluster) -> None:
    lose(whole, "n2")
    whole.silent = True
    assert whole.nodes["n1"].monitor().code == 8
    assert whole.nodes["n1"].server.waits


def test_a_replica_that_was_struck_off_does_not_take_over(whole: Cluster) -> None:
    lose(whole, "n2")
    whole.nodes["n1"].monitor()
    whole.condition["n2"] = "online"
    lose(whole, "n1")
    node = whole.nodes["n2"]
    assert node.do("start").code == 0
    node.monitor()
    assert node.score is None
    outcome = promote(node)
    assert outcome.code == 1
    assert "those who have them all: n1" in outcome.reason


def test_a_former_primary_gives_its_claim_up_before_it_rolls_its_tail_back(whole: Cluster) -> None:
    node = whole.nodes["n1"]
    node.bodies.clear()
    assert node.do("start").code == 0
    assert Pact.read(node.pact) == Pact("", ("n2",), "", "0-1-100")
    assert "--init-rpl-role=SLAVE" in node.spawned[-1].argv


@pytest.mark.parametrize(
    ("version", "keeps"),
    [
        ("10.11.19-MariaDB", "--init-rpl-role=MASTER"),
        ("10.11.6-MariaDB", "--loose-rpl_semi_sync_slave_enabled=0"),
    ],
)
def test_a_former_primary_that_is_alone_keeps_its_log_whole(whole: Cluster, version: str, keeps: str) -> None:
    """Whatever the operator's file says: what is in it stands before the agent's own options."""
    lose(whole, "n2")
    node = whole.nodes["n1"]
    assert node.do("stop").code == 0
    node.programs["/usr/sbin/mariadbd"] = lambda *_: Finished(0, f"mysqld  Ver {version}")
    assert node.do("start").code == 0
    assert keeps in node.spawned[-1].argv
    assert "--init-rpl-role=SLAVE" not in node.spawned[-1].argv
    assert promote(node).code == 0


@pytest.mark.parametrize(
    "told",
    [Finished(127, "", "mariadbd: error while loading shared libraries: liburing.so.2"), Finished(0, "")],
    ids=["lacks a library", "says nothing"],
)
def test_a_program_that_is_no_server_is_named_at_the_start_and_still_stopped(
    whole: Cluster, told: Finished
) -> None:
    node = whole.nodes["n1"]
    assert node.do("stop").code == 0
    node.programs["/usr/sbin/mariadbd"] = lambda *_: told
    started = node.do("start")
    assert started.code == 1
    assert started.reason.startswith(f"binary={PARAMETERS['binary']}: --version: ")
    assert "internal error" not in started.reason
    assert node.do("stop").code == 0


def test_a_server_whose_program_broke_while_it_ran_is_stopped(whole: Cluster) -> None:
    node = whole.nodes["n1"]
    node.programs["/usr/sbin/mariadbd"] = lambda *_: Finished(126, "")
    del node.files[f"{node.run_directory}/clustermysql.mysql"]
    assert node.do("stop").code == 0
    assert node.bodies == {}


def test_a_former_primary_keeps_its_log_whole_while_its_standby_is_broken(whole: Cluster) -> None:
    whole.nodes["n2"].server.trouble = "Duplicate entry"
    assert whole.nodes["n2"].monitor().code == 190
    node = whole.nodes["n1"]
    node.bodies.clear()
    node.do("start")
    assert "--init-rpl-role=SLAVE" not in node.spawned[-1].argv
    assert promote(node).code == 0


def test_a_former_primary_comes_back_as_a_replica(whole: Cluster) -> None:
    lose(whole, "n1")
    promote(whole.nodes["n2"])
    whole.nodes["n2"].server.state = "0-1-100,0-2-110"
    whole.condition["n1"] = "online"
    assert whole.nodes["n1"].do("start").code == 0
    assert whole.nodes["n1"].server.source == "n2"
    settle(whole)
    assert whole.nodes["n1"].monitor().code == 0


def test_a_former_primary_with_extra_transactions_is_set_apart_and_names_them(whole: Cluster) -> None:
    lose(whole, "n1")
    promote(whole.nodes["n2"])
    whole.nodes["n2"].server.state = "0-1-100,0-2-110"
    node = whole.nodes["n1"]
    node.server.state = "0-1-103"
    whole.condition["n1"] = "online"
    node.do("start")
    outcome = node.monitor()
    assert outcome.code == 190
    assert "it has 0-1-101-103, which n2 has not" in outcome.reason
    assert node.server.source == ""
    assert node.score is None


def test_a_former_primary_whose_own_tail_was_rolled_back_asks_before_it_follows(whole: Cluster) -> None:
    lose(whole, "n1")
    whole.nodes["n2"].server.state = "0-1-101"
    promote(whole.nodes["n2"])
    node = whole.nodes["n1"]
    whole.condition["n1"] = "online"
    node.do("start")
    assert node.server.source == ""
    assert whole.reports["n1"].endswith(";asks")
    settle(whole)
    assert node.server.done.index("acknowledge") < node.server.done.index("follow n2")


def test_of_two_survivors_the_one_that_has_more_leads(cluster: Cluster) -> None:
    for node, state in zip(cluster.nodes.values(), ("0-1-90", "0-1-100")):
        node.server.state = state
        node.do("start")
    assert promote(cluster.nodes["n1"]).code == 1
    assert promote(cluster.nodes["n2"]).code == 0


def test_connections_in_use_are_degraded_and_keep_the_score(whole: Cluster) -> None:
    node = whole.nodes["n1"]
    node.server.error = "ERROR 1040 (HY000): Too many connections"
    assert node.monitor().code == 191
    assert node.score == "10000"


def test_a_suspended_primary_fails_as_promoted(whole: Cluster) -> None:
    node = whole.nodes["n1"]
    for body in node.bodies.values():
        body.state = "T"
    outcome = node.monitor()
    assert outcome.code == 9
    assert "suspended" in outcome.reason
    assert STOP not in {number for _, number in node.signals}


def test_a_dead_server_withdraws_its_claim(whole: Cluster) -> None:
    node = whole.nodes["n1"]
    node.bodies.clear()
    assert node.monitor().code == 7
    assert node.score is None


def test_stop_works_without_a_cluster_and_with_a_stale_pid_file(whole: Cluster) -> None:
    node = whole.nodes["n1"]
    whole.silent = True
    node.files["/run/mysqld/mysqld.pid"] = "4711\n"
    assert node.do("stop").code == 0
    assert not node.bodies
    assert node.do("stop").code == 0


@pytest.mark.parametrize("name", ["pid", "socket"])
def test_no_file_of_an_operator_is_removed_that_a_parameter_names_by_mistake(
    cluster: Cluster, name: str
) -> None:
    node = cluster.nodes["n1"]
    node.files["/etc/my.cnf"] = precious = "[mysqld]\n"
    wrong = {**PARAMETERS, name: "/etc/my.cnf"}
    if name == "pid":
        started = act(Mysql, "start", node, instance="clustermysql", timeout=60, **wrong)
        assert (started.code, started.reason.partition(":")[0]) == (5, "pid=/etc/my.cnf")
    assert act(Mysql, "stop", node, instance="clustermysql", **wrong).code == 0
    assert node.files["/etc/my.cnf"] == precious


def test_a_stop_removes_the_socket_and_the_pid_file_that_a_dead_server_left(whole: Cluster) -> None:
    node = whole.nodes["n1"]
    left = (PARAMETERS["socket"], PARAMETERS["pid"])
    node.files.update(dict.fromkeys(left, "4711\n"))
    node.bodies.clear()
    assert node.do("stop").code == 0
    assert not {*left} & {*node.files}


def test_stop_with_parameters_that_make_no_sense_still_stops(whole: Cluster) -> None:
    assert whole.nodes["n1"].do("stop", max_slave_lag="much", durability="perhaps").code == 0
    assert not whole.nodes["n1"].bodies


def test_a_lagging_replica_serves_no_readers_and_has_no_score(whole: Cluster) -> None:
    node = whole.nodes["n2"]
    node.server.lag = "4000"
    assert node.monitor().code == 190
    assert node.score is None
    assert whole.facts["n2/readable"] == "0"


def test_an_eviction_is_a_failure_and_no_ban(whole: Cluster) -> None:
    whole.nodes["n2"].server.lag = "4000"
    assert whole.nodes["n2"].monitor(evict_outdated_slaves="true").code == 1


STEPS = ("stop receiving", "forget", "acknowledge no more", "wait no more", "open")


@pytest.mark.parametrize("step", STEPS)
def test_a_promotion_cut_short_at_any_step_can_be_repeated(whole: Cluster, step: str) -> None:
    lose(whole, "n1")
    node = whole.nodes["n2"]
    node.server.breaks_after = step
    first = promote(node)
    if first.code:
        assert writable(whole) == [] or step == "open"
        node.do("demote")
        assert writable(whole) == []
        assert promote(node).code == 0
    assert writable(whole) == ["n2"]
    pact = Pact.read(node.pact)
    assert pact is not None
    assert (pact.primary, pact.standbys) == ("n2", ())


@pytest.mark.parametrize("option", [{"notify": "false"}, {"promoted_max": "2"}])
def test_validation_names_what_is_wrong_with_the_clone(cluster: Cluster, option: dict[str, Any]) -> None:
    outcome = cluster.nodes["n1"].do("validate-all", option, depth=10)
    assert outcome.code == 6
    assert next(iter(option)).replace("_", "-") in outcome.reason


def test_a_standby_that_was_off_and_is_alone_does_not_take_over(whole: Cluster) -> None:
    node = whole.nodes["n2"]
    reboot(node)
    node.server.source = "n1"
    lose(whole, "n1")
    node.do("start")
    seen = node.monitor()
    assert (seen.code, node.score) == (190, None)
    assert "its relay log was restarted" in seen.reason
    assert seen.reason.endswith("start n1")
    outcome = promote(node)
    assert outcome.code == 1
    assert "its relay log was restarted" in outcome.reason


def test_a_standby_that_was_off_takes_over_once_it_has_met_the_primary(whole: Cluster) -> None:
    node = whole.nodes["n2"]
    reboot(node)
    node.do("start")
    settle(whole)
    lose(whole, "n1")
    assert promote(node).code == 0


def test_a_former_primary_with_a_standby_leads_only_after_it_has_met_it(whole: Cluster) -> None:
    node = whole.nodes["n1"]
    reboot(node)
    lose(whole, "n2")
    node.do("start")
    assert promote(node).code == 1
    whole.condition["n2"] = "online"
    assert promote(node).code == 0


def test_a_former_primary_without_a_standby_leads_again_alone(whole: Cluster) -> None:
    node = whole.nodes["n1"]
    lose(whole, "n2")
    node.monitor()
    reboot(node)
    node.do("start")
    assert promote(node).code == 0
