"""Control groups (version 2): what ends, freezes and lists the processes of a node as one."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from .commands import check
from .errors import LabError

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True)
class ControlGroup:
    """One control group; every change to it is a write to a file in its directory."""

    path: Path

    def child(self, name: str) -> ControlGroup:
        """The group of that name below this one."""
        return ControlGroup(self.path / name)

    def create(self) -> None:
        """The group exists."""
        self.path.mkdir(parents=True, exist_ok=True)

    def exists(self) -> bool:
        """Whether the group is there."""
        return self.path.is_dir()

    def entering(self, command: Sequence[str]) -> tuple[str, ...]:
        """The command, changed so that it and all that it starts belong to this group."""
        join = 'echo 0 > "$0/cgroup.procs" && exec "$@"'
        return ("sh", "-c", join, str(self.path), *command)

    def processes(self) -> tuple[int, ...]:
        """The process ids in this group, children groups not included."""
        try:
            return tuple(int(pid) for pid in (self.path / "cgroup.procs").read_text().split())
        except OSError:
            return ()

    def populated(self) -> bool:
        """Whether a living process is in this group or below it."""
        return self._event("populated")

    def frozen(self) -> bool:
        """Whether every process in this group stands still."""
        return self._event("frozen")

    def freeze(self, seconds: float = 10) -> None:
        """Every process in this group stands still."""
        (self.path / "cgroup.freeze").write_text("1")
        self._await("frozen", True, seconds)

    def thaw(self, seconds: float = 10) -> None:
        """Every process in this group runs again."""
        (self.path / "cgroup.freeze").write_text("0")
        self._await("frozen", False, seconds)

    def kill(self, seconds: float = 10) -> None:
        """No process is left in this group or below it: they died all at once, frozen ones too."""
        if self.exists():
            (self.path / "cgroup.kill").write_text("1")
            self._await("populated", False, seconds)

    def remove(self) -> None:
        """This group and those below it are gone; they must be empty of processes."""
        if not self.exists():
            return
        for directory, _, _ in os.walk(self.path, topdown=False):
            os.rmdir(directory)

    def _event(self, key: str) -> bool:
        try:
            return f"{key} 1" in (self.path / "cgroup.events").read_text().splitlines()
        except OSError:
            return False

    def _await(self, key: str, value: bool, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while self._event(key) != value:
            if time.monotonic() > deadline:
                pids = " ".join(map(str, self.processes()))
                raise LabError(f"{self.path}: {key} is not {int(value)} after {seconds:g} s: {pids}")
            time.sleep(0.005)


def mounted_hierarchy() -> Path:
    """Where this machine has its control groups mounted; a LabError when it has not."""
    for line in Path("/proc/self/mountinfo").read_text().splitlines():
        fields, _, filesystem = line.partition(" - ")
        if filesystem.split()[0] == "cgroup2":
            path = Path(fields.split()[4])
            if os.access(path, os.W_OK) and (path / "cgroup.procs").exists():
                return path
    raise LabError("cgroup2: not mounted on this machine")


def hierarchy(own_mount_point: Path) -> Path:
    """A writable mount of the control groups: the machine's, else one at the given place."""
    try:
        return mounted_hierarchy()
    except LabError:
        own_mount_point.mkdir(parents=True, exist_ok=True)
        check(["mount", "-n", "-t", "cgroup2", "cgroup2", str(own_mount_point)])
        return own_mount_point


def release_hierarchy(own_mount_point: Path) -> None:
    """A mount that `hierarchy` made is gone."""
    if own_mount_point.is_mount():
        check(["umount", "-n", str(own_mount_point)])
