"""Small native programs: spawned once, fed on standard input, ended at a deadline."""

import posix
from select import POLLIN, POLLOUT, poll
from time import monotonic

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Optional

MOST = 4 << 20
"""Bytes of output that are kept; whoever writes more is ended."""
UNABLE = 126
"""The exit code of what could not be started, as a shell has it."""
KILL = 9
PIPE = 13
CHUNK = 1 << 16


class Finished:
    """How a program ended: its exit code, or minus a signal number; None at the deadline."""

    __slots__ = ("code", "errors", "output")

    def __init__(self, code: "Optional[int]", output: str, errors: str = "") -> None:
        self.code = code
        self.output = output
        self.errors = errors


def run(argv: "tuple[str, ...]", seconds: float, stdin: str, environment: "Mapping[str, str]") -> Finished:
    """A program has run to its end or was killed after so many seconds."""
    end = monotonic() + seconds
    source, feed = posix.pipe()
    output, out = posix.pipe()
    errors, err = posix.pipe()
    try:
        pid = posix.posix_spawn(
            argv[0],
            argv,
            dict(environment),
            file_actions=(
                (posix.POSIX_SPAWN_DUP2, source, 0),
                (posix.POSIX_SPAWN_DUP2, out, 1),
                (posix.POSIX_SPAWN_DUP2, err, 2),
            ),
            setsigdef=(PIPE,),
        )
    except OSError as error:
        for descriptor in (source, feed, output, out, errors, err):
            posix.close(descriptor)
        return Finished(UNABLE, "", f"{argv[0]}: {error.strerror}")
    for descriptor in (source, out, err):
        posix.close(descriptor)
    texts = {output: b"", errors: b""}
    complete = send(feed, stdin, end) and collect(texts, end)
    if not complete:
        posix.kill(pid, KILL)
    posix.close(output)
    posix.close(errors)
    code = posix.waitstatus_to_exitcode(posix.waitpid(pid, 0)[1])
    return Finished(code if complete else None, plain(texts[output]), plain(texts[errors]))


def send(feed: int, text: str, end: float) -> bool:
    """Whether the program took its whole input; one that left early counts as having done so."""
    rest = text.encode("utf-8", "surrogateescape")
    posix.set_blocking(feed, False)
    waiting = poll()
    waiting.register(feed, POLLOUT)
    try:
        while rest:
            left = end - monotonic()
            if left <= 0 or not waiting.poll(left * 1000):
                return False
            rest = rest[posix.write(feed, rest[:CHUNK]) :]
    except BrokenPipeError:
        pass
    finally:
        posix.close(feed)
    return True


def collect(texts: "dict[int, bytes]", end: float) -> bool:
    """Whether all descriptors came to their end in time; what they gave is added to `texts`."""
    waiting = poll()
    for descriptor in texts:
        waiting.register(descriptor, POLLIN)
    open_ones = set(texts)
    while open_ones:
        left = end - monotonic()
        ready = waiting.poll(left * 1000) if left > 0 else []
        if not ready:
            return False
        for descriptor, _event in ready:
            chunk = posix.read(descriptor, CHUNK)
            texts[descriptor] += chunk
            if not chunk:
                waiting.unregister(descriptor)
                open_ones.discard(descriptor)
            if len(texts[descriptor]) > MOST:
                return False
    return True


def plain(raw: bytes) -> str:
    """Output as text, whatever bytes it holds."""
    return raw.decode("utf-8", "replace")
