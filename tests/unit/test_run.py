"""A small program ends with an exit code, whatever becomes of it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from ocf_agents.system.run import run

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("content", "why"),
    [("", "Exec format error"), ("#!/nonexistent/sh\n", "No such file or directory")],
    ids=["cut off", "without its interpreter"],
)
def test_a_program_that_cannot_start_says_so_and_leaves_no_descriptor(
    tmp_path: Path, content: str, why: str
) -> None:
    program = tmp_path / "program"
    program.write_text(content)
    program.chmod(0o755)
    before = os.listdir("/proc/self/fd")
    done = run((str(program),), 5.0, "", {})
    assert (done.code, done.output, done.errors) == (126, "", f"{program}: {why}")
    assert os.listdir("/proc/self/fd") == before


def test_a_program_that_takes_too_long_has_no_exit_code() -> None:
    done = run(("/bin/sh", "-c", "echo begun; exec sleep 60"), 0.2, "", {"PATH": "/usr/bin:/bin"})
    assert (done.code, done.output) == (None, "begun\n")
