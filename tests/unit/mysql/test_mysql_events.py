"""Events, which a MariaDB that is closed would run on: its read_only stops nobody with enough rights."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from database import VERSION, Cluster, promote, settle
from scripted import talk, usual

from ocf_agents.system.run import Finished

if TYPE_CHECKING:
    from support.world import Call, World

ON, OFF = "SET GLOBAL event_scheduler = 1", "SET GLOBAL event_scheduler = 0"


def configure(cluster: Cluster, told: str) -> None:
    """Every server's configuration has this."""

    def answer(_world: World, call: Call) -> Finished:
        return Finished(
            0, f"would have been started with:\n{told}" if call.argv[-1] != "--version" else VERSION
        )

    for node in cluster.nodes.values():
        node.programs["/usr/sbin/mariadbd"] = answer


@pytest.mark.parametrize(
    ("told", "wanted"),
    [
        ("--log-bin=b --event_scheduler=ON", True),
        ("--event-scheduler", True),
        ("--event-scheduler=1", True),
        ("--event_scheduler=ON --event_scheduler=OFF", False),
        ("--log-bin=b", False),
    ],
)
def test_events_run_where_they_are_wanted_and_only_while_the_server_is_open(
    cluster: Cluster, told: str, wanted: bool
) -> None:
    configure(cluster, told)
    for node in cluster.nodes.values():
        node.server.state = "0-1-100"
        assert node.do("start").code == 0
        assert "--event-scheduler=OFF" in node.spawned[-1].argv
    assert promote(cluster.nodes["n1"]).code == 0
    settle(cluster)
    done = cluster.nodes["n1"].server.done
    assert (ON in done) == wanted
    assert not wanted or done.index("open") < done.index(ON)
    assert ON not in cluster.nodes["n2"].server.done


@pytest.mark.parametrize(
    ("text", "runs", "stopped"),
    [("10.11.19-MariaDB", "ON", True), ("10.11.19-MariaDB", "DISABLED", False), ("8.4.6", "ON", False)],
)
def test_a_mariadb_that_closes_runs_no_events_any_more(
    monkeypatch: pytest.MonkeyPatch, text: str, runs: str, stopped: bool
) -> None:
    def answer(statement: str, values: tuple[Any, ...]) -> list[tuple[Any, ...]]:
        return [(runs,)] if statement.endswith("event_scheduler") else usual(statement, values)

    server, script = talk(monkeypatch, text, answer)
    server.close_writes(lambda: 10.0)
    told = script.statements
    assert (OFF in told) == stopped
    assert not stopped or told.index("SET GLOBAL read_only = 1") < told.index(OFF)
