"""Processes as the kernel shows them, and this machine's own as an example."""

from __future__ import annotations

import os
import signal
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocf_agents.system import proc, spawn

AFTER = b"S 17 42 41 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 9 0 123456 1 2 3"


@pytest.mark.parametrize("name", [b"uwsgi", b"a b", b"a) R 1", b"((", b")", b"", b"\xff\n"])
def test_a_name_may_hold_brackets_and_blanks(name: bytes) -> None:
    found = proc.parse(42, b"42 (" + name + b") " + AFTER, b"/usr/bin/x\0--a\0b c\0", 300)
    assert found == proc.Process(42, 17, 41, 123456, "S", 300, ("/usr/bin/x", "--a", "b c"))


@pytest.mark.parametrize("state", [b"Z", b"X"])
def test_a_zombie_is_no_living_process(state: bytes) -> None:
    assert proc.parse(42, b"42 (x) " + state + AFTER[1:], b"x\0", 0) is None


def test_an_argument_may_hold_any_bytes() -> None:
    found = proc.parse(1, b"1 (x) " + AFTER, b"x\0\xff\0\0", 0)
    assert found
    assert found.command == ("x", "\udcff")


@given(st.binary(), st.binary())
def test_no_line_is_too_strange(line: bytes, command: bytes) -> None:
    proc.parse(1, line, command, 0)


@given(st.binary(), st.lists(st.integers(), max_size=52), st.binary())
def test_no_name_and_no_number_is_too_strange(name: bytes, numbers: list[int], command: bytes) -> None:
    line = b"1 (%b) S %b\n" % (name, " ".join(map(str, numbers)).encode())
    found = proc.parse(1, line, command, 0)
    assert (found is None) == (len(numbers) < 19)
    assert found is None or found.started == numbers[18]


def sleeper() -> tuple[subprocess.Popen[bytes], proc.Process]:
    """A child that sleeps, with a mark and in a session of its own, and what the kernel says of it."""
    child = subprocess.Popen(["/bin/sleep", "60"], env={proc.MARK: "p_ö"}, start_new_session=True)
    found = proc.process(child.pid)
    assert found
    return child, found


LOADING = (
    b"42 (sleep) R 17 41 40 0 -1 4194304 1 0 0 0 0 0 0 0 20 0 1 0 4774948 4096 0 18446744073709551615 0 0 0 0 0 "
    b"0 0 0 0 0 0 0 17 1 0 0 0 0 0 0 0 0 140735977085244 0 0 0 0\n"
)
"""What the kernel says of a process in the middle of execve: no end of its arguments and environment."""


def test_a_process_is_seen_with_its_mark_while_its_program_is_still_being_loaded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    child, found = sleeper()
    there, waited = proc.read, 0

    def read(path: str) -> bytes | None:
        return there(path) if waited > 3 else LOADING if path.endswith("/stat") else b""

    def sleep(_seconds: float) -> None:
        nonlocal waited
        waited += 1

    monkeypatch.setattr(proc, "read", read)
    monkeypatch.setattr("time.sleep", sleep)
    try:
        seen = proc.process(child.pid)
        assert seen
        assert (seen.started, seen.command) == (found.started, found.command)
        waited = 0
        assert proc.mark(found) == "p_ö"
    finally:
        child.kill()
        child.wait()


def test_a_process_whose_program_is_never_loaded_is_waited_for_a_moment_only(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(proc, "read", lambda path: LOADING if path.endswith("/stat") else b"")
    assert proc.process(os.getpid()) is None


def test_a_living_process_is_found_with_its_mark_and_is_gone_once_it_ended() -> None:
    child, found = sleeper()
    try:
        assert found.command == ("/bin/sleep", "60")
        assert (found.parent, found.session, found.uid) == (os.getpid(), child.pid, os.getuid())
        assert proc.mark(found) == "p_ö"
        assert child.pid in {process.pid for process in proc.processes()}
        assert os.getpid() not in {process.pid for process in proc.processes()}
    finally:
        child.kill()
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
        assert proc.process(child.pid) is None, "a zombie"
        child.wait()
    assert proc.process(child.pid) is None
    assert proc.mark(found) is None


def test_a_signal_to_what_has_just_ended_is_no_error() -> None:
    child, found = sleeper()
    child.kill()
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    spawn.signal(found, signal.SIGTERM)
    child.wait()
    spawn.signal(found, signal.SIGTERM)


def test_a_signal_never_reaches_a_later_process_of_the_same_pid() -> None:
    child, found = sleeper()
    earlier = proc.Process(found.pid, 1, 1, found.started - 1, "S", 0, ("sleep",))
    spawn.signal(earlier, signal.SIGKILL)
    spawn.signal(found, signal.SIGTERM)
    assert child.wait() == -signal.SIGTERM


def test_what_cannot_be_read_is_nothing() -> None:
    for path in ("/nonexistent", "/proc/self/mem", "/", "a\0b"):
        assert proc.read(path) is None
