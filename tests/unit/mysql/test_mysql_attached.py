"""The primary knows its replicas by what its server calls their hosts."""

from __future__ import annotations

import pytest
from database import RESOURCE, Cluster, Node, lose, settle
from rebuilding import donation, request, turn

from ocf_agents.mysql.pact import Pact

KNOWN = {"n2": {"10.0.0.2"}, "n2.example.com": {"10.0.0.2", "2001:db8::2"}}


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("", "10.0.0.2"),
        ("", "n2.example.com"),
        ("10.0.0.2", "10.0.0.2"),
        ("10.0.0.2", "n2.example.com"),
        ("2001:db8::2", "2001:db8::2"),
        ("2001:db8::2", "n2.example.com"),
        ("n2.example.com", "10.0.0.2"),
        ("n2.example.com", "2001:db8::2"),
    ],
)
def test_a_replica_becomes_a_standby_whatever_its_host_is_called(
    whole: Cluster, monkeypatch: pytest.MonkeyPatch, given: str, shown: str
) -> None:
    """Without skip_name_resolve a server shows a name, and that is rarely the one of the cluster."""
    monkeypatch.setattr(Node, "addresses", lambda _, name: KNOWN.get(name, {name}))
    server, replica = whole.nodes["n1"].server, whole.nodes["n2"].server
    monkeypatch.setattr(
        server, "dump_hosts", lambda: (shown,) if (replica.source, replica.receiving) == ("n1", "Yes") else ()
    )
    if given:
        whole.facts[f"n2/{RESOURCE}_mysql_master_IP"] = given
    lose(whole, "n2")
    settle(whole)
    assert Pact.read(whole.nodes["n1"].pact).standbys == ()
    whole.condition["n2"] = "online"
    assert whole.nodes["n2"].do("start").code == 0
    settle(whole)
    assert Pact.read(whole.nodes["n1"].pact).standbys == ("n2",)


def test_an_acknowledgement_of_a_server_that_is_no_member_is_told(
    whole: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    primary = whole.nodes["n1"]
    monkeypatch.setattr(primary.server, "dump_hosts", lambda: ("n2", "10.9.9.9"))
    assert primary.monitor().lines("WARNING") == []
    primary.server.variables["Rpl_semi_sync_master_clients"] = "2"
    (line,) = primary.monitor().lines("WARNING")
    assert "10.9.9.9" in line
    assert "acknowledge" in line
    assert Pact.read(primary.pact).standbys == ("n2",)


def stranger(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> Node:
    """The primary, from which a server replicates that is no node of the cluster and acknowledges nothing."""
    primary = cluster.nodes["n1"]
    known = primary.server.dump_hosts
    monkeypatch.setattr(primary.server, "dump_hosts", lambda: (*known(), "10.9.9.9"))
    return primary


def requests(node: Node) -> list[str]:
    """The cluster's tools that one monitor calls."""
    before = len(node.calls)
    assert node.monitor().code == 8
    return [call.argv[0] for call in node.calls[before:] if "mysql" not in call.argv[0]]


def test_a_primary_with_a_replica_outside_of_the_cluster_is_at_rest_with_it(
    whole: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    primary = stranger(whole, monkeypatch)
    assert requests(primary)
    assert not requests(primary)
    lose(whole, "n2")
    settle(whole)
    assert Pact.read(primary.pact).standbys == ()
    assert not requests(primary)
    whole.condition["n2"] = "online"
    assert whole.nodes["n2"].do("start").code == 0
    settle(whole)
    assert Pact.read(primary.pact).standbys == ("n2",)
    assert not requests(primary)


def test_a_standby_that_goes_is_missed_though_a_stranger_comes(
    whole: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    primary = whole.nodes["n1"]
    settle(whole)
    lose(whole, "n2")
    stranger(whole, monkeypatch)
    assert primary.monitor().code == 8
    assert Pact.read(primary.pact).standbys == ()


def test_a_node_that_pacemaker_left_while_its_server_went_on_is_welcome_when_it_is_back(
    whole: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its server replicates all the time, and is not taken for a stranger's meanwhile."""
    primary = stranger(whole, monkeypatch)
    settle(whole)
    whole.condition["n2"] = "clean"
    for _ in range(3):
        primary.monitor()
    whole.condition["n2"] = "online"
    settle(whole)
    assert Pact.read(primary.pact).standbys == ("n2",)


def test_a_replica_outside_of_the_cluster_does_not_stand_for_one_that_is_to_be_rebuilt(
    parted: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    primary = stranger(parted, monkeypatch)
    turn(parted, 2)
    asked = request(parted)
    assert asked
    assert donation(primary).session == asked.session
