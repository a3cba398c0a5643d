"""The cluster's record of the pact, when it is lost, edited or out of reach for a moment."""

from __future__ import annotations

import pytest
from database import Cluster, lose, promote, reboot, settle
from test_mysql_receipt import CONFIGURATION, RECORD, set_back

from ocf_agents.mysql.member import UNSEEN
from ocf_agents.mysql.pact import Pact


def delete(cluster: Cluster) -> None:
    """Somebody deletes the record."""
    del cluster.facts[RECORD]
    for node in cluster.nodes.values():
        node.files[CONFIGURATION] = f"deleted {node.clock}"


def test_what_a_person_decided_is_not_undone_by_the_former_primary_when_it_comes_back(whole: Cluster) -> None:
    former, node = whole.nodes["n1"], whole.nodes["n2"]
    former.clock += 1_000_000  # it had run for longer than the other one
    lose(whole, "n2")
    settle(whole)
    lose(whole, "n1")
    reboot(node, away=2_000_000)
    whole.condition["n2"] = "online"
    assert node.do("start").code == 0
    assert promote(node).code == 1
    delete(whole)
    assert promote(node).code == 0
    reboot(former, away=2_000_000)
    whole.condition["n1"] = "online"
    former.do("start")
    settle(whole)
    assert node.monitor().code == 8
    assert Pact.read(node.pact).primary == "n2"


def test_a_record_that_is_gone_is_made_anew_by_the_primary_that_is_open(whole: Cluster) -> None:
    old = Pact.read(whole.facts[RECORD])
    delete(whole)
    assert whole.nodes["n1"].monitor().code == 8
    assert Pact.read(whole.facts[RECORD]) == old


def test_a_record_that_a_person_deletes_stays_away_while_nobody_leads(whole: Cluster) -> None:
    lose(whole, "n2")
    settle(whole)
    node = whole.nodes["n1"]
    assert node.do("demote").code == 0
    delete(whole)
    node.monitor()
    assert RECORD not in whole.facts


def test_a_change_of_the_record_that_could_not_be_read_is_read_by_the_next_monitor(whole: Cluster) -> None:
    node = whole.nodes["n1"]
    set_back(whole, "primary=n2;standbys=;invited=;position=0-1-100;serial=99999999999")
    whole.silent = True
    assert node.monitor().code == 8
    whole.silent = False
    outcome = node.monitor()
    assert outcome.code == 9
    assert "the cluster's record names n2" in outcome.reason


def test_a_replica_that_could_not_read_that_it_was_struck_off_reads_it_at_the_next_monitor(
    whole: Cluster,
) -> None:
    node = whole.nodes["n2"]
    set_back(whole, "primary=n1;standbys=;invited=;position=0-1-100;serial=99999999999")
    whole.silent = True
    node.monitor()
    whole.silent = False
    node.monitor()
    assert node.score is None


def test_a_replica_tells_a_cluster_that_was_started_anew_how_far_it_is(whole: Cluster) -> None:
    node, known = whole.nodes["n2"], whole.reports["n2"]
    whole.reports.clear()
    node.monitor(interval=0)
    node.monitor()
    assert whole.reports["n2"] == known


STRUCK_OFF = "primary=n1;standbys=;invited=;position=0-1-100;serial=99999999999"
LOST = "primary=n1;standbys=;invited=;position=0-1-100"


@pytest.mark.parametrize(("name", "edited"), [("n2", STRUCK_OFF), ("n1", LOST)])
def test_a_node_without_a_copy_of_the_configuration_reads_the_record_anew_after_a_while(
    whole: Cluster, name: str, edited: str
) -> None:
    """A remote node and a bundle have none, so that nothing shows when it was edited."""
    node = whole.nodes[name]
    node.remove(CONFIGURATION)
    node.monitor()
    whole.facts[RECORD] = edited
    node.sleep(UNSEEN + 1)
    node.monitor()
    if name == "n2":
        assert node.score is None
    else:
        assert Pact.read(node.pact) == Pact("n1", ("n2",), "", "0-1-100")
