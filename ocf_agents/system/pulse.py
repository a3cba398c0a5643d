"""The least one can ask of a process: whether it is the same one, and alive (proc(5)).

This module and its like (`sockets`, `run`) serve every healthy monitor, so they import nothing
that is not compiled into the interpreter; even `__future__` would cost more than they do.
"""

from posix import O_CLOEXEC, O_NONBLOCK, O_RDONLY, close, stat
from posix import open as open_file
from posix import read as read_some

CHUNK = 1 << 16
DEAD = (b"Z", b"X")
SUSPENDED = b"T"
STATE, PARENT, SESSION, FLAGS, STARTED, ENVIRONMENT_END = 0, 1, 3, 6, 19, 48
"""Places in a stat line after the process's name."""


def read(path: str) -> "bytes | None":
    """What a file holds, or None where there is none to read."""
    try:
        # A named pipe would wait for somebody to write into it.
        descriptor = open_file(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    except (OSError, ValueError):
        return None
    try:
        # The kernel gives its tables a page at a time; adding page to page would copy them all each time.
        chunks = [read_some(descriptor, CHUNK)]
        while chunks[-1]:
            chunks.append(read_some(descriptor, CHUNK))
        return b"".join(chunks)
    except OSError:
        return None
    finally:
        close(descriptor)


def stamp(path: str) -> str:
    """What changes whenever the file is written; empty where there is none that may be seen."""
    try:
        seen = stat(path)
    except (OSError, ValueError):
        return ""
    return f"{seen.st_mtime_ns}/{seen.st_ino}"


def fields(line: bytes) -> "list[bytes]":
    """The words of a stat line after the name, which may itself hold blanks and brackets."""
    words = line[line.rfind(b")") + 1 :].split()
    return words if len(words) > STARTED else []


def recorded(record: "bytes | None") -> "tuple[int, int] | None":
    """The pid and start time that a record names, or None where it is not whole."""
    words = (record or b"").split()
    if len(words) != 2 or not (words[0].isdigit() and words[1].isdigit() and len(words[0] + words[1]) < 40):
        return None
    return int(words[0]), int(words[1])


def beats(pid: int, started: int) -> bool:
    """Whether the process that had this pid at that time is alive and not suspended."""
    words = fields(read(f"/proc/{pid}/stat") or b"")
    if not words or words[STATE] in DEAD or words[STATE] == SUSPENDED:
        return False
    return int(words[STARTED]) == started
