"""Established TCP connections as the kernel shows them (proc(5), /proc/net/tcp), by their far ends.

Like `pulse`, this serves healthy monitors: it searches the tables as bytes and splits only lines
that match, since a controller has thousands of them.
"""

from .pulse import beats, read
from .sockets import TABLES, held, hexadecimal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

ESTABLISHED = b"01"
UID_AND_MORE = 9
INODE = 7
"""The place of the inode behind the far end's port."""


def peer(address: str, port: int) -> bytes:
    """A far end as it stands in the tables, with the state behind it; a name fits every address."""
    # The blank at the end tells a far end's state from the first digits of a far end's address.
    return b"%s:%04X %s " % (digits(address), port, ESTABLISHED)


def digits(address: str) -> bytes:
    """The end of an address in the tables: all of an IPv4 or IPv6 number, nothing of a name."""
    if ":" not in address:
        return hexadecimal(address)
    groups = expanded(address)
    if groups is None:
        return b""
    raw = b"".join(group.to_bytes(2, "big") for group in groups)
    words = (raw[i : i + 4] for i in range(0, 16, 4))
    return b"".join(b"%02X" * 4 % tuple(reversed(word)) for word in words)


def expanded(address: str) -> "list[int] | None":
    """The eight groups of an IPv6 number (RFC 4291, without zone), or None for anything else."""
    rest, _, last = address.rpartition(":")
    mapped = hexadecimal(last)
    if mapped:
        # The last two groups may be written as an IPv4 address.
        number = bytes.fromhex(mapped.decode())[::-1].hex()
        address = f"{rest}:{number[:4]}:{number[4:]}"
    head, mark, tail = address.partition("::")
    halves = [half.split(":") if half else [] for half in (head, tail)]
    missing = 8 - len(halves[0]) - len(halves[1])
    if (missing < 1 and mark) or (missing and not mark):
        return None
    try:
        groups = [int(group, 16) for group in (*halves[0], *["0"] * missing, *halves[1])]
    except ValueError:
        return None
    return groups if all(0 <= group < 1 << 16 for group in groups) else None


def connected(peers: "Iterable[bytes]") -> "set[int]":
    """The sockets (by inode) that are connected to one of these far ends."""
    peers = tuple(peers)
    found: set[int] = set()
    for table in TABLES:
        text = read(table) or b""
        for one in peers:
            found |= established(text, one)
    return found


def established(table: bytes, far: bytes) -> "set[int]":
    """The same from the text of one table, for one far end."""
    found = set()
    place = table.find(far)
    while place >= 0:
        words = table[place : place + 200].split(None, UID_AND_MORE)
        if len(words) > INODE and words[INODE].isdigit():
            found.add(int(words[INODE]))
        place = table.find(far, place + 1)
    return found


def still_connected(
    wanted: "Sequence[tuple[Sequence[bytes], Sequence[tuple[int, int]]]]",
) -> bool:
    """Whether of each group of processes (pid, start time) one lives and holds such a connection."""
    if not wanted:
        return True
    tables = [read(table) or b"" for table in TABLES]
    for peers, processes in wanted:
        sockets: set[int] = set()
        for pid, started in processes:
            if beats(pid, started):
                sockets |= held(pid)
        if not any(sockets & established(table, one) for table in tables for one in peers):
            return False
    return True
