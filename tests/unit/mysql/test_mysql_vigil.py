"""A killed primary's claim does not outlive it until the next monitor; the ends that agents bring about are meant."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING

from database import PARAMETERS, Cluster, Node, promote
from support.act import act
from support.world import RUN, TERM

from ocf_agents.agents.mysql import Mysql
from ocf_agents.mysql.diagnosis import PROMOTED_SCORE
from ocf_agents.system import vigil

if TYPE_CHECKING:
    import pytest

    from ocf_agents.system.proc import Process
    from ocf_agents.system.spawn import Command

FILES = f"{RUN}/clustermysql"
NOTE = f"{FILES}.vigil"


def watched(node: Node) -> list[tuple[str, ...]]:
    """What those were told who wait for the server's end."""
    return [command.argv[3:4] for command in node.vigils]


def test_somebody_waits_for_the_end_of_a_server_from_its_start_on(cluster: Cluster) -> None:
    node = cluster.nodes["n1"]
    node.do("start")
    assert watched(node) == [(FILES,)]
    assert node.files[NOTE] == node.files[f"{FILES}.started"]
    (command,) = node.vigils
    assert command.account.name == "root"
    assert command.environment["OCF_RESOURCE_INSTANCE"] == "clustermysql"
    assert not any(PARAMETERS["replication_passwd"] in word for word in command.argv)


def test_nobody_waits_twice(whole: Cluster) -> None:
    node = whole.nodes["n1"]
    node.do("start")
    assert len(node.vigils) == 1


def test_a_plain_server_has_no_claim_that_could_outlive_it(cluster: Cluster) -> None:
    node = cluster.nodes["n1"]
    act(Mysql, "start", node, instance="clustermysql", timeout=60, **PARAMETERS)
    assert node.vigils == []


def test_a_server_that_ran_before_it_was_cloned_is_waited_for_once_it_leads(cluster: Cluster) -> None:
    node = cluster.nodes["n1"]
    act(Mysql, "start", node, instance="clustermysql", timeout=60, **PARAMETERS)
    node.server.read_only = True
    assert promote(node).code == 0
    assert watched(node) == [(FILES,)]


def test_the_look_at_a_servers_end_withdraws_its_claim(whole: Cluster) -> None:
    node = whole.nodes["n1"]
    node.bodies.clear()
    assert node.score == str(PROMOTED_SCORE)
    assert node.do("monitor").code == 7
    assert node.score is None


def test_a_stop_means_the_end_before_it_sends_the_first_signal(
    whole: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    node, seen = whole.nodes["n1"], []
    signal = Node.signal

    def look_and_signal(self: Node, process: Process, number: int) -> None:
        seen.append((number, NOTE in self.files))
        signal(self, process, number)

    monkeypatch.setattr(Node, "signal", look_and_signal)
    assert node.do("stop").code == 0
    assert seen[0] == (TERM, False)


def test_a_server_that_nobody_can_wait_for_runs_all_the_same(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    spawn = Node.spawn

    def fail(self: Node, command: Command, output: str) -> int:
        if vigil.__file__ in command.argv:
            raise OSError(errno.EAGAIN, "Resource temporarily unavailable")
        return spawn(self, command, output)

    monkeypatch.setattr(Node, "spawn", fail)
    done = cluster.nodes["n1"].do("start")
    assert done.code == 0
    (line,) = done.lines("WARNING")
    assert "Resource temporarily unavailable; should the server end" in line
    assert NOTE not in cluster.nodes["n1"].files
