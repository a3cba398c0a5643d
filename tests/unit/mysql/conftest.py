"""A cluster of two nodes in memory, with and without a primary."""

from __future__ import annotations

import copy

import pytest
import rebuilding
from database import Cluster, Node, converse, promote, settle

from ocf_agents.mysql.pact import Pact


@pytest.fixture
def cluster(monkeypatch: pytest.MonkeyPatch) -> Cluster:
    cluster = Cluster()
    converse(monkeypatch, cluster)
    for name in ("n1", "n2"):
        Node(name, cluster)
    return cluster


@pytest.fixture(scope="session")
def settled() -> Cluster:
    """A whole cluster to copy: to bring it about costs more than most tests of it."""
    cluster = Cluster()
    with pytest.MonkeyPatch.context() as monkeypatch:
        converse(monkeypatch, cluster)
        for name in ("n1", "n2"):
            Node(name, cluster)
        for node in cluster.nodes.values():
            node.server.state = "0-1-100"
            assert node.do("start").code == 0
        assert promote(cluster.nodes["n1"]).code == 0
        settle(cluster)
    for node in cluster.nodes.values():
        node.calls.clear()
    assert Pact.read(cluster.nodes["n1"].pact) == Pact("n1", ("n2",), "", "0-1-100")
    return cluster


@pytest.fixture
def whole(monkeypatch: pytest.MonkeyPatch, settled: Cluster) -> Cluster:
    """n1 is the primary, n2 a standby on record."""
    cluster = copy.deepcopy(settled)
    converse(monkeypatch, cluster)
    return cluster


@pytest.fixture
def parted(whole: Cluster) -> Cluster:
    """n1 leads alone, n2 is set apart, and both may rebuild each other."""
    rebuilding.equip(whole)
    rebuilding.part(whole)
    assert whole.nodes["n1"].pact.startswith("primary=n1;standbys=;")
    return whole
