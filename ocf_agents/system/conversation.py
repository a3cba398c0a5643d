"""One question to a server in its own protocol, over TCP or a local socket, until a deadline.

The `_socket` of the interpreter does it; `socket`, which wraps it, costs more than a whole monitor.
"""

from __future__ import annotations

import _socket
from time import monotonic

from ..lean import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Callable

CHUNK = 1 << 16
LARGEST = 1 << 20


def ask(place: tuple[str, int], question: bytes, whole: Callable[[bytes], bool], seconds: float) -> bytes:
    """What the server at (host, port), or (path, 0), answered until it was whole or had closed.

    Raises OSError, which is a TimeoutError at the deadline.
    """
    end = monotonic() + seconds
    family, address = target(place)
    connection = _socket.socket(family, _socket.SOCK_STREAM)
    try:
        connection.settimeout(max(seconds, 0.01))
        connection.connect(address)
        rest = question
        while rest:
            rest = rest[connection.send(rest) :]
        answer = b""
        while not whole(answer) and len(answer) < LARGEST:
            left = end - monotonic()
            if left <= 0:
                raise TimeoutError
            connection.settimeout(left)
            chunk = connection.recv(CHUNK)
            if not chunk:
                break
            answer += chunk
        return answer
    finally:
        connection.close()


def target(place: tuple[str, int]) -> tuple[int, tuple[str, int] | str]:
    """The family and the address of a place, as the kernel's calls take them."""
    host, port = place
    if host.startswith("/"):
        return _socket.AF_UNIX, host
    return (_socket.AF_INET6 if ":" in host else _socket.AF_INET), (host, port)
