"""Replicas that leave something out, or apply it later: their position says more than they have."""

from __future__ import annotations

import pytest
from database import Cluster, lose, promote, settle, writable

PARTIAL = {
    "Replicate_Rewrite_DB: (nova,cinder)": "replicate_rewrite_db=(nova,cinder)",
    "Replicate_Ignore_DB: scratch": "replicate_ignore_db=scratch",
    "Replicate_Wild_Do_Table: nova.%": "replicate_wild_do_table=nova.%",
    "Replicate_Do_Domain_Ids: 7": "replicate_do_domain_ids=7",
    "SQL_Delay: 3600": "sql_delay=3600",
    "Variable_name: slave_skip_errors\n Value: 1062": "slave_skip_errors=1062",
    "Variable_name: replica_skip_errors\n Value: ALL": "slave_skip_errors=ALL",
}


@pytest.mark.parametrize("line", PARTIAL)
def test_a_replica_that_is_told_to_leave_something_out_or_for_later_is_no_candidate(
    whole: Cluster, line: str
) -> None:
    node = whole.nodes["n2"]
    node.server.more = [line]
    outcome = node.monitor()
    assert (outcome.code, node.score) == (190, None)
    assert PARTIAL[line] in outcome.reason
    lose(whole, "n1")
    assert promote(node).code == 1
    assert writable(whole) == []


def test_errors_that_a_primary_would_pass_over_as_a_replica_do_not_keep_it_from_leading(
    whole: Cluster,
) -> None:
    node = whole.nodes["n1"]
    node.server.variables["slave_skip_errors"] = "1062"
    assert node.do("demote").code == 0
    assert promote(node).code == 0
    assert node.monitor().code == 8


def test_a_replica_that_leaves_something_out_never_becomes_a_standby(cluster: Cluster) -> None:
    cluster.nodes["n2"].server.more = ["Replicate_Ignore_DB: scratch"]
    for node in cluster.nodes.values():
        node.server.state = "0-1-100"
        node.do("start")
    promote(cluster.nodes["n1"])
    settle(cluster)
    assert "standbys=;" in cluster.nodes["n1"].pact
