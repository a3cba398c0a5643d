"""A database in a thread: it takes one login on a local socket, and answers from a script."""

from __future__ import annotations

import hashlib
import socket
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Callable, Optional

if TYPE_CHECKING:
    from pathlib import Path

CHALLENGE, OTHER = b"12345678abcdefghijkl", b"lkjihgfedcba87654321"
NATIVE, CACHING = "mysql_native_password", "caching_sha2_password"
OK, REFUSAL = b"\0\0\0\2\0\0\0", b"\xff\x15\x04#28000Access denied"
KNOWN, UNKNOWN = b"\x01\x03", b"\x01\x04"
"""Whether a caching server knows the password by heart."""


def mixed(one: bytes, other: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(one, other))


def natively(stored: bytes, challenge: bytes, proof: bytes) -> bool:
    """Whether a proof shows a password whose digest's digest is stored, as a server finds out."""
    once = mixed(proof, hashlib.sha1(challenge + stored).digest())
    return len(proof) == 20 and hashlib.sha1(once).digest() == stored


def cached(stored: bytes, challenge: bytes, proof: bytes) -> bool:
    once = mixed(proof, hashlib.sha256(stored + challenge).digest())
    return len(proof) == 32 and hashlib.sha256(once).digest() == stored


WAYS: dict[str, tuple[Callable[[bytes], bytes], Callable[[bytes, bytes, bytes], bool]]] = {
    NATIVE: (lambda word: hashlib.sha1(hashlib.sha1(word).digest()).digest(), natively),
    CACHING: (lambda word: hashlib.sha256(hashlib.sha256(word).digest()).digest(), cached),
}


def text(value: Optional[str]) -> bytes:
    """A value with its length."""
    if value is None:
        return b"\xfb"
    raw = value.encode()
    if len(raw) < 251:
        return bytes([len(raw)]) + raw
    return (
        b"\xfc" + len(raw).to_bytes(2, "little")
        if len(raw) < 1 << 16
        else b"\xfd" + len(raw).to_bytes(3, "little")
    ) + raw


def table(names: list[str], *rows: list[Optional[str]], last: bool = True) -> list[bytes]:
    """The packets of one answer."""
    end = b"\xfe\0\0" + (b"\x02\0" if last else b"\x0a\0")
    columns = [b"".join(map(text, ["def", "", "", "", name, name])) + b"\x0c" + bytes(12) for name in names]
    return [bytes([len(names)]), *columns, end, *(b"".join(map(text, row)) for row in rows), end]


class DatabasePeer:
    """Takes a user with a password, asks for the proof as its way of login wants, and answers once."""

    def __init__(
        self,
        directory: Path,
        answer: list[bytes],
        *,
        way: str = NATIVE,
        users: str = "",
        password: str = "secret",
        after: tuple[bytes, ...] = (),
        raw: Optional[bytes] = None,
    ) -> None:
        self.path = str(directory / "socket")
        self.answer, self.way, self.users = answer, way, users or way
        """The packets; how logins are made here, and how this user's is."""
        self.password, self.after, self.raw = password.encode(), after, raw
        """What else is said before the last word of a login; what is said instead of all that."""
        self.user, self.heard = "", b""
        self.farewell = False
        self.link = socket.socket(socket.AF_UNIX)
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(self.path)
        self.listener.listen()
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def __enter__(self) -> DatabasePeer:
        return self

    def __exit__(self, *_: object) -> None:
        for one in (self.listener, self.link):
            # A client that gave up may not have closed yet.
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
        self.thread.join(5)
        self.listener.close()

    def serve(self) -> None:
        """One connection."""
        try:
            self.link = self.listener.accept()[0]
        except OSError:
            return
        with self.link:
            self.link.settimeout(5)
            try:
                if self.raw is not None:
                    self.link.sendall(self.raw)
                elif self.admits():
                    self.heard = self.packet(first=True)
                    self.say(*self.answer)
                    self.farewell = self.packet(first=True) == b"\x01"
            except OSError:
                pass

    def admits(self) -> bool:
        """Whether the login was made, and the client was told."""
        self.number = 0
        half = CHALLENGE[:8] + b"\0" + b"\xff\xf7" + b"\x2d" + b"\x02\0" + b"\xff\x81" + b"\x15" + bytes(10)
        self.say(b"\x0a8.0.0-test\0" + bytes(4) + half + CHALLENGE[8:] + b"\0" + self.way.encode() + b"\0")
        told = self.packet()[32:]
        user, _, rest = told.partition(b"\0")
        self.user = user.decode()
        challenge, proof = CHALLENGE, rest[1 : 1 + rest[0]]
        assert rest[1 + rest[0] :] == self.way.encode() + b"\0"
        if self.users != self.way:
            self.say(b"\xfe" + self.users.encode() + b"\0" + OTHER + b"\0")
            challenge, proof = OTHER, self.packet()
        store, right = WAYS[self.users]
        if not right(store(self.password), challenge, proof):
            self.say(REFUSAL)
            return False
        self.say(*self.after, OK)
        return True

    def say(self, *packets: bytes) -> None:
        """The packets are on their way, one number after the other."""
        for packet in packets:
            self.link.sendall(len(packet).to_bytes(3, "little") + bytes([self.number]) + packet)
            self.number += 1

    def packet(self, first: bool = False) -> bytes:
        """What comes next, under the number that it has to have."""
        head = self.exactly(4)
        self.number = 0 if first else self.number
        assert head[3] == self.number
        self.number += 1
        return self.exactly(int.from_bytes(head[:3], "little"))

    def exactly(self, length: int) -> bytes:
        """So many bytes."""
        taken = b""
        while len(taken) < length:
            chunk = self.link.recv(length - len(taken))
            if not chunk:
                raise OSError
            taken += chunk
        return taken
