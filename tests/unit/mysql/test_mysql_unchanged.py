"""A replica with nothing to do is found unchanged for little, and whatever else there is goes the long way."""

from __future__ import annotations

import os
from typing import Any, Callable

import pytest
from database import META, PARAMETERS, RESOURCE, Cluster, Node, promote
from support.world import RUN

from ocf_agents.mysql.member import CONFIGURATION, UNSEEN
from ocf_agents.system import plan, run, statements, unchanged

PLAN = f"{RUN}/{RESOURCE}.plan"
MEMORY = f"{RUN}/{RESOURCE}.mysql"


@pytest.fixture(params=[True, False], ids=["without the client", "through the client"])
def replica(whole: Cluster, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Node:
    """A standby that the same Pacemaker has asked twice; the short way looks at its world."""
    node = whole.nodes["n2"]
    node.open_to_us = request.param
    node.run_process("/usr/lib/pacemaker/pacemaker-execd", pid=os.getppid(), user="root")
    assert [node.monitor().code for _ in range(2)] == [0, 0]
    monkeypatch.setattr(unchanged, "read", node.read_bytes)
    monkeypatch.setattr(unchanged, "stamp", node.stamp)
    monkeypatch.setattr(run, "run", node.run)
    monkeypatch.setattr(statements, "answers", node.query)
    monkeypatch.setattr(unchanged, "monotonic", node.now)
    monkeypatch.setattr(unchanged, "beats", lambda pid, since: alive(node, pid, since))
    return node


def alive(node: Node, pid: int, since: int) -> bool:
    process = node.process(pid)
    return process is not None and process.started == since


def holds(node: Node, level: int = 0, **differently: str) -> bool:
    """Whether the short way of a recurring monitor answers."""
    meta = {**META, "on_node": node.name, "interval": "10000", "timeout": "60000"}
    environment = {
        **{f"OCF_RESKEY_{name}": value for name, value in PARAMETERS.items()},
        **{f"OCF_RESKEY_CRM_meta_{name}": value for name, value in meta.items()},
        **{f"OCF_RESKEY_CRM_meta_{name}": value for name, value in differently.items()},
    }
    known = plan.load(node.read_bytes(PLAN))
    return known is not None and unchanged.unchanged(known, level, environment)


def calls(node: Node, since: int) -> list[str]:
    return [call.argv[0].rpartition("/")[2] for call in node.calls[since:]]


def test_an_unchanged_replica_asks_its_server_and_the_cluster_nothing(replica: Node) -> None:
    files = dict(replica.files)
    looks, table = [PARAMETERS["replication_user"]], [PARAMETERS["test_user"]]
    for level, users in ((0, looks), (1, looks + table)):
        before = len(replica.calls)
        replica.logins.clear()
        assert holds(replica, level)
        if replica.open_to_us:
            assert not calls(replica, before)
            assert [user for user, _ in replica.logins] == users
        else:
            assert calls(replica, before) == ["mysql"] * len(users)
    assert replica.files == files, "and writes nothing"


def test_no_secret_is_in_the_plan_and_both_are_given_to_the_server(replica: Node) -> None:
    secrets = [PARAMETERS[name] for name in ("replication_passwd", "test_passwd")]
    assert not [secret for secret in secrets if secret in replica.files[PLAN]]
    before = len(replica.calls)
    replica.logins.clear()
    assert holds(replica, level=1)
    if replica.open_to_us:
        assert [password for _, password in replica.logins] == secrets
        return
    given = [call.stdin for call in replica.calls[before:]]
    assert r'password="s3cret repl' + r"'\"" in given[0]
    assert 'password="s3cret test"' in given[1]


@pytest.mark.parametrize("replica", [True], indirect=True)
def test_a_server_that_wants_another_login_by_now_is_asked_through_the_client(replica: Node) -> None:
    replica.open_to_us = False
    assert not holds(replica)
    replica.sleep(61)
    assert replica.monitor().code == 0
    assert holds(replica, level=1)


def test_a_replica_that_works_is_unchanged_as_long_as_it_keeps_up(replica: Node) -> None:
    replica.server.state, replica.server.received = "0-1-2000", "0-1-2001"
    replica.server.lag = "3600"
    assert holds(replica)
    for lag in ("3601", "NULL", ""):
        replica.server.lag = lag
        assert not holds(replica), lag


Change = Callable[[Node], Any]


def remembers(name: str, value: str) -> Change:
    """What the agent remembers is another."""

    def change(node: Node) -> None:
        lines = dict(line.split("=", 1) for line in node.files[MEMORY].splitlines())
        node.files[MEMORY] = "".join(f"{k}={v}\n" for k, v in {**lines, name: value}.items())

    return change


def serves(**values: Any) -> Change:
    """The server says something else."""

    def change(node: Node) -> None:
        assert all(getattr(node.server, name) != value for name, value in values.items())
        vars(node.server).update(values)

    return change


def gone(*_: object) -> Any:
    raise FileNotFoundError(2, "No such file or directory")


CHANGES: dict[str, Change] = {
    "it was opened by hand": serves(read_only=False),
    "it lost its source": serves(receiving="Connecting"),
    "its receiver was stopped": serves(receiving="No"),
    "its applier was stopped": serves(applying="No"),
    "it cannot apply": serves(trouble="Duplicate entry"),
    "it follows another one": serves(source="n7"),
    "it follows nobody": serves(source=""),
    "it acknowledges no more": serves(acknowledges=False),
    "it waits for others": serves(waits=True),
    "its receiver is a new one": serves(receiver=99),
    "its applier is a new one": serves(applier=99),
    "it is told to leave something out": serves(more=["Replicate_Do_DB: app"]),
    "it refuses the login": serves(error="ERROR 1045 (28000): Access denied"),
    "it has no connection left": serves(error="ERROR 1040 (HY000): Too many connections"),
    "it was set apart": remembers("quarantine", "it has 0-2-7"),
    "it may not lead": remembers("eligible", "0"),
    "the cluster has to be told": remembers("claim", ""),
    "the cluster was edited": lambda node: node.files.update({CONFIGURATION: "<cib edited=''/>"}),
    "promote opened it": lambda node: node.files.update({f"{MEMORY}.opened": "101:5"}),
    "the pact was not met": lambda node: node.remove(f"{MEMORY}.met"),
    "the receipt is gone": lambda node: node.remove(f"{MEMORY}.receipt"),
    "another server runs": lambda node: node.files.update({PARAMETERS["pid"]: "4711\n"}),
    "another Pacemaker asks": lambda node: setattr(node.bodies[os.getppid()], "started", 1),
    "the claim is old": lambda node: node.sleep(601),
    "nothing is there to ask": lambda node: vars(node).update(
        open_to_us=False, programs={"/usr/bin/mysql": gone}
    ),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=list(CHANGES))
def test_one_change_sends_a_monitor_the_long_way(replica: Node, change: Change) -> None:
    assert holds(replica)
    change(replica)
    assert not holds(replica)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("interval", "0"),
        ("interval", ""),
        ("timeout", ""),
        ("promoted_max", ""),
        ("on_node", "n1"),
        ("notify", ""),
    ],
)
def test_a_probe_and_a_call_of_another_resource_go_the_long_way(replica: Node, name: str, value: str) -> None:
    assert not holds(replica, **{name: value})


def test_a_node_without_a_copy_of_the_configuration_goes_the_long_way_once_a_minute(replica: Node) -> None:
    """A remote node and a bundle have none."""
    replica.sleep(UNSEEN + 1)
    assert holds(replica)
    replica.remove(CONFIGURATION)
    assert not holds(replica)
    assert replica.monitor().code == 0
    assert holds(replica)
    replica.sleep(UNSEEN + 1)
    assert not holds(replica)


def test_a_primary_and_a_server_with_a_next_step_have_no_plan(whole: Cluster) -> None:
    for node in whole.nodes.values():
        node.run_process("/usr/lib/pacemaker/pacemaker-execd", pid=os.getppid(), user="root")
    primary, other = whole.nodes["n1"], whole.nodes["n2"]
    assert [primary.monitor().code for _ in range(2)] == [8, 8]
    assert PLAN not in primary.files
    assert [other.monitor().code for _ in range(2)] == [0, 0]
    assert PLAN in other.files
    other.remove(PLAN)
    other.server.receiving = "Connecting"
    assert other.monitor().code == 0
    assert PLAN not in other.files


def test_a_password_that_the_notations_write_differently_is_left_to_the_long_way(replica: Node) -> None:
    replica.remove(PLAN)
    replica.monitor(replication_passwd="pässword")
    assert PLAN not in replica.files


def test_a_plan_that_does_not_hold_is_not_made_anew_by_every_monitor(replica: Node) -> None:
    replica.server.acknowledges, first = True, replica.files[PLAN]
    replica.server.applier = 99
    assert replica.monitor().code == 0
    assert replica.files[PLAN] == first
    replica.sleep(61)
    assert replica.monitor().code == 0
    assert replica.files[PLAN] != first
    assert holds(replica)


def test_a_stop_and_a_promotion_leave_no_plan_that_holds(replica: Node) -> None:
    assert holds(replica)
    replica.cluster.nodes["n1"].do("demote")
    assert promote(replica).code == 0
    assert not holds(replica)
    assert replica.do("stop").code == 0
    assert PLAN not in replica.files
