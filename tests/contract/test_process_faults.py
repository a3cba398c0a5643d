"""What can happen to a service, and what the agent says of it and does about it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import threading
import time
from pathlib import Path

import pytest
from support.resource import Resource

from ocf_agents.system import proc

pytestmark = pytest.mark.long
LOGIN = {"os_username": "monitor", "os_password": "hunter2-not-to-be-seen"}


def test_a_killed_service_is_not_running(running: Resource) -> None:
    os.kill(running.main().pid, signal.SIGKILL)
    assert running.call("monitor").code == 7
    assert running.call("monitor", level=10).code == 7
    assert running.call("stop").code == 0


def test_a_suspended_service_has_failed_even_at_level_zero(running: Resource) -> None:
    os.kill(running.main().pid, signal.SIGSTOP)
    done = running.call("monitor")
    assert done.code == 1
    assert "suspended" in done.reason
    done = running.call("stop", timeout=10)
    assert done.code == 0
    assert done.seconds < 5
    assert running.processes() == []


def test_a_stranger_on_the_port_is_a_failure(running: Resource) -> None:
    assert running.call("monitor", level=10).code == 0
    with socket.socket() as stranger:
        stranger.bind(("127.0.0.1", 0))
        stranger.listen()
        running.port = stranger.getsockname()[1]
        done = running.call("monitor", level=10)
    assert done.code == 1
    assert "not of this resource" in done.reason


@pytest.mark.long
def test_nobody_on_the_port_is_a_failure_of_the_start(resource: Resource) -> None:
    resource.mood(silent=True)
    done = resource.call("start", timeout=4)
    assert done.code == 1
    assert "nobody listens" in done.reason
    assert resource.call("stop").code == 0
    assert resource.processes() == []


@pytest.mark.long
def test_a_service_that_hangs_is_a_failure_within_the_monitors_time(running: Resource) -> None:
    assert running.call("monitor", level=20, **LOGIN).code in (0, 190)
    running.mood(hang=True)
    assert running.call("monitor", **LOGIN).code == 0
    done = running.call("monitor", level=20, timeout=4, **LOGIN)
    assert done.code == 1
    assert "no answer" in done.reason


@pytest.mark.long
def test_a_start_of_a_service_that_hangs_ends_within_its_time(resource: Resource) -> None:
    resource.mood(hang=True)
    assert resource.call("start", timeout=4).code == 1


@pytest.mark.long
def test_what_ignores_sigterm_is_gone_all_the_same(resource: Resource) -> None:
    resource.mood(stubborn=True, worker=True)
    assert resource.call("start").code == 0
    done = resource.call("stop", timeout=4)
    assert done.code == 0
    assert resource.processes() == []


def test_a_worker_that_its_parent_left_is_a_failure_and_a_stop_ends_it(resource: Resource) -> None:
    resource.mood(worker=True)
    assert resource.call("start").code == 0
    assert len(resource.processes()) == 2
    os.kill(resource.main().pid, signal.SIGKILL)
    done = resource.call("monitor")
    assert done.code == 1
    assert "lost its main process" in done.reason
    assert resource.call("stop").code == 0
    assert resource.processes() == []


def test_a_worker_that_is_left_behind_by_a_stop_is_ended(resource: Resource) -> None:
    resource.mood(worker=True, desert=True)
    assert resource.call("start").code == 0
    assert resource.call("stop").code == 0
    assert resource.processes() == []


@pytest.fixture
def bystander(tmp_path: Path) -> subprocess.Popen[bytes]:
    """A process that has nothing to do with any resource."""
    process = subprocess.Popen(["/bin/sleep", "100"])
    yield process  # type: ignore[misc]  # a fixture
    assert process.poll() is None, "it was ended by somebody"
    process.kill()
    process.wait()


def test_records_of_the_past_harm_nobody(resource: Resource, bystander: subprocess.Popen[bytes]) -> None:
    there = proc.process(bystander.pid)
    assert there
    records = resource.run / f"{resource.instance}.started", resource.run / f"{resource.instance}.pid"
    for text in ("999999 1\n", "garbage\n", "", f"{there.pid} {there.started}\n", f"{there.pid}\n", "1 0\n"):
        for path in records:
            path.write_text(text)
        assert resource.call("monitor").code == 7
        assert resource.call("stop").code == 0
    for path in records:
        path.write_text(f"{there.pid} {there.started}\n")
    assert resource.call("start").code == 0
    for path in records:
        path.write_text(f"{there.pid} {there.started}\n")
    for _ in range(2):
        assert resource.call("monitor").code == 0, "it is found without the record"
    assert resource.call("stop").code == 0
    assert resource.processes() == []


WRECKS = (b"", b"\0", b"garbage" * 100, b"{" * 1000, b"\xfb\xff\xff\xff\x7f", b"[" + b"\xff" * 8)


def test_a_wrecked_plan_is_as_good_as_none(running: Resource) -> None:
    plan = running.run / f"{running.instance}.plan"
    assert running.call("monitor").code == 0
    whole = plan.read_bytes()
    for content in (*WRECKS, whole[: len(whole) // 2], whole[:5] + WRECKS[3]):
        plan.write_bytes(content)
        assert running.call("monitor", level=10).code == 0
    os.kill(running.main().pid, signal.SIGKILL)
    for content in (*WRECKS, whole):
        plan.write_bytes(content)
        assert running.call("monitor").code == 7


def test_a_plan_is_for_root_alone_and_holds_no_secret(running: Resource) -> None:
    running.mood(password=LOGIN["os_password"])
    assert running.call("monitor", level=20, **LOGIN).code == 0
    plan = running.run / f"{running.instance}.plan"
    assert plan.stat().st_mode & 0o077 == 0
    for path in running.run.iterdir():
        assert LOGIN["os_password"].encode() not in path.read_bytes()


def test_a_plan_never_hides_what_became_of_the_service(running: Resource) -> None:
    for level in (0, 10):
        assert running.call("monitor", level=level).code == 0
    assert running.call("monitor", level=10, url=f"http://127.0.0.1:{running.port + 1}").code == 1
    assert running.call("monitor", url="nonsense").code == 6
    running.mood(healthcheck=500)
    assert running.call("monitor", level=10).code == 1
    assert running.call("monitor", level=1).code == 1
    for level in ("²", "-1", "x", "9" * 5000):
        assert running.call("monitor", env={"OCF_CHECK_LEVEL": level}).code == 0, level


def test_a_configuration_that_vanished_does_not_hinder_a_stop(running: Resource) -> None:
    running.config.unlink()
    running.binary.unlink()
    assert running.call("monitor").code == 0
    assert running.call("stop").code == 0
    assert running.processes() == []


def test_a_pid_file_that_is_a_directory_does_not_make_a_stop_fail(running: Resource, tmp_path: Path) -> None:
    assert running.call("stop", pid=str(tmp_path)).code == 0
    assert running.processes() == []


@pytest.mark.parametrize("what", ["text", "link", "pipe"])
def test_what_is_no_pid_file_is_neither_overwritten_nor_removed(
    resource: Resource, tmp_path: Path, what: str
) -> None:
    text, path = tmp_path / "text", tmp_path / what
    text.write_text("[DEFAULT]\nprecious = 1\n")
    if what == "link":
        path.symlink_to(text)
    if what == "pipe":
        os.mkfifo(path)
    before = path.lstat()
    for action in ("validate-all", "start"):
        done = resource.call(action, level=10, pid=str(path))
        assert (done.code, done.reason.startswith(f"pid={path}: ")) == (5, True), done.err
    assert resource.call("stop", pid=str(path)).code == 0
    assert path.lstat() == before
    assert text.read_text() == "[DEFAULT]\nprecious = 1\n"


@pytest.mark.parametrize("left", [b"", b"4711\n", b"4711\n4712\n", b"\0\0\0\0"])
def test_a_pid_file_of_the_past_is_overwritten(resource: Resource, tmp_path: Path, left: bytes) -> None:
    path = tmp_path / "pid"
    path.write_bytes(left)
    assert resource.call("start", pid=str(path)).code == 0
    assert path.read_text() == f"{resource.main().pid}\n"
    assert resource.call("stop", pid=str(path)).code == 0
    assert not path.exists()


def test_a_run_directory_that_cannot_be_written_makes_the_start_fail_with_nothing_left(
    resource: Resource,
) -> None:
    nowhere = {"HA_RSCTMP": "/proc/nonexistent"}
    done = resource.call("start", env=nowhere)
    assert done.code == 1
    assert "keeps its record there" in done.reason
    assert resource.call("monitor", env=nowhere).code == 7
    assert resource.call("stop", env=nowhere).code == 0
    assert resource.processes() == []


def test_a_service_that_dies_at_start_gives_its_last_words(resource: Resource) -> None:
    resource.mood(die="one\ntwo\nthree\nImportError: no module named yaml")
    done = resource.call("start")
    assert done.code == 1
    assert "two | three | ImportError: no module named yaml" in done.reason
    assert resource.call("monitor").code == 7


def test_the_service_keeps_no_pipe_of_its_starter_open_and_no_terminal(resource: Resource) -> None:
    done = resource.call("start")  # it would not return while the daemon held its pipes
    assert done.code == 0
    main = resource.main()
    assert main.session == main.pid
    targets = {
        name: os.readlink(f"/proc/{main.pid}/fd/{name}") for name in os.listdir(f"/proc/{main.pid}/fd")
    }
    assert targets.pop("0") == "/dev/null"
    assert targets.pop("1") == targets.pop("2") == str(resource.run / f"{resource.instance}.output")
    assert all(target.startswith("socket:") for target in targets.values())


def test_a_password_is_on_no_command_line_and_in_no_environment_but_the_agents(running: Resource) -> None:
    running.mood(password=LOGIN["os_password"], delay=0.1)
    secret = LOGIN["os_password"].encode()
    seen: set[bytes] = set()
    curls = 0
    over = threading.Event()

    def watch() -> None:
        nonlocal curls
        while not over.is_set():
            for process in proc.processes():
                line = "\0".join(process.command).encode("utf-8", "surrogateescape")
                curls += b"curl" in line
                if secret in line:
                    seen.add(line)
            time.sleep(0.002)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        for _ in range(2):
            assert running.call("monitor", level=20, **LOGIN).code == 0
    finally:
        over.set()
        watcher.join()
    assert curls, "the watcher saw the time when it mattered"
    assert not seen
    assert secret not in Path(f"/proc/{running.main().pid}/environ").read_bytes()


PASSWORDS = (
    '"', "\\", "'", "a b", "ä€😀", "a\nb\tc\rd", "$(id)`id`", "%{http_code}", "@seconds@ @os_password@",
    "\x01\x7f", "x" * 10_000,
)  # fmt: skip


def test_a_password_arrives_as_it_was_given(running: Resource) -> None:
    for password in PASSWORDS:
        running.mood(password=password)
        for way in ("long", "planned"):
            done = running.call("monitor", level=20, os_username="monitor", os_password=password)
            assert done.code == 0, (way, password[:20], done.err)


def test_two_resources_on_one_node_do_not_touch_each_other(running: Resource, tmp_path: Path) -> None:
    (tmp_path / "second").mkdir()
    second = Resource(running.agent, tmp_path / "second")
    second.run = running.run
    try:
        assert second.call("monitor").code == 7
        assert second.call("stop").code == 0
        assert running.call("monitor").code == 0
        assert second.call("start").code == 0
        assert running.call("stop").code == 0
        assert second.call("monitor", level=10).code == 0
    finally:
        second.clean()
