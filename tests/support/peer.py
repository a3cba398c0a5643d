"""A server in a thread that answers from a script, with or without TLS, and certificates for it."""

from __future__ import annotations

import socket
import ssl
import subprocess
import threading
from typing import TYPE_CHECKING, Optional

if TYPE_CHECKING:
    from pathlib import Path

END = b"\r\n\r\n"


def certificate(directory: Path, name: str = "IP:127.0.0.1") -> tuple[Path, Path]:
    """The files of a self-signed certificate for a name, and of its key."""
    file, key = directory / f"{name}.pem", directory / f"{name}.key"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"),
            *("-days", "2", "-subj", "/CN=test", "-addext", f"subjectAltName={name}"),
            *("-keyout", str(key), "-out", str(file)),
        ],
        check=True,
        capture_output=True,
    )
    return file, key


class Peer:
    """Answers the requests of each connection in turn, and closes it when its script has ended."""

    def __init__(self, *answers: bytes, of: int = 1, files: Optional[tuple[Path, Path]] = None) -> None:
        self.script, self.of = list(answers), of
        """The answers, and how many of them are given over one connection."""
        self.context: Optional[ssl.SSLContext] = None
        if files:
            self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.context.load_cert_chain(*files)
        self.heard: list[bytes] = []
        self.connections = 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.place: tuple[str, int] = self.listener.getsockname()
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def serve(self) -> None:
        """One connection after the other."""
        while self.script:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            try:
                connection.settimeout(5)
                if self.context:
                    connection = self.context.wrap_socket(connection, server_side=True)
                self.answer(connection)
                if isinstance(connection, ssl.SSLSocket):
                    connection.unwrap()
            except OSError:
                pass
            finally:
                connection.close()

    def answer(self, connection: socket.socket) -> None:
        """The next answers of the script, one to each request."""
        for _ in range(self.of):
            heard = connection.recv(65536)
            while heard and END not in heard and heard.startswith((b"GET", b"POST")):
                heard += connection.recv(65536)
            if not heard or not self.script:
                return
            self.heard.append(heard)
            connection.sendall(self.script.pop(0))

    def close(self) -> None:
        """Nobody listens any more."""
        self.script.clear()
        # A thread that waits in accept() would hold the socket.
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.thread.join(5)
