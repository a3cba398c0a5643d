"""Somebody waits for the end of a service's main process: real processes, and an agent that leaves a trace."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ocf_agents.system import vigil
from ocf_agents.system.plan import RECORD, VIGIL
from ocf_agents.system.proc import process

if TYPE_CHECKING:
    from collections.abc import Iterator

PATIENCE = 20


class Scene:
    """A service, what is on file of it, an agent that notes how it was called, and who keeps the vigil."""

    def __init__(self, directory: Path) -> None:
        self.files = f"{directory}/p_mysql"
        self.trace = directory / "trace"
        self.agent = directory / "agent"
        self.agent.write_text(f'#!/bin/sh\necho "$@" "$OCF_RESOURCE_INSTANCE" >> {self.trace}\n')
        self.agent.chmod(0o755)
        self.service = subprocess.Popen(["sleep", "60"])
        self.name(self.service.pid)

    def name(self, pid: int, *endings: str) -> None:
        """The files name this process."""
        one = process(pid)
        assert one
        for ending in endings or (RECORD, VIGIL):
            Path(self.files + ending).write_text(f"{one.pid} {one.started}\n")

    def watch(self) -> subprocess.Popen[bytes]:
        words = (sys.executable, "-IS", vigil.__file__, self.files, str(self.agent))
        return subprocess.Popen(words, env={"OCF_RESOURCE_INSTANCE": "p_mysql"})

    def end(self) -> None:
        self.service.kill()
        self.service.wait()


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    scene = Scene(tmp_path)
    yield scene
    scene.end()


def waits(pid: int) -> bool:
    """Whether a process holds on to another one, so that it cannot miss its end."""
    try:
        return any("pidfd" in os.readlink(one) for one in Path(f"/proc/{pid}/fd").iterdir())
    except FileNotFoundError:
        return False  # one was closed in the meantime


def await_wait(watch: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not waits(watch.pid):
        assert time.monotonic() < deadline
        assert watch.poll() is None
        time.sleep(0.005)


def test_a_suspended_process_has_not_ended(scene: Scene) -> None:
    os.kill(scene.service.pid, signal.SIGSTOP)
    os.waitpid(scene.service.pid, os.WUNTRACED)
    watch = scene.watch()
    await_wait(watch)
    scene.end()
    assert watch.wait(PATIENCE) == 0
    assert scene.trace.read_text() == "monitor p_mysql\n"


def test_the_agent_looks_once_the_process_has_ended_and_not_before(scene: Scene) -> None:
    watch = scene.watch()
    await_wait(watch)
    assert not scene.trace.exists()
    scene.end()
    assert watch.wait(PATIENCE) == 0
    assert scene.trace.read_text() == "monitor p_mysql\n"


def test_the_agent_looks_where_the_process_ended_before_anybody_waited(scene: Scene) -> None:
    scene.end()
    assert scene.watch().wait(PATIENCE) == 0
    assert scene.trace.read_text() == "monitor p_mysql\n"


def test_nobody_looks_at_an_end_that_was_meant(scene: Scene) -> None:
    watch = scene.watch()
    await_wait(watch)
    Path(scene.files + VIGIL).unlink()
    scene.end()
    assert watch.wait(PATIENCE) == 0
    assert not scene.trace.exists()


@pytest.mark.parametrize("ending", [RECORD, VIGIL])
def test_nobody_looks_at_the_end_of_a_process_that_another_one_has_followed(
    scene: Scene, ending: str
) -> None:
    watch = scene.watch()
    await_wait(watch)
    scene.name(watch.pid, ending)
    scene.end()
    assert watch.wait(PATIENCE) == 0
    assert not scene.trace.exists()


@pytest.mark.parametrize("text", ["", "garbage", "1", f"{10**30} 1", "-1 -1"])
def test_a_file_that_names_no_process_ends_the_vigil(scene: Scene, text: str) -> None:
    for ending in (RECORD, VIGIL):
        Path(scene.files + ending).write_text(text)
    assert scene.watch().wait(PATIENCE) == 0
    assert not scene.trace.exists()
