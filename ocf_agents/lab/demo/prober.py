"""A client that never rests: it asks for a token all the time, and writes down when it got one.

It runs as a program of its own on the lab's client, under any Python. Standard input gives it host,
port and the body of the request as JSON; standard output is one line for each answer: when it was
asked, when answered (both of the machine's monotonic clock), and the HTTP status, 0 for none.
"""

from __future__ import annotations

import http.client
import json
import sys
import threading
import time

INTERVAL = 0.25
CONNECTING = 1.0
# A client that gave up early would leave its request in the server's queue, to be answered in vain.
ANSWERING = 10.0
MOST_AT_ONCE = 4


def ask(host: str, port: int, body: str) -> int:
    """The status of one request for a token, on a connection of its own."""
    connection = http.client.HTTPConnection(host, port, timeout=CONNECTING)
    try:
        connection.connect()
        connection.sock.settimeout(ANSWERING)
        connection.request("POST", "/v3/auth/tokens", body, {"Content-Type": "application/json"})
        response = connection.getresponse()
        response.read()
        return response.status
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        connection.close()


def probe(host: str, port: int, body: str, turns: threading.Semaphore) -> None:
    """One more answer is written down."""
    asked = time.monotonic()
    status = ask(host, port, body)
    turns.release()
    sys.stdout.write(f"{asked:.3f} {time.monotonic():.3f} {status}\n")
    sys.stdout.flush()


def main() -> None:
    """A request leaves every INTERVAL, answered or not, until the process is ended."""
    task = json.load(sys.stdin)
    turns = threading.Semaphore(MOST_AT_ONCE)
    due = time.monotonic()
    while True:
        turns.acquire()
        threading.Thread(
            target=probe, args=(task["host"], task["port"], task["body"], turns), daemon=True
        ).start()
        due = max(due + INTERVAL, time.monotonic())
        time.sleep(max(0.0, due - time.monotonic()))


if __name__ == "__main__":
    main()
