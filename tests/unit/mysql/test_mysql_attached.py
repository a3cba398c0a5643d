"""The primary knows its replicas by what its server calls their hosts."""

from __future__ import annotations

import pytest
from database import RESOURCE, Cluster, Node, lose, settle

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
