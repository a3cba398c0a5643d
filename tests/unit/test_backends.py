"""A service as a systemd unit, and a service that another server hosts."""

from __future__ import annotations

import pytest
from support.act import Outcome, act
from support.act import probe as ask
from support.node import BINARY, LOCAL, Node, Systemctl, serve
from support.web import Reply
from support.world import RUN

from ocf_agents.agents.keystone import Keystone
from ocf_agents.kinds.systemd_unit import SystemdUnit
from ocf_agents.ocf.context import Context
from ocf_agents.ocf.log import Log
from ocf_agents.system.run import Finished


@pytest.fixture
def node() -> Node:
    return Node()


@pytest.fixture
def systemctl(node: Node) -> Systemctl:
    return Systemctl(node)


def unit(node: Node, action: str, **more: str) -> Outcome:
    """An action on the resource that is a unit."""
    return act(Keystone, action, node, systemd_unit="keystone.service", **more)


def test_a_unit_is_started_watched_and_stopped(node: Node, systemctl: Systemctl) -> None:
    assert unit(node, "monitor").code == 7
    assert unit(node, "start").code == 0
    assert unit(node, "start").code == 0
    assert unit(node, "monitor").code == 0
    assert unit(node, "monitor", depth=10).code == 0
    assert unit(node, "stop").code == 0
    assert unit(node, "monitor").code == 7
    assert unit(node, "stop").code == 0
    assert node.signals == [], "systemd does that"
    assert not node.spawned
    assert all(
        call.argv[-2:] == ("--", "keystone.service") for call in node.calls if "systemctl" in call.argv[0]
    )


@pytest.mark.parametrize(
    ("active", "code"),
    [
        ("active", 0),
        ("reloading", 0),
        ("activating", 1),
        ("deactivating", 1),
        ("inactive", 7),
        ("failed", 7),
        ("new", 1),
        ("", 1),
    ],
)
def test_every_state_of_a_unit_has_its_code(node: Node, systemctl: Systemctl, active: str, code: int) -> None:
    systemctl.told["ActiveState"] = active
    assert unit(node, "monitor").code == code


def test_a_unit_whose_process_is_suspended_has_failed(node: Node, systemctl: Systemctl) -> None:
    unit(node, "start")
    assert systemctl.main
    systemctl.main.state = "T"
    done = unit(node, "monitor")
    assert done.code == 1
    assert "suspended" in done.reason


def test_the_main_process_of_a_unit_need_not_have_the_smallest_pid(node: Node, systemctl: Systemctl) -> None:
    unit(node, "start")
    assert systemctl.main
    node.run_process(BINARY, pid=50, parent=systemctl.main.pid, session=systemctl.main.pid)
    sight = backend(node).look()
    assert sight.main
    assert [process.pid for process in sight.processes] == [systemctl.main.pid, 50]


def backend(node: Node) -> SystemdUnit:
    """The backend of a resource that is a unit."""
    environment = {"OCF_RESKEY_systemd_unit": "keystone.service"}
    return SystemdUnit(Keystone(Context("monitor", environment), node, Log("keystone", {})))


def test_an_unknown_unit_is_not_installed_but_can_be_probed_and_stopped(
    node: Node, systemctl: Systemctl
) -> None:
    systemctl.told["LoadState"] = "not-found"
    assert unit(node, "start").code == 5
    assert unit(node, "monitor").code == 5
    assert ask(Keystone, node, systemd_unit="keystone.service").code == 7
    assert unit(node, "stop").code == 0


def test_a_unit_whose_file_was_removed_while_it_runs_is_stopped_all_the_same(
    node: Node, systemctl: Systemctl
) -> None:
    unit(node, "start")
    systemctl.told["LoadState"] = "not-found"
    assert unit(node, "stop").code == 0
    assert systemctl.told["ActiveState"] == "inactive"


def test_where_systemd_does_not_run_a_unit_cannot_but_be_stopped(node: Node) -> None:
    done = unit(node, "start")
    assert done.code == 5
    assert "systemd does not run here" in done.reason
    assert unit(node, "monitor").code == 7
    assert unit(node, "stop").code == 0
    assert unit(node, "validate-all").code == 0
    assert unit(node, "validate-all", depth=10).code == 5


def test_a_node_without_systemctl_says_so(node: Node, systemctl: Systemctl) -> None:
    del node.programs["/usr/bin/systemctl"]
    done = unit(node, "start")
    assert done.code == 5
    assert "systemctl: not found" in done.reason


def test_the_operator_is_told_who_else_starts_the_unit(node: Node, systemctl: Systemctl) -> None:
    systemctl.told |= {"Restart": "always", "UnitFileState": "enabled"}
    warnings = "\n".join(unit(node, "start").lines("WARNING"))
    assert "Restart=always" in warnings
    assert "systemctl disable keystone.service" in warnings
    assert unit(node, "monitor").lines("WARNING") == []


def test_a_well_kept_unit_deserves_no_warning(node: Node, systemctl: Systemctl) -> None:
    assert unit(node, "start").lines("WARNING") == []


def test_a_job_that_fails_has_systemds_own_words(node: Node, systemctl: Systemctl) -> None:
    systemctl.fails["start"] = "Job for keystone.service failed.\nSee journalctl.\n"
    done = unit(node, "start")
    assert done.code == 1
    assert "start keystone.service: Job for keystone.service failed. See journalctl." in done.reason
    systemctl.fails["stop"] = "Failed to stop: Connection timed out"
    assert unit(node, "stop").code == 1


def test_a_job_that_hangs_is_given_up_in_time(node: Node, systemctl: Systemctl) -> None:
    systemctl.costs = 1000
    for action in ("start", "monitor", "stop"):
        done = unit(node, action, timeout=10)
        assert done.code == 1
        assert "not done within" in done.reason


def test_a_unit_that_is_still_active_after_its_stop_is_a_failure(node: Node, systemctl: Systemctl) -> None:
    unit(node, "start")
    told = dict(systemctl.told)
    node.install(
        "/usr/bin/systemctl",
        lambda _world, _call: Finished(0, "".join(f"{k}={v}\n" for k, v in told.items())),
    )
    done = unit(node, "stop")
    assert done.code == 1
    assert "after systemctl stop" in done.reason


def test_a_unit_that_ends_while_starting_has_its_result_told(node: Node, systemctl: Systemctl) -> None:
    told = {**systemctl.told, "ActiveState": "failed", "Result": "exit-code"}
    node.install(
        "/usr/bin/systemctl",
        lambda _world, _call: Finished(0, "".join(f"{k}={v}\n" for k, v in told.items())),
    )
    done = unit(node, "start")
    assert done.code == 1
    assert "exit-code" in done.reason
    assert "journalctl -u keystone.service" in done.reason


# Hosted elsewhere.


@pytest.fixture
def httpd(node: Node) -> Node:
    """A node whose web server hosts Keystone."""
    serve(node, node.run_process("/usr/sbin/httpd", user="root"))
    node.daemons.clear()
    return node


def hosted(node: Node, action: str, **more: str) -> Outcome:
    """An action on the resource that another server hosts."""
    return act(Keystone, action, node, hosted="true", **more)


def test_a_hosted_service_is_only_watched(httpd: Node) -> None:
    assert hosted(httpd, "monitor").code == 7
    assert hosted(httpd, "start").code == 0
    assert hosted(httpd, "start").code == 0
    assert hosted(httpd, "monitor").code == 0
    assert hosted(httpd, "stop").code == 0
    assert hosted(httpd, "monitor").code == 7
    assert hosted(httpd, "stop").code == 0
    assert len(httpd.bodies) == 1
    assert httpd.signals == []


def test_a_hosted_service_is_asked_even_at_level_zero_since_there_is_no_process_to_see(httpd: Node) -> None:
    hosted(httpd, "start")
    httpd.web.replies[f"{LOCAL}/v3"] = Reply(500)
    assert hosted(httpd, "monitor").code == 1
    assert ask(Keystone, httpd, hosted="true").code == 0, "a probe asks only whether it is watched"


def test_a_hosted_service_that_does_not_answer_cannot_be_started(httpd: Node) -> None:
    httpd.bodies.clear()
    done = hosted(httpd, "start", timeout=5)
    assert done.code == 1
    assert "nobody listens" in done.reason
    assert hosted(httpd, "stop").code == 0
    assert hosted(httpd, "monitor").code == 7


def test_a_watcher_that_cannot_keep_its_record_says_so(httpd: Node) -> None:
    httpd.room[RUN] = 0
    done = hosted(httpd, "start")
    assert done.code == 1
    assert "No space left on device" in done.reason
