"""The primary's monitor is cut short between two steps, and the next one goes on from there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Callable

import pytest
from database import Cluster, Node, lose, settle
from test_mysql_receipt import CONFIGURATION

from ocf_agents.mysql.member import Member
from ocf_agents.mysql.pact import Pact

if TYPE_CHECKING:
    from support.world import Call, World

    from ocf_agents.system.run import Finished


class Ended(BaseException):
    """Pacemaker has ended the agent."""


def ends_after(step: Callable[..., Any]) -> Callable[..., Any]:
    """A step that is done, and is the last thing that is."""

    def last(*given: Any) -> None:
        step(*given)
        raise Ended

    return last


def standbys(cluster: Cluster) -> tuple[str, ...]:
    """Who may take over, by the record."""
    pact = Pact.read(cluster.nodes["n1"].pact)
    assert pact
    return pact.standbys


def returned(cluster: Cluster, name: str) -> Node:
    """A node that was off is back, and its replica is at work."""
    node = cluster.nodes[name]
    cluster.condition[name] = "online"
    assert node.do("start").code == 0
    node.monitor()
    return node


def test_a_replica_that_comes_back_has_to_catch_up_also_if_the_monitor_ends_when_writes_begin_to_wait(
    whole: Cluster,
) -> None:
    primary = whole.nodes["n1"]
    lose(whole, "n2")
    settle(whole)
    replica = returned(whole, "n2")
    primary.monitor()
    replica.monitor()
    primary.server.state = "0-1-500"  # confirmed by the primary alone
    primary.server.breaks_after = "wait"
    primary.monitor()
    assert primary.server.waits
    primary.monitor()
    assert standbys(whole) == ()
    replica.server.state = "0-1-500"
    settle(whole)
    assert standbys(whole) == ("n2",)


COUNT = "Rpl_semi_sync_master_yes_tx"


def with_third(cluster: Cluster) -> Node:
    """n1, with n3 as a replica on record beside n2."""
    primary, third = cluster.nodes["n1"], Node("n3", cluster)
    third.server.state = "0-1-100"
    primary.server.variables[COUNT] = "10"
    assert third.do("start").code == 0
    settle(cluster)
    assert standbys(cluster) == ("n2", "n3")
    return primary


def test_a_lost_standby_stays_on_record_also_if_the_monitor_ended_that_entered_it(
    whole: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    primary, third = whole.nodes["n1"], Node("n3", whole)
    third.server.state = "0-1-100"
    primary.server.variables[COUNT] = "10"
    assert third.do("start").code == 0
    with monkeypatch.context() as broken:
        broken.setattr(Member, "conclude", ends_after(Member.conclude))
        with pytest.raises(Ended):
            primary.monitor()
    primary.files[CONFIGURATION] = "changed"
    assert standbys(whole) == ("n2", "n3")
    primary.server.variables[COUNT] = "20"  # n3 has acknowledged, and is gone
    lose(whole, "n3")
    primary.monitor()
    assert standbys(whole) == ("n2", "n3")
    primary.server.variables[COUNT] = "21"
    primary.monitor()
    assert standbys(whole) == ("n2",)


def test_an_acknowledgement_of_the_last_moment_of_a_standby_proves_nothing_of_another(whole: Cluster) -> None:
    primary = with_third(whole)
    lose(whole, "n3")

    def later(world: World, call: Call) -> Finished:
        # After the look at the server, and before the one at its replicas.
        primary.server.variables[COUNT] = "11"
        return primary.crm_mon(world, call)

    primary.install("/usr/sbin/crm_mon", later)
    primary.monitor()
    primary.monitor()
    assert standbys(whole) == ("n2", "n3")
    primary.server.variables[COUNT] = "12"
    primary.monitor()
    assert standbys(whole) == ("n2",)
