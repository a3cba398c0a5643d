#!/usr/bin/python3 -IS
"""A stand-in for any daemon of a cloud, under the daemon's own name: it listens, or it connects.

APIs answer every request with 200, where their configuration says that they listen; others hold
connections to the broker and the database that theirs names. This program is a broker as well, under
the name of RabbitMQ, broker and database in one as `servers-of-2012`, and MongoDB, which answers every
message with {ok: 1.0}, as mongod. uWSGI finds an application in it.
"""

import configparser
import os
import socket
import struct
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

DEFAULT = "DEFAULT"
APIS = {
    "glance-api": (9292, DEFAULT, "bind_host"),
    "glance-registry": (9191, DEFAULT, "bind_host"),
    "nova-api": (8774, DEFAULT, "osapi_compute_listen"),
    "nova-objectstore": (3333, DEFAULT, "s3_listen"),
    "nova-novncproxy": (6080, "vnc", "novncproxy_host"),
    "neutron-server": (9696, DEFAULT, "bind_host"),
    "cinder-api": (8776, DEFAULT, "osapi_volume_listen"),
    "heat-api": (8004, "heat_api", "bind_host"),
    "heat-api-cfn": (8000, "heat_api_cfn", "bind_host"),
}
BROKER, DATABASE, MONGODB = 5672, 3306, 27017
SERVERS = {"rabbitmq-server": (BROKER,), "servers-of-2012": (BROKER, DATABASE)}
START = b"\x01\x00\x00\x00\x00\x00\x04\x00\x0a\x00\x0a\xce"
"""What a broker says to the header of AMQP 0-9-1."""
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


def application(_environment: dict, start_response: object) -> "list[bytes]":
    """The same for uWSGI."""
    start_response("200 OK", [("Content-Length", "2")])
    return [b"{}"]


def serve(connection: socket.socket) -> None:
    """Whoever greets is greeted, and may stay."""
    try:
        while connection.recv(100):
            connection.sendall(START)
    except OSError:
        pass
    connection.close()


def accept(port: int) -> None:
    """Whoever comes is let in, for ever."""
    listener = socket.create_server(("0.0.0.0", port))
    while True:
        threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()


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


def configuration() -> configparser.ConfigParser:
    """What the files of the command line say."""
    read = configparser.ConfigParser(default_section="", strict=False, interpolation=None)
    read.read([file for word, file in zip(sys.argv, sys.argv[1:]) if word == "--config-file"])
    return read


def main(name: str) -> None:
    """Live as the name and the configuration say."""
    if name in SERVERS:
        for port in SERVERS[name]:
            threading.Thread(target=accept, args=(port,)).start()
        return
    if name == "mongod":
        reply()
    read = configuration()
    if name in APIS:
        port, section, option = APIS[name]
        host = read.get(section, option, fallback="0.0.0.0")
        ThreadingHTTPServer((host, port), Answers).serve_forever()
    places = [(read.get(DEFAULT, "transport_url", fallback=""), BROKER)]
    if name != "nova-compute":
        places.append((read.get("database", "connection", fallback=""), DATABASE))
    held = [
        socket.create_connection((url.hostname, url.port or port))
        for url, port in ((urlsplit(text), port) for text, port in places)
        if url.hostname
    ]
    for one in held:
        while one.recv(100):
            pass
    sys.exit("a connection was lost")


if __name__ == "__main__":
    main(os.path.basename(sys.argv[0]))
