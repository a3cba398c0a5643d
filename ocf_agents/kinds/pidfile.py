"""The file that an operator's pid= names: nothing else by that name is overwritten or removed."""

from __future__ import annotations

from ..lean import TYPE_CHECKING

if TYPE_CHECKING:
    from ..system.host import Host

BLANKS = b"\0 \t\r\n"
"""What a loss of power leaves in a file, and what editors do."""


def foreign(host: Host, path: str) -> str:
    """What tells the file at this path from a pid file; empty if nothing does, or there is none."""
    if not host.exists(path):
        return ""
    if not host.is_file(path):
        return "is no regular file"
    content = (host.read_bytes(path) or b"").strip(BLANKS)
    return "holds something else than a pid" if content and not content.isdigit() else ""
