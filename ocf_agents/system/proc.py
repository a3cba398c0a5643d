"""Processes as the kernel shows them (proc(5))."""

from __future__ import annotations

import time
from posix import getpid, listdir, readlink, stat

from ..lean import TYPE_CHECKING, Record
from .pulse import DEAD, ENVIRONMENT_END, FLAGS, PARENT, SESSION, STARTED, STATE, fields, read

if TYPE_CHECKING:
    from collections.abc import Iterator

MARK = "OCF_AGENTS_RESOURCE"
"""The environment variable that every process started by these agents, and its children, carry."""

KERNEL, EXITING = 0x00200000, 0x00000004
"""PF_KTHREAD and PF_EXITING: what has no program, and what has none any more."""

LOADING_LOOKS, LOADING_PAUSE = 40, 0.005
"""How often, and after how many seconds each, one looks again at a program that is being loaded."""


class Process(Record):
    """A living process; `started` (clock ticks since boot) tells it from a later one of its pid."""

    pid: int
    parent: int
    session: int
    started: int
    state: str
    uid: int
    command: tuple[str, ...]

    @property
    def identity(self) -> str:
        """What no other process has ever had, as `pulse.recorded` reads it from a file."""
        return f"{self.pid} {self.started}"


def process(pid: int) -> Process | None:
    """The living process of this pid; a zombie, a kernel thread and a process gone are none."""
    command = loaded(pid, "cmdline")
    line = read(f"/proc/{pid}/stat")
    if not line or not command:
        return None
    try:
        uid = stat(f"/proc/{pid}").st_uid
    except OSError:
        return None
    return parse(pid, line, command, uid)


def loaded(pid: int, name: str) -> bytes | None:
    """What this file says of a process once its program is loaded (execve(2)); None if it is gone.

    Until the kernel has copied a program's arguments and environment, both are empty. Processes
    wait there for the processor, and are neither gone nor without a mark meanwhile.
    """
    path = f"/proc/{pid}/{name}"
    for _ in range(LOADING_LOOKS):
        content = read(path)
        if content != b"":
            return content
        if not loading(fields(read(f"/proc/{pid}/stat") or b"")):
            break
        time.sleep(LOADING_PAUSE)
    # The program may have been loaded between both looks.
    return read(path)


def loading(words: list[bytes]) -> bool:
    """Whether a living process has no environment yet, by the words of its stat line."""
    if len(words) <= ENVIRONMENT_END or words[STATE] in DEAD:
        return False
    return not int(words[FLAGS]) & (KERNEL | EXITING) and words[ENVIRONMENT_END] == b"0"


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
    raw = loaded(known.pid, "environ")
    if not raw:
        # A process that just ended has no environment either, but it is no process without a mark.
        now = process(known.pid)
        return "" if raw is not None and now and now.started == known.started else None
    for entry in raw.split(b"\0"):
        key, _, value = entry.partition(b"=")
        if key == MARK.encode():
            return value.decode("utf-8", "surrogateescape")
    return ""
