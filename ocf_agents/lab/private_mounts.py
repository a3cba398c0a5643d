"""Runs a command in a mount namespace of its own, from which no mount reaches the machine.

`unshare --mount` cannot do this in a chroot: there, "/" is no mount point, and the propagation of
mounts can be changed at mount points only.
"""

from __future__ import annotations

import ctypes
import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_CLONE_NEWNS = 0x00020000
_MS_REC_PRIVATE = 0x4000 | 0x40000


def enter_private_mounts() -> None:
    """This process is in a mount namespace of its own, all of whose mounts are private."""
    libc = ctypes.CDLL(None, use_errno=True)
    _succeed(libc.unshare(_CLONE_NEWNS), "unshare")
    root = os.open("/", os.O_RDONLY)
    own = os.open("/proc/self/ns/mnt", os.O_RDONLY)
    # Joining the namespace that one is in leaves a chroot: "/" is a mount point again.
    _succeed(libc.setns(own, _CLONE_NEWNS), "setns")
    _succeed(libc.mount(b"none", b"/", None, _MS_REC_PRIVATE, None), "mount")
    os.fchdir(root)
    os.chroot(".")
    os.close(own)
    os.close(root)


def main(command: Sequence[str]) -> None:
    """The command has replaced this process."""
    enter_private_mounts()
    os.execvp(command[0], list(command))  # noqa: S606  # no shell is the point


def _succeed(status: int, call: str) -> None:
    if status != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{call}: {os.strerror(number)}")


if __name__ == "__main__":
    main(sys.argv[1:])
