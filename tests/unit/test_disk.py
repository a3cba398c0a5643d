"""A file that is to be lasting is on the disk before it has its name, and its name before the call returns."""

from __future__ import annotations

import os
import resource
from typing import TYPE_CHECKING

import pytest

from ocf_agents.system.host import Host

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is synchronised and renamed, in this order."""
    steps: list[str] = []
    fsync, rename = os.fsync, os.rename

    def note_fsync(descriptor: int) -> None:
        path = os.readlink(f"/proc/self/fd/{descriptor}")
        steps.append("directory" if os.path.isdir(path) else "content")
        fsync(descriptor)

    def note_rename(draft: str, path: str) -> None:
        steps.append("name")
        rename(draft, path)

    monkeypatch.setattr("posix.fsync", note_fsync)
    monkeypatch.setattr("posix.rename", note_rename)
    return steps


def test_what_is_to_outlive_a_loss_of_power_is_written_through(tmp_path: Path, done: list[str]) -> None:
    path = tmp_path / "new" / "record"
    Host({}).write(str(path), "primary=n1", 0o600, lasting=True)
    assert done == ["content", "name", "directory"]
    assert (path.read_text(), path.stat().st_mode & 0o777) == ("primary=n1", 0o600)


def test_what_a_boot_may_forget_waits_for_no_disk(tmp_path: Path, done: list[str]) -> None:
    Host({}).write(str(tmp_path / "record"), "primary=n1")
    assert done == ["name"]


def test_a_file_that_the_disk_takes_only_half_of_is_an_error_and_not_there(tmp_path: Path) -> None:
    path, most = tmp_path / "record", resource.getrlimit(resource.RLIMIT_FSIZE)
    Host({}).write(str(path), "as before")
    resource.setrlimit(resource.RLIMIT_FSIZE, (5000, most[1]))
    try:
        with pytest.raises(OSError, match="File too large"):
            Host({}).write(str(path), "x" * 8000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, most)
    assert [one.read_text() for one in tmp_path.iterdir()] == ["as before"]
