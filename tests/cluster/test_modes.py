"""The other ways to run a Keystone: its own small server, and hosted by another server."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ocf_agents.lab import keystone

if TYPE_CHECKING:
    from by_hand import ByHand

HOSTED = "/etc/keystone/hosted.ini"


def test_the_scripts_own_server_runs_a_real_keystone(stopped: ByHand) -> None:
    stopped.parameters = {"uwsgi": "none"}
    outcome = stopped.must("start")
    assert "one request at a time" in outcome.errors
    assert "keystone-wsgi-public --port 5000" in stopped.main.command
    assert stopped.monitor(0).code == 0
    assert stopped.monitor(20).code == 0
    stopped.must("stop")
    assert stopped.processes() == []
    assert stopped.monitor().code == 7


def test_a_hosted_keystone_is_only_watched(stopped: ByHand) -> None:
    node = stopped.node
    ini = node.read(keystone.UWSGI_CONFIGURATION) + "http-socket = :5000\nmaster = true\nno-orphans = true\n"
    node.write(HOSTED, ini)
    command = ["setpriv", "--reuid=keystone", "--regid=keystone", "--init-groups", "uwsgi_python3", HOSTED]
    pid = stopped.spawn(command, HOME="/var/lib/keystone")
    stopped.parameters = {"hosted": "true"}
    try:
        assert stopped.monitor().code == 7
        stopped.must("start")
        assert stopped.monitor(20).code == 0
        stopped.must("stop")
        assert stopped.lives(pid)
        assert stopped.monitor().code == 7
        stopped.must("start")
    finally:
        node.check(["kill", "-9", str(pid)])
    stopped.lab.wait(lambda: not stopped.processes(), 30, "the host to be gone")
    outcome = stopped.monitor()
    assert outcome.code == 1
    assert "port 5000" in outcome.reason
    stopped.must("stop")


def test_a_systemd_unit_is_refused_where_systemd_does_not_run(stopped: ByHand) -> None:
    outcome = stopped.run("start", systemd_unit="keystone.service")
    assert outcome.code == 5
    assert "systemd does not run here" in outcome.reason
    assert "leave systemd_unit= empty" in outcome.reason
    assert stopped.monitor(systemd_unit="keystone.service").code == 7
    assert stopped.run("stop", systemd_unit="keystone.service").code == 0
