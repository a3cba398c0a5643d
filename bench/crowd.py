"""Runs in a node of the lab: makes it as crowded as a controller, and returns when it is.

Usage: crowd.py PROCESSES SOCKETS PORT... ; there are so many idle processes and connected sockets
from then on, and a server that accepts whoever comes to one of the ports.
"""

from __future__ import annotations

import os
import resource
import selectors
import signal
import socket
import sys


def main() -> None:
    """The crowd lives on in the background, until the node ends."""
    processes, sockets, *ports = map(int, sys.argv[1:])
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    servers = [socket.create_server(("127.0.0.1", port), backlog=128) for port in ports]
    meeting = socket.create_server(("127.0.0.1", 0))
    held = []
    for _ in range(sockets // 2):
        held += [socket.create_connection(meeting.getsockname()), meeting.accept()[0]]
    if os.fork():
        os._exit(0)
    os.setsid()
    for _ in range(processes):
        if not os.fork():
            for one in (*servers, *held, meeting):
                one.close()
            while True:
                signal.pause()
    accept(servers)


def accept(servers: list[socket.socket]) -> None:
    """Whoever connects is let in, for ever."""
    waiting = selectors.DefaultSelector()
    for server in servers:
        waiting.register(server, selectors.EVENT_READ)
    guests = []
    while True:
        for key, _ in waiting.select():
            guests.append(key.fileobj.accept()[0])


main()
