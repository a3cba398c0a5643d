"""Sockets as the kernel shows them (proc(5), /proc/net/tcp)."""

from posix import listdir, readlink

from .pulse import read

TABLES = ("/proc/net/tcp", "/proc/net/tcp6")
LISTENING = b"0A"


def held(pid: int) -> "set[int]":
    """The sockets (by inode) that a process holds; none of a process that is gone."""
    found: set[int] = set()
    directory = f"/proc/{pid}/fd"
    try:
        names = listdir(directory)
    except OSError:
        return found
    for name in names:
        try:
            target = readlink(f"{directory}/{name}")
        except OSError:
            continue
        if target.startswith("socket:["):
            found.add(int(target[8:-1]))
    return found


def listeners(address: str, port: int) -> "set[int]":
    """The sockets (by inode) that accept connections to this address and port."""
    found = set()
    for table in TABLES:
        found |= listening(read(table) or b"", address, port)
    return found


def listening(table: bytes, address: str, port: int) -> "set[int]":
    """The same from the text of one table; an address that is no IPv4 number fits every socket."""
    suffix = b":%04X" % port
    wanted = hexadecimal(address)
    # Whoever listens has no far end. Most lines are of others; they are not worth splitting.
    needle = suffix + b" 00000000"
    found = set()
    place = table.find(needle)
    while place >= 0:
        fields = table[table.rfind(b"\n", 0, place) + 1 : place + 200].split(None, 10)
        if len(fields) >= 10 and fields[3] == LISTENING and fields[9].isdigit():
            local = fields[1][: -len(suffix)]
            if not wanted or not local.strip(b"0") or local.endswith(wanted):
                found.add(int(fields[9]))
        place = table.find(needle, place + 1)
    return found


def hexadecimal(address: str) -> bytes:
    """An IPv4 address as the tables write it (little-endian), or nothing for any other address.

    The IPv6 table ends the mapped address of an IPv4 one with the same digits.
    """
    parts = address.split(".")
    if len(parts) != 4 or not all(len(part) < 4 and part.isdigit() and int(part) < 256 for part in parts):
        return b""
    return b"".join(b"%02X" % int(part) for part in reversed(parts))
