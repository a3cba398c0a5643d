#!/usr/bin/python3 -IS
"""A stand-in for any daemon of 2012, under the daemon's own name: it listens, or it connects.

APIs answer every request with 200 on the port of their name, and mongod every message with {ok: 1.0};
others hold connections to a broker and a database on this node, which this program is as well, under
the name `servers-of-2012`.
"""

import os
import socket
import struct
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PORTS = {
    "glance-api": 9292, "glance-registry": 9191, "nova-api": 8774,
    "nova-objectstore": 3333, "nova-novncproxy": 6080,
}  # fmt: skip
SERVERS = 5672, 3306
MONGODB = 27017
OK = b"\x01ok\x00" + struct.pack("<d", 1)


class Answers(BaseHTTPRequestHandler):
    """Content with everything."""

    def do_GET(self) -> None:
        """Answers 200."""
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_: object) -> None:
        """Says nothing."""


def accept(port: int) -> None:
    """Whoever comes is let in, for ever."""
    listener, taken = socket.create_server(("127.0.0.1", port)), []
    while True:
        taken.append(listener.accept())


def reply() -> None:
    """Each client's one message is answered as MongoDB would (OP_MSG, a document of BSON)."""
    listener = socket.create_server(("127.0.0.1", MONGODB))
    while True:
        client, _ = listener.accept()
        size, request, _, operation = struct.unpack("<iiii", client.recv(16, socket.MSG_WAITALL))
        client.recv(size - 16, socket.MSG_WAITALL)
        document = struct.pack("<i", len(OK) + 5) + OK + b"\0"
        client.sendall(struct.pack("<iiiiIb", 21 + len(document), 1, request, operation, 0, 0) + document)
        client.close()


name = os.path.basename(sys.argv[0])
if name in PORTS:
    ThreadingHTTPServer(("0.0.0.0", PORTS[name]), Answers).serve_forever()
elif name == "mongod":
    reply()
elif name == "servers-of-2012":
    for port in SERVERS:
        threading.Thread(target=accept, args=(port,)).start()
else:
    held = [socket.create_connection(("127.0.0.1", port)) for port in SERVERS]
    threading.Event().wait()
