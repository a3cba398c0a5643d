"""Processes as the kernel shows them (proc(5))."""

from __future__ import annotations

from posix import getpid, listdir, stat

from ..lean import TYPE_CHECKING, Record
from .pulse import DEAD, PARENT, SESSION, STARTED, STATE, fields, read

if TYPE_CHECKING:
    from collections.abc import Iterator

MARK = "OCF_AGENTS_RESOURCE"
"""The environment variable that every process started by these agents, and its children, carry."""


class Process(Record):
    """A living process; `started` (clock ticks since boot) tells it from a later one of its pid."""

    pid: int
    parent: int
    session: int
    started: int
    state: str
    uid: int
    command: tuple[str, ...]


def process(pid: int) -> Process | None:
    """The living process of this pid; a zombie, a kernel thread and a process gone are none."""
    line = read(f"/proc/{pid}/stat")
    command = read(f"/proc/{pid}/cmdline")
    if not line or not command:
        return None
    try:
        uid = stat(f"/proc/{pid}").st_uid
    except OSError:
        return None
    return parse(pid, line, command, uid)


def parse(pid: int, line: bytes, command: bytes, uid: int) -> Process | None:
    """A process from its stat line and its NUL-separated command line; None for a zombie."""
    words = fields(line)
    if not words or words[STATE] in DEAD:
        return None
    arguments = command.rstrip(b"\0").decode("utf-8", "surrogateescape").split("\0")
    return Process(
        pid,
        int(words[PARENT]),
        int(words[SESSION]),
        int(words[STARTED]),
        words[STATE].decode(),
        uid,
        tuple(arguments),
    )


def processes() -> Iterator[Process]:
    """Every living process but this one."""
    this = getpid()
    for name in listdir("/proc"):
        if name.isdigit() and int(name) != this:
            found = process(int(name))
            if found:
                yield found


def mark(process: Process) -> str:
    """The resource that a process carries in its environment, or nothing."""
    for entry in (read(f"/proc/{process.pid}/environ") or b"").split(b"\0"):
        key, _, value = entry.partition(b"=")
        if key == MARK.encode():
            return value.decode("utf-8", "surrogateescape")
    return ""
