#!/usr/bin/python3 -IS
"""A stand-in for Keystone's server, small enough to be started a hundred times in a test run.

It is no Keystone. It answers the addresses that the agent asks, in the moods that a test wants; the
real Keystone is what tests/cluster is for. It is called like keystone-wsgi-public, as
`PROGRAM --port N`, and finds its configuration by the same variables. That file holds JSON, which
is read anew for each request, so that a test can change the mood of a running server:

healthcheck, v3    status to answer with (200), drained: 503 DISABLED BY FILE
password           the only one that gets a token; login is the user's name
delay              seconds before each answer; hang: none ever comes
certificate        files of it and of its key, read once: TLS is spoken
die                message on standard error, and no service
silent             lives, and does not listen
stubborn           ignores SIGTERM
worker             a child serves as well; desert: it is left behind at SIGTERM
"""

import json
import os
import signal
import socket
import sys
import time


def mood() -> dict:
    """What the configuration asks for."""
    path = os.path.join(os.environ["OS_KEYSTONE_CONFIG_DIR"], os.environ["OS_KEYSTONE_CONFIG_FILES"])
    try:
        with open(path, encoding="utf-8") as file:
            return json.load(file)
    except (OSError, ValueError):
        return {}


def read(connection: socket.socket) -> "tuple[str, bytes]":
    """The path that is asked for, and the body."""
    raw = b""
    while b"\r\n\r\n" not in raw:
        chunk = connection.recv(65536)
        if not chunk:
            return "", b""
        raw += chunk
    head, _, body = raw.partition(b"\r\n\r\n")
    length = 0
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
        if name.lower() == b"expect":
            connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
    while len(body) < length:
        body += connection.recv(65536)
    return head.split()[1].decode(), body


def answer(path: str, body: bytes, wanted: dict) -> "tuple[int, str]":
    """Status and text."""
    if path == "/healthcheck":
        if wanted.get("drained"):
            return 503, "DISABLED BY FILE"
        return wanted.get("healthcheck", 200), "OK"
    if path == "/v3":
        return wanted.get("v3", 200), '{"version": {"id": "v3.14"}}'
    if path == "/v3/auth/tokens":
        user = json.loads(body)["auth"]["identity"]["password"]["user"]
        good = user["password"] == wanted.get("password") and user["name"] == wanted.get("login", "monitor")
        return (201, '{"token": {"catalog": []}}') if good else (401, "{}")
    return 404, ""


def serve(listener: socket.socket, certificate: "list[str]") -> None:
    """One request after the other, for ever."""
    if certificate:
        import ssl

        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*certificate)
    while True:
        connection, _ = listener.accept()
        try:
            if certificate:
                connection = context.wrap_socket(connection, server_side=True)
            path, body = read(connection)
            wanted = mood()
            time.sleep(10_000 if wanted.get("hang") else wanted.get("delay", 0))
            status, text = answer(path, body, wanted)
            head = f"HTTP/1.1 {status} x\r\nContent-Length: {len(text)}\r\nConnection: close\r\n\r\n"
            connection.sendall((head + text).encode())
        except (OSError, ValueError, KeyError, IndexError):
            pass
        finally:
            connection.close()


def main() -> None:
    """Live as the configuration says."""
    wanted = mood()
    if "die" in wanted:
        sys.exit(wanted["die"])
    if wanted.get("stubborn"):
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if wanted.get("silent"):
        time.sleep(10_000)
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", int(sys.argv[sys.argv.index("--port") + 1])))
    listener.listen(16)
    worker = os.fork() if wanted.get("worker") else 0
    if worker and not wanted.get("desert"):
        signal.signal(signal.SIGTERM, lambda *_: (os.kill(worker, signal.SIGKILL), os._exit(0)))
    serve(listener, wanted.get("certificate", []))


main()
