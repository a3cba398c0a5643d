"""Faults of a real Keystone, and the exit code that Pacemaker would get for each."""

from __future__ import annotations

from signal import SIGCONT, SIGKILL, SIGSTOP
from typing import TYPE_CHECKING

import pytest
from by_hand import RUN

from ocf_agents.lab import keystone

if TYPE_CHECKING:
    from collections.abc import Iterator

    from by_hand import ByHand

SUCCESS, GENERIC, NOT_RUNNING, DEGRADED = 0, 1, 7, 190

STRANGER = """\
import http.server
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
http.server.HTTPServer(("", 5001), Handler).serve_forever()
"""


@pytest.fixture
def stranger(hand: ByHand) -> Iterator[int]:
    """Somebody else's server on port 5001, which answers everything with 200."""
    pid = hand.spawn(["/usr/bin/python3", "-c", STRANGER])
    hand.lab.wait(lambda: hand.listens(5001), 30, "the stranger to listen")
    yield pid
    assert hand.lives(pid)
    hand.node.check(["kill", "-9", str(pid)])


def test_a_killed_process_is_not_running_and_can_be_started_again(running: ByHand) -> None:
    running.signal(SIGKILL, running.main)
    # As long as its workers are there, it is not certain that nothing runs.
    running.reach(NOT_RUNNING, among=(GENERIC,))
    assert running.processes() == []
    running.must("start")
    assert running.monitor(20).code == SUCCESS


def test_a_stopped_process_has_failed_and_is_not_called_not_running(running: ByHand) -> None:
    running.signal(SIGSTOP, running.main)
    try:
        outcome = running.monitor()
        assert (outcome.code, "SIGSTOP" in outcome.reason) == (GENERIC, True)
    finally:
        running.signal(SIGCONT, running.main)
    assert running.monitor(10).code == SUCCESS


def test_a_hung_worker_is_noticed_within_the_time_of_the_monitor(running: ByHand) -> None:
    workers = running.workers
    assert workers
    running.signal(SIGSTOP, *workers)
    try:
        assert running.monitor(0).code == SUCCESS
        outcome = running.monitor(10, timeout=8)
        assert outcome.code == GENERIC
        assert "no answer within" in outcome.reason
        assert outcome.seconds < 8
    finally:
        running.signal(SIGCONT, *workers)
    running.reach(SUCCESS, 10, among=(GENERIC, DEGRADED))


def test_a_port_that_a_stranger_holds_is_a_failure_although_it_answers(
    running: ByHand, stranger: int
) -> None:
    elsewhere = {"url": "http://127.0.0.1:5001"}
    assert running.monitor(0, **elsewhere).code == SUCCESS
    outcome = running.monitor(10, **elsewhere)
    assert outcome.code == GENERIC
    assert "held by a process that is not of this resource" in outcome.reason


def test_start_on_a_port_that_a_stranger_holds_fails_and_leaves_nothing(
    stopped: ByHand, stranger: int
) -> None:
    outcome = stopped.run("start", url="http://127.0.0.1:5001")
    assert outcome.code == GENERIC
    assert "port 5001 is held by a process that is not of this resource" in outcome.reason
    assert stopped.processes() == []
    assert stopped.monitor().code == NOT_RUNNING


def test_a_keystone_without_its_database_has_failed(running: ByHand) -> None:
    node, away = running.node, f"{keystone.DATABASE}.away"
    node.check(["mv", keystone.DATABASE, away])
    try:
        outcome = running.monitor(20)
        assert outcome.code == GENERIC
        assert "/v3/auth/tokens: " in outcome.reason
        assert running.monitor(0).code == SUCCESS
    finally:
        node.check(["mv", away, keystone.DATABASE])
    assert running.monitor(20).code == SUCCESS


def test_answers_of_500_fail_the_monitor_of_level_10(running: ByHand, audit: object) -> None:
    node = running.node
    node.check(["mv", "/usr/bin/keystone-wsgi-public", "/usr/bin/keystone-wsgi-public.away"])
    broken = "def application(environ, start):\n    start('500 Broken', [])\n    return [b'']\n"
    node.write("/usr/bin/keystone-wsgi-public", broken, mode=0o755)
    try:
        running.must("stop")
        assert running.run("start", timeout=12).code == GENERIC
        outcome = running.monitor(10)
        assert outcome.code == GENERIC
        assert "answered 500" in outcome.reason
    finally:
        running.must("stop")
        node.check(["mv", "/usr/bin/keystone-wsgi-public.away", "/usr/bin/keystone-wsgi-public"])


def test_a_drained_keystone_is_degraded_and_not_failed(running: ByHand) -> None:
    running.node.write(keystone.DRAIN_FILE, "")
    try:
        outcome = running.monitor(10)
        assert outcome.code == DEGRADED
        assert "DISABLED BY FILE" in outcome.reason
        assert running.monitor(0).code == SUCCESS
    finally:
        running.node.check(["rm", keystone.DRAIN_FILE])
    assert running.monitor(10).code == SUCCESS


def test_a_wrong_password_is_degraded_at_level_20_only(running: ByHand) -> None:
    outcome = running.monitor(20, os_password="wrong")
    assert outcome.code == DEGRADED
    assert "login of admin refused (401)" in outcome.reason
    assert running.monitor(10, os_password="wrong").code == SUCCESS


def test_a_stale_pid_file_is_no_service(stopped: ByHand) -> None:
    for name in ("pid", "started"):
        stopped.node.write(f"{RUN}/{stopped.name}.{name}", "4000000 1\n")
    assert stopped.monitor().code == NOT_RUNNING
    stopped.must("start")
    assert stopped.monitor().code == SUCCESS


def test_a_pid_file_that_points_at_another_process_does_not_harm_that_process(stopped: ByHand) -> None:
    other = stopped.spawn(["sleep", "1000"])
    started = stopped.node.read(f"/proc/{other}/stat").rpartition(")")[2].split()[19]
    stopped.node.write(f"{RUN}/{stopped.name}.pid", f"{other}\n")
    stopped.node.write(f"{RUN}/{stopped.name}.started", f"{other} {started}\n")
    try:
        assert stopped.monitor().code == NOT_RUNNING
        stopped.must("stop")
        assert stopped.lives(other)
    finally:
        stopped.node.check(["kill", "-9", str(other)])


def test_stop_works_without_the_configuration(running: ByHand) -> None:
    node, away = running.node, f"{keystone.CONFIGURATION}.away"
    node.check(["mv", keystone.CONFIGURATION, away])
    try:
        assert running.monitor().code == SUCCESS
        running.must("stop")
        assert running.processes() == []
        outcome = running.run("start")
        assert (outcome.code, "no such file" in outcome.reason) == (5, True)
    finally:
        node.check(["mv", away, keystone.CONFIGURATION])


def test_a_child_that_ignores_sigterm_is_killed_by_stop(stopped: ByHand) -> None:
    child = "--attach-daemon \"trap '' TERM; exec sleep 1000\""
    stopped.must("start", additional_parameters=child)
    [pid] = [process.pid for process in stopped.node.processes() if process.command == "sleep 1000"]
    outcome = stopped.run("stop", timeout=8)
    assert outcome.code == SUCCESS
    assert outcome.seconds < 8
    assert not stopped.lives(pid)
    assert stopped.processes() == []


def test_workers_that_are_left_behind_are_a_failure_and_stop_ends_them(stopped: ByHand) -> None:
    stopped.node.write("/tmp/orphans.ini", "[uwsgi]\nno-orphans = false\n")
    stopped.must("start", additional_parameters="--ini /tmp/orphans.ini")
    workers = stopped.workers
    stopped.signal(SIGSTOP, *workers)
    stopped.signal(SIGKILL, stopped.main)
    assert [process.pid for process in stopped.processes()] == [process.pid for process in workers]
    outcome = stopped.monitor()
    assert outcome.code == GENERIC
    assert "lost its main process" in outcome.reason
    stopped.must("stop")
    assert stopped.processes() == []
    assert stopped.monitor().code == NOT_RUNNING


def test_start_with_a_full_run_directory_says_so_and_leaves_nothing(stopped: ByHand) -> None:
    node = stopped.node
    node.check(["mount", "-n", "-t", "tmpfs", "-o", "size=4k", "full", RUN])
    try:
        node.run(["dd", "if=/dev/zero", f"of={RUN}/filler", "bs=4096", "count=1"])
        outcome = stopped.run("start")
        assert outcome.code == GENERIC
        assert "No space left on device" in outcome.reason
        assert RUN in outcome.reason
        assert stopped.processes() == []
        assert stopped.monitor().code == NOT_RUNNING
    finally:
        node.check(["umount", "-n", RUN])
