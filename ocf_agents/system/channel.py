"""A stream of bytes between two hosts that know one secret: both ends prove it, and the end proves the whole.

What is sent is not hidden from whoever can listen on the way; but nobody else can send it, cut it
short or change it without being found out. No secret is ever sent.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import socket
import struct

from ..lean import TYPE_CHECKING
from .errors import Refused

if TYPE_CHECKING:
    from collections.abc import Iterator

NONCE, PROOF = 32, 32
HEAD = struct.Struct("!cI")
"""A frame's sort and length."""
DATA, SIZE, END, REFUSAL = b"D", b"S", b"E", b"R"
LONGEST = 1 << 20
"""Bytes of one frame at most."""
PATIENCE = 10.0
"""Seconds that a stranger has to prove itself."""
SILENCE = 300.0
"""Seconds without a byte after which the other end counts as gone."""


class Channel:
    """One end of a stream whose other end has proved that it knows the secret."""

    def __init__(self, link: socket.socket, key: bytes) -> None:
        self.link = link
        self.seal = hashlib.blake2b(key=key, digest_size=PROOF)

    def send(self, sort: bytes, content: bytes) -> None:
        """The frame is on its way; raises OSError."""
        head = HEAD.pack(sort, len(content))
        self.seal.update(head)
        self.seal.update(content)
        self.link.sendall(head + content)

    def finish(self) -> None:
        """The other end can know that it got everything; raises OSError."""
        proof = self.seal.digest()
        self.link.sendall(HEAD.pack(END, len(proof)) + proof)
        self.link.shutdown(socket.SHUT_WR)

    def frames(self) -> Iterator[tuple[bytes, bytes]]:
        """Sort and content of all that was sent; Refused if it ends early or is not what was sent."""
        while True:
            head = exactly(self.link, HEAD.size)
            sort, length = HEAD.unpack(head)
            if length > LONGEST:
                raise Refused("what was received is not what was sent")
            content = exactly(self.link, length)
            if sort == END:
                if not hmac.compare_digest(content, self.seal.digest()):
                    raise Refused("what was received is not what was sent")
                return
            self.seal.update(head)
            self.seal.update(content)
            yield sort, content


def exactly(link: socket.socket, length: int) -> bytes:
    """So many bytes; Refused if the stream ends before."""
    parts = []
    while length:
        try:
            part = link.recv(min(length, LONGEST))
        except socket.timeout:
            raise Refused("nothing came for too long") from None
        except OSError as error:
            raise Refused(f"the connection broke: {error.strerror or error}") from error
        if not part:
            raise Refused("the connection ended too early")
        parts.append(part)
        length -= len(part)
    return b"".join(parts)


def proof(key: bytes, *parts: bytes) -> bytes:
    """What only one who knows the key can say to these parts."""
    return hmac.new(key, b"|".join(parts), hashlib.sha256).digest()


def derive(secret: str, purpose: str) -> bytes:
    """A key for one purpose, which does not give the secret away."""
    return hmac.new(secret.encode("utf-8", "surrogateescape"), purpose.encode(), hashlib.sha256).digest()


def listen(address: str, port: int) -> socket.socket:
    """A socket that accepts connections to this address only; Refused says why there is none."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((address, port))
        listener.listen(4)
    except OSError as error:
        listener.close()
        raise Refused(f"{address} port {port}: {error.strerror or error}") from error
    return listener


def accept(listener: socket.socket, key: bytes, session: str) -> Channel:
    """The stream of whoever connects next; Refused if that one does not know the key."""
    link, stranger = listener.accept()
    link.settimeout(PATIENCE)
    try:
        mine, words = os.urandom(NONCE), session.encode()
        link.sendall(mine)
        told = exactly(link, NONCE + PROOF)
        theirs = told[:NONCE]
        if not hmac.compare_digest(told[NONCE:], proof(key, b"sender", words, mine, theirs)):
            raise Refused(f"{stranger[0]} does not know the password of replication")
        link.sendall(proof(key, b"receiver", words, theirs, mine))
    except (OSError, Refused) as error:
        link.close()
        raise Refused(str(error)) from error
    link.settimeout(SILENCE)
    return Channel(link, proof(key, b"stream", words, mine, theirs))


def connect(address: str, port: int, key: bytes, session: str) -> Channel:
    """A stream to whoever listens there; Refused if that one does not know the key, or is not there."""
    try:
        link = socket.create_connection((address, port), timeout=PATIENCE)
    except OSError as error:
        raise Refused(f"{address} port {port}: {error.strerror or error}") from error
    try:
        theirs, mine, words = exactly(link, NONCE), os.urandom(NONCE), session.encode()
        link.sendall(mine + proof(key, b"sender", words, theirs, mine))
        told = exactly(link, PROOF)
        if not hmac.compare_digest(told, proof(key, b"receiver", words, mine, theirs)):
            raise Refused("it does not know the password of replication")
    except (OSError, Refused) as error:
        link.close()
        raise Refused(f"{address} port {port}: {error}") from error
    link.settimeout(SILENCE)
    return Channel(link, proof(key, b"stream", words, theirs, mine))
