"""What a lab has left on the machine; after `down` this is nothing."""

from __future__ import annotations

from pathlib import Path

from ..system.proc import EXITING
from ..system.pulse import FLAGS, fields, read
from .cgroup import ControlGroup, mounted_hierarchy
from .errors import LabError
from .state import STATE_ROOT


def find_group(name: str, own_mount_point: Path) -> ControlGroup | None:
    """The control group of the lab of this name, None when there is none to be seen."""
    try:
        top = mounted_hierarchy()
    except LabError:
        top = own_mount_point
    group = ControlGroup(top / f"ocf-lab-{name}")
    return group if group.exists() else None


def leftovers(name: str) -> list[str]:
    """A line for each process, mount, control group and directory of the lab that exists."""
    mark, directory = f"ocf-lab-{name}", STATE_ROOT / name
    found = [
        f"process {entry.name}: {_command(entry)}"
        for entry in sorted(Path("/proc").glob("[0-9]*"), key=lambda path: int(path.name))
        if belongs(entry, mark)
    ]
    found += [
        f"mount {line.split()[4]}"
        for line in _lines(Path("/proc/self/mountinfo"))
        if mark in _words(line) or f" {directory}/" in line
    ]
    group = find_group(name, directory / "cgroup")
    if group is not None:
        found.append(f"control group {group.path}")
    if directory.exists():
        found.append(f"directory {directory}")
    return found


def belongs(process: Path, mark: str) -> bool:
    """Whether the process of this directory of /proc is one of the lab's, and is not about to be gone."""
    # Every mount namespace of a lab has a mount with the lab's mark, so a process that got out of
    # the control group is found by what it sees.
    if any(line.partition("::/")[2].split("/")[0] == mark for line in _lines(process / "cgroup")):
        return not _exits(process)
    if _same_mounts(process):
        return False
    return any(mark in _words(line) for line in _lines(process / "mountinfo"))


def _exits(process: Path) -> bool:
    # It leaves its control group some time before it is a zombie.
    words = fields(read(f"{process}/stat") or b"")
    return not words or bool(int(words[FLAGS]) & EXITING)


def _same_mounts(process: Path) -> bool:
    try:
        return (process / "ns/mnt").readlink() == Path("/proc/self/ns/mnt").readlink()
    except OSError:
        return True


def _command(process: Path) -> str:
    try:
        return (process / "cmdline").read_bytes().replace(b"\0", b" ").decode().strip()[:80]
    except OSError:
        return "gone by now"


def _words(line: str) -> list[str]:
    return line.partition(" - ")[2].split()


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(errors="replace").splitlines()
    except OSError:
        return []
