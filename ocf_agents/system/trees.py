"""Whole directories: moved, measured and removed, so that a power failure finds each step done or not begun."""

from __future__ import annotations

import os
import shutil


def move(path: str, target: str) -> None:
    """What had the one name has the other, for good; raises OSError, also where there is such a name already."""
    if os.path.lexists(target):
        raise FileExistsError(17, "File exists", target)
    os.rename(path, target)
    for directory in {os.path.dirname(path), os.path.dirname(target)}:
        settle(directory)


def settle(directory: str) -> None:
    """The names in a directory are on the disk."""
    descriptor = os.open(directory or "/", os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def remove(path: str, last: str) -> None:
    """There is no such directory; the entry `last` of it went last. Raises OSError."""
    for name in sorted(os.listdir(path)):
        entry = os.path.join(path, name)
        if name == last:
            continue
        if os.path.isdir(entry) and not os.path.islink(entry):
            shutil.rmtree(entry)
        else:
            os.unlink(entry)
    if os.path.lexists(os.path.join(path, last)):
        os.unlink(os.path.join(path, last))
    os.rmdir(path)


def size(path: str) -> int:
    """The bytes that a directory takes on its disk; what vanishes meanwhile counts for nothing."""
    total = 0
    for place, _directories, files in os.walk(path):
        for name in files:
            try:
                total += os.lstat(os.path.join(place, name)).st_blocks * 512
            except OSError:
                continue
    return total


def free(path: str) -> int:
    """The bytes that a file system still takes; raises OSError."""
    found = os.statvfs(path)
    return found.f_bavail * found.f_frsize


def mounted(path: str) -> bool:
    """Whether a file system of its own is there, or a link, so that it cannot be moved."""
    return os.path.ismount(path) or os.path.islink(path)
