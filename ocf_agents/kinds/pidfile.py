"""The file that an operator's pid= names: nothing else by that name is overwritten or removed."""

from __future__ import annotations

from ..lean import TYPE_CHECKING

if TYPE_CHECKING:
    from ..system.host import Host


def foreign(host: Host, path: str) -> str:
    """What tells the file at this path from a pid file; empty if nothing does, or there is none."""
    if not host.exists(path):
        return ""
    if not host.is_file(path):
        return "is no regular file"
    # A loss of power leaves zeros; HAProxy writes the pids of all its processes.
    words = (host.read_bytes(path) or b"").replace(b"\0", b" ").split()
    return "" if all(word.isdigit() for word in words) else "holds something else than a pid"
