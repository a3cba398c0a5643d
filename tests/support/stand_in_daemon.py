#!/usr/bin/python3 -IS
"""A stand-in for a daemon that hangs on a broker: it connects where its configuration says, and waits.

`connect = host:port` lines name the places; a worker holds the connections where there is
`worker = true`. Lost connections are made again, as the real daemons do it.
"""

import os
import signal
import socket
import sys
import time

path = sys.argv[sys.argv.index("--config-file") + 1]
with open(path, encoding="utf-8") as file:
    options = [line.strip().split(" = ", 1) for line in file if " = " in line]
places = [value.rsplit(":", 1) for name, value in options if name == "connect"]
signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
if ["worker", "true"] in options:
    worker = os.fork()
    if worker:
        signal.signal(signal.SIGTERM, lambda *_: (os.kill(worker, signal.SIGKILL), os._exit(0)))
        os.waitpid(worker, 0)
held: dict = {}
while True:
    for place in places:
        key = tuple(place)
        try:
            if key not in held:
                held[key] = socket.create_connection((place[0], int(place[1])), 1)
                held[key].settimeout(0.05)
            if not held[key].recv(1):
                held.pop(key).close()
        except socket.timeout:  # before Python 3.10 this is no TimeoutError
            pass
        except OSError:
            held.pop(key, None)
            time.sleep(0.05)
    time.sleep(0.05)
