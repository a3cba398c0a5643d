"""A drill of a running cluster: what it refuses, and what it says before anything is done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from support.command import called

from ocf_agents.agents.mysql import Mysql
from ocf_agents.cib import live, xml
from ocf_agents.cib.model import Configuration, Primitive
from ocf_agents.drill import staging
from ocf_agents.inspection.candidates import View
from ocf_agents.lab import LabError
from ocf_agents.mysql.pact import Pact

if TYPE_CHECKING:
    from pathlib import Path

VIEW = View("db", {}, "n1", pact=Pact("n1", ("n2",)))


def cluster(patch: pytest.MonkeyPatch, seen: View = VIEW, **parameters: str) -> None:
    """A running cluster that looks so."""
    resource = Primitive("db", "ocf:openstack:mysql", parameters)
    patch.setattr(staging, "view", lambda _: seen)
    patch.setattr(live, "query", str)
    patch.setattr(xml, "read", lambda _: Configuration(primitives=(resource,)))
    patch.setattr(staging, "check", never)


def never(*_: Any, **__: Any) -> str:
    raise AssertionError("nothing may be done")


def test_what_would_be_done_is_said_and_nothing_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    cluster(monkeypatch, writer_vip="10.0.0.9")
    said = called("drill", "cluster")
    assert said.code == 0
    assert "db: n1 leads, n2 may take over; applications write to 10.0.0.9" in said.out
    assert "crm_standby --node n1 --update on\n  crm_standby --node n1 --delete" in said.out


@pytest.mark.parametrize(
    ("seen", "words", "reason"),
    [
        (VIEW, ("--fault", "earthquake"), "earthquake: no such fault of a running cluster; take switchover"),
        (VIEW, (), "--address is needed: where do applications write?"),
        (
            View("db", {}, "n1", pact=Pact("n1")),
            ("--address", "x"),
            "has no primary with a standby on record",
        ),
        (View("db", {}, "", pact=Pact("n1", ("n2",))), ("--address", "x"), "has no primary with a standby"),
        (View("db", {}, "n2", pact=Pact("n1", ("n2",))), ("--address", "x"), "has no primary with a standby"),
        (View("db", {}, "n1"), ("--address", "x"), "has no primary with a standby"),
    ],
)
def test_a_drill_does_not_begin_where_a_failover_could_go_wrong(
    monkeypatch: pytest.MonkeyPatch, seen: View, words: tuple[str, ...], reason: str
) -> None:
    cluster(monkeypatch, seen)
    said = called("drill", "cluster", "--i-mean-it", *words)
    assert said.code == 2
    assert reason in said.err


def test_a_database_that_holds_something_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    cluster(monkeypatch, writer_vip="10.0.0.9")
    monkeypatch.setattr(staging, "ask", lambda *_: ["orders", "written"])
    said = called("drill", "cluster", "--i-mean-it", "--database", "shop")
    assert said.code == 2
    assert "database shop: holds orders, written; give the drill an empty one" in said.err


def test_a_server_is_killed_only_on_its_own_node(monkeypatch: pytest.MonkeyPatch) -> None:
    found = staging.Staging("db", "n1", ("n2",), "10.0.0.9", {}, "/run/db.pid")
    monkeypatch.setattr(staging, "check", lambda _: "n2\n")
    with pytest.raises(LabError, match="the primary is on n1, and this is n2"):
        staging.kill(found)


def test_the_servers_pid_is_read_where_the_agent_writes_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    cluster(monkeypatch, writer_vip="10.0.0.9")
    assert staging.look("", "").pidfile == Mysql.parameters["pid"].default
    cluster(monkeypatch, writer_vip="10.0.0.9", pid=str(tmp_path / "none.pid"))
    monkeypatch.setattr(staging, "check", lambda _: "n1\n")
    said = called("drill", "cluster", "--fault", "kill_server")
    assert (said.code, said.err) == (2, f"ocf-agents: {tmp_path}/none.pid: No such file or directory\n")
