"""A relay log that was thrown away: whoever lost what it had acknowledged does not lead."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from database import lose, promote, reboot, settle

from ocf_agents.mysql.pact import Pact
from ocf_agents.system.run import Finished

if TYPE_CHECKING:
    from database import Cluster, Node


def restart_replication(node: Node) -> None:
    """STOP SLAVE and START SLAVE by hand, while the primary does not answer: the relay log is gone."""
    node.server.replica("STOP")
    node.server.replica("START")
    node.server.receiving = "Connecting"


def test_a_standby_whose_replication_was_restarted_by_hand_does_not_lead_without_what_it_confirmed(
    whole: Cluster,
) -> None:
    node = whole.nodes["n2"]
    node.server.received, node.server.trouble = "0-1-150", "Duplicate entry '7' for key 'PRIMARY'"
    node.monitor()
    lose(whole, "n1")
    node.server.trouble = ""
    restart_replication(node)
    node.monitor()
    outcome = promote(node)
    assert outcome.code == 1
    assert "its relay log was restarted" in outcome.reason
    assert node.score is None


def forget_by_hand(node: Node) -> None:
    """RESET SLAVE ALL: nobody is followed, and the relay log is gone."""
    node.server.source = node.server.receiving = node.server.applying = node.server.received = ""


def test_a_standby_that_was_made_to_forget_its_source_by_hand_does_not_lead(whole: Cluster) -> None:
    node = whole.nodes["n2"]
    node.server.received, node.server.trouble = "0-1-150", "Duplicate entry '7' for key 'PRIMARY'"
    node.monitor()
    lose(whole, "n1")
    node.server.trouble = ""
    forget_by_hand(node)
    node.monitor()
    assert node.score is None
    outcome = promote(node)
    assert outcome.code == 1
    assert "its relay log was restarted" in outcome.reason


def test_a_standby_whose_data_were_put_back_from_an_old_copy_does_not_lead(whole: Cluster) -> None:
    node, primary = whole.nodes["n2"], whole.nodes["n1"]
    reboot(node)
    forget_by_hand(node)
    node.server.state = "0-1-50"
    primary.bodies.clear()
    node.do("start")
    node.monitor()
    lose(whole, "n1")
    outcome = promote(node)
    assert outcome.code == 1
    assert "its relay log was restarted" in outcome.reason


def test_a_standby_that_made_itself_forget_its_source_while_it_took_over_still_leads(whole: Cluster) -> None:
    node = whole.nodes["n2"]
    node.server.received, node.server.applying = "0-1-150", "No"
    lose(whole, "n1")
    node.server.breaks_after = "forget"
    assert promote(node).code == 1
    assert node.server.source == ""
    node.bodies.clear()
    node.do("stop")
    node.do("start")
    assert promote(node).code == 0


def test_a_standby_whose_replication_was_restarted_leads_once_the_primary_has_vouched_for_it(
    whole: Cluster,
) -> None:
    node, primary = whole.nodes["n2"], whole.nodes["n1"]
    restart_replication(node)
    node.server.receiving = "Yes"
    primary.server.state = "0-1-150"
    node.monitor()
    assert Pact.read(node.pact) is not None
    assert ";torn" in whole.reports["n2"]
    node.server.state = "0-1-150"
    settle(whole)
    assert ";torn" not in whole.reports["n2"]
    lose(whole, "n1")
    assert promote(node).code == 0


def test_a_standby_whose_server_was_killed_applies_its_relay_log_and_leads(whole: Cluster) -> None:
    node = whole.nodes["n2"]
    node.server.received = "0-1-150"
    lose(whole, "n1")
    node.bodies.clear()
    assert node.do("stop").code == 0
    assert node.do("start").code == 0
    assert node.server.state == "0-1-150"
    assert promote(node).code == 0
    assert "0-1-150" in node.pact


@pytest.mark.parametrize(("recovers", "code"), [(False, 0), (True, 1)])
@pytest.mark.parametrize("version", ["8.4.6 for Linux on x86_64", "10.11.19-MariaDB"])
def test_a_standby_whose_server_was_started_again_leads_if_that_kept_its_relay_log(
    whole: Cluster, version: str, recovers: bool, code: int
) -> None:
    node = whole.nodes["n2"]
    node.programs["/usr/sbin/mariadbd"] = lambda *_: Finished(0, f"mysqld  Ver {version}")
    node.server.received = "0-1-150"
    node.server.recovers = recovers
    lose(whole, "n1")
    node.bodies.clear()
    assert node.do("stop").code == 0
    assert node.do("start").code == 0
    assert promote(node).code == code


def test_a_standby_whose_receiver_was_refused_by_the_shortened_primary_still_leads(whole: Cluster) -> None:
    node = whole.nodes["n2"]
    node.server.received = node.server.state = "0-1-150"
    node.monitor()
    lose(whole, "n1")
    node.server.receiving = "No"
    assert node.monitor().code == 0
    assert promote(node).code == 0
    assert node.server.state == "0-1-150"


def test_a_closed_primary_does_not_take_back_where_its_writes_end(whole: Cluster) -> None:
    primary = whole.nodes["n1"]
    primary.server.state = "0-1-150"
    primary.do("demote")
    closed = whole.reports["n1"]
    assert closed.endswith("closed")
    primary.notify("pre-promote", promote="n2", demote="n1")
    assert whole.reports["n1"] == closed


def test_the_last_one_left_tells_nobody_before_its_promotion_and_loses_no_time(whole: Cluster) -> None:
    node = whole.nodes["n2"]
    lose(whole, "n1")
    before, receiving = whole.reports["n2"], node.server.receiving
    node.notify("pre-promote", promote="n2", active="n2")
    assert (whole.reports["n2"], node.server.receiving) == (before, receiving)
    node.notify("pre-promote", promote="n2", active="n1 n2")
    assert whole.reports["n2"] != before
    assert promote(node).code == 0


def test_a_torn_standby_does_not_count_as_heard(whole: Cluster) -> None:
    node, torn = whole.nodes["n2"], "n3"
    whole.facts["clustermysql_PACT"] = "primary=n1;standbys=n2,n3;invited=;position=;serial=99999999999"
    lose(whole, "n1")
    whole.reports[torn] = ";;0-1-100;torn"
    outcome = promote(node)
    assert outcome.code == 1
    assert "n3 may hold acknowledged writes" in outcome.reason


RECORD, CONFIGURATION = "clustermysql_PACT", "/var/lib/pacemaker/cib/cib.xml"


def set_back(cluster: Cluster, text: str) -> None:
    """Somebody edits the configuration and writes back what it was some time ago."""
    cluster.facts[RECORD] = text
    for node in cluster.nodes.values():
        node.files[CONFIGURATION] = f"edited {node.clock}"


def test_a_pact_that_an_edit_of_the_configuration_set_back_is_put_in_force_again(whole: Cluster) -> None:
    old = whole.facts[RECORD]
    lose(whole, "n2")
    settle(whole)
    alone = whole.facts[RECORD]
    assert Pact.read(alone) == Pact("n1", (), "", "0-1-100")
    set_back(whole, old)
    settle(whole)
    assert whole.facts[RECORD] == alone


def test_a_replica_that_saw_that_it_was_struck_off_does_not_lead_on_a_record_that_was_set_back(
    whole: Cluster,
) -> None:
    old, node = whole.facts[RECORD], whole.nodes["n2"]
    whole.facts[RECORD] = "primary=n1;standbys=;invited=;position=0-1-100;serial=99999999999"
    node.files[CONFIGURATION] = "struck off"
    node.monitor()
    lose(whole, "n1")
    set_back(whole, old)
    outcome = promote(node)
    assert outcome.code == 1
    assert "acknowledged writes may be lacking here" in outcome.reason


def test_a_primary_that_lost_power_puts_a_record_in_force_again_that_was_set_back_meanwhile(
    whole: Cluster,
) -> None:
    old, node = whole.facts[RECORD], whole.nodes["n1"]
    lose(whole, "n2")
    settle(whole)
    alone = whole.facts[RECORD]
    reboot(node)
    set_back(whole, old)
    assert node.do("start").code == 0
    assert whole.facts[RECORD] == alone


def test_a_primary_whose_split_is_over_steps_down_if_the_other_side_went_on_record_later(
    whole: Cluster,
) -> None:
    node, other = whole.nodes["n1"], whole.nodes["n2"]
    node.server.state = "0-1-150"
    other.server.state = "0-1-100,0-2-120"
    set_back(whole, "primary=n2;standbys=;invited=;position=0-1-100;serial=99999999999")
    outcome = node.monitor()
    assert outcome.code == 9
    assert "the cluster's record names n2" in outcome.reason
    assert node.do("demote").code == 0
    assert node.server.read_only


def test_the_loser_of_a_split_is_set_apart_also_if_the_winner_has_written_more_than_it_did(
    whole: Cluster,
) -> None:
    node = whole.nodes["n2"]
    assert node.do("stop").code == 0
    whole.nodes["n1"].server.state = "0-1-400"
    node.server.state = "0-1-100,0-2-120"
    node.do("start")
    outcome = node.monitor()
    assert outcome.code == 190
    assert "it has 0-2-101-120, which n1 has not" in outcome.reason
    assert node.score is None
