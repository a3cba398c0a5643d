"""A client that never rests: it makes one request all the time, and writes down how it was answered.

It runs as a program of its own on the lab's client, under any Python. Standard input gives it host,
port and the request as JSON; standard output is one line for each answer: when it was asked, when
answered (both of the machine's monotonic clock), and the HTTP status, 0 for none.
"""

from __future__ import annotations

import http.client
import json
import sys
import threading
import time
from typing import Any

CONNECTING = 1.0
# A client that gave up early would leave its request in the server's queue, to be answered in vain.
ANSWERING = 10.0
MOST_AT_ONCE = 4


def good(status: int) -> bool:
    """Whether an answer is what a client wants."""
    return 200 <= status < 300  # RFC 9110, 15.3


def ask(task: dict[str, Any]) -> int:
    """The status of the request, or of the first that failed of those that belong to it."""
    try:
        status, text = request(task, task["method"], task["path"], task["body"])
        for method, path in task["then"]:
            if good(status):
                status, _ = request(task, method, path.format(**json.loads(text)))
    except (OSError, http.client.HTTPException, ValueError, KeyError):
        return 0
    return status


def request(task: dict[str, Any], method: str, path: str, body: str = "") -> tuple[int, bytes]:
    """Status and text of one answer, on a connection of its own."""
    connection = http.client.HTTPConnection(task["host"], task["port"], timeout=CONNECTING)
    try:
        connection.connect()
        connection.sock.settimeout(ANSWERING)
        connection.request(method, path, body or None, task["headers"])
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()


def probe(task: dict[str, Any], turns: threading.Semaphore) -> None:
    """One more answer is written down."""
    asked = time.monotonic()
    status = ask(task)
    turns.release()
    sys.stdout.write(f"{asked:.3f} {time.monotonic():.3f} {status}\n")
    sys.stdout.flush()


def main() -> None:
    """A request leaves every so often, answered or not, until the process is ended."""
    task = json.load(sys.stdin)
    turns = threading.Semaphore(MOST_AT_ONCE)
    due = time.monotonic()
    while True:
        turns.acquire()
        threading.Thread(target=probe, args=(task, turns), daemon=True).start()
        due = max(due + task["interval"], time.monotonic())
        time.sleep(max(0.0, due - time.monotonic()))


if __name__ == "__main__":
    main()
