"""Processes as the kernel shows them (proc(5))."""

from __future__ import annotations

from posix import getpid, listdir, readlink, stat

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
    """Every living process but this one, and but those in containers, which others look after."""
    this, ours = getpid(), namespace("self")
    for name in listdir("/proc"):
        if name.isdigit() and int(name) != this:
            found = process(int(name))
            if found and namespace(name) == ours:
                yield found


def namespace(pid: str) -> str:
    """The PID namespace of a process; empty where we may not know it, and so may not signal it."""
    try:
        return readlink(f"/proc/{pid}/ns/pid")
    except OSError:
        return ""


def mark(known: Process) -> str | None:
    """The resource that a process carries in its environment, or nothing; None if it is gone."""
    raw = read(f"/proc/{known.pid}/environ")
    if not raw:
        # A process that just ended has no environment either, but it is no process without a mark.
        now = process(known.pid)
        return "" if raw is not None and now and now.started == known.started else None
    for entry in raw.split(b"\0"):
        key, _, value = entry.partition(b"=")
        if key == MARK.encode():
            return value.decode("utf-8", "surrogateescape")
    return ""
