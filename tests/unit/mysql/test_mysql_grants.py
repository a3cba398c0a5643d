"""An account that may not ask whom its server follows: that is not a server that follows nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from database import PARAMETERS, Cluster, Node, promote
from support.act import act

from ocf_agents.agents.mysql import Mysql
from ocf_agents.mysql.dialect import version
from ocf_agents.mysql.look import Login, withheld
from ocf_agents.system.run import Finished

if TYPE_CHECKING:
    from support.world import Call, World

LACKS = (
    "ERROR 1227 (42000) at line 4: Access denied; you need (at least one of) the SLAVE MONITOR privilege(s)"
)
WAY_OUT = "refuses the monitor: repl_user may not SHOW SLAVE STATUS; GRANT SLAVE MONITOR ON *.* TO repl_user@localhost"
OF_A_REPLICA = ("Master_", "Slave_", "Seconds_", "Gtid_IO_Pos", "Last_SQL")


def revoke(node: Node) -> None:
    """The client prints what it is allowed to see, and the refusal."""

    def client(world: World, call: Call) -> Finished:
        told = node.client(world, call).output.splitlines()
        return Finished(1, "\n".join(line for line in told if not line.startswith(OF_A_REPLICA)), LACKS)

    node.programs["/usr/bin/mysql"] = client


def test_a_replica_says_which_grant_it_lacks_and_goes_on_replicating(whole: Cluster) -> None:
    node = whole.nodes["n2"]
    told, reports = list(node.server.done), dict(whole.reports)
    revoke(node)
    outcome = node.monitor()
    assert outcome.code == 190
    assert WAY_OUT in outcome.reason
    assert (node.server.done, whole.reports) == (told, reports)


def test_the_primary_says_so_too_and_stays_open(whole: Cluster) -> None:
    node = whole.nodes["n1"]
    revoke(node)
    outcome = node.monitor()
    assert outcome.code == 191
    assert WAY_OUT in outcome.reason
    assert not node.server.read_only


def test_a_server_that_was_never_seen_to_follow_anybody_does_not_stand_for_election(cluster: Cluster) -> None:
    node = cluster.nodes["n1"]
    revoke(node)
    assert node.do("start").code == 0
    assert node.monitor().code == 190
    assert node.score is None


def test_a_replica_leads_with_what_it_has_received_though_the_client_may_not_see_it(whole: Cluster) -> None:
    """Promote asks as somebody who may open the server, and that one may also ask."""
    first, second = whole.nodes["n1"], whole.nodes["n2"]
    second.server.received, second.server.applying = "0-1-101", "No"
    revoke(second)
    first.do("demote")
    assert promote(second, demoting="n1").code == 0
    assert "0-1-101" in second.server.state


def test_validation_names_the_grant(cluster: Cluster) -> None:
    node = cluster.nodes["n1"]
    node.do("start")
    revoke(node)
    outcome = node.do("validate-all", depth=10)
    assert outcome.code == 6
    assert WAY_OUT in outcome.reason


def test_a_plain_server_does_without(cluster: Cluster) -> None:
    node = cluster.nodes["n1"]
    revoke(node)
    for action in ("start", "monitor"):
        assert act(Mysql, action, node, instance="clustermysql", timeout=60, **PARAMETERS).code == 0


@pytest.mark.parametrize(
    ("text", "way_out"),
    [
        ("10.5.8-MariaDB", "may not SHOW SLAVE STATUS; GRANT REPLICATION SLAVE ADMIN ON"),
        ("11.8.2-MariaDB", "may not SHOW SLAVE STATUS; GRANT SLAVE MONITOR ON"),
        ("5.7.44", "may not SHOW SLAVE STATUS; GRANT REPLICATION CLIENT ON"),
        ("8.4.6", "may not SHOW REPLICA STATUS; GRANT REPLICATION CLIENT ON"),
    ],
)
def test_the_grant_is_the_one_that_this_version_knows(text: str, way_out: str) -> None:
    assert way_out in withheld(Login("repl_user", "", "/run/mysqld/mysqld.sock"), version(text))
