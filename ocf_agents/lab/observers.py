"""Who looks at a database all the time: an application that writes, and a watcher of all servers."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from .errors import LabError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

PYTHON = "/usr/bin/python3"
PROGRAM = str(Path(__file__).with_name("writer.py"))


def writing(address: str, file: Path) -> tuple[str, ...]:
    """The command that writes through this address, and notes in the file what was confirmed."""
    return PYTHON, PROGRAM, "write", address, str(file)


def watching(addresses: Sequence[str], file: Path) -> tuple[str, ...]:
    """The command that looks at the servers at these addresses, and notes in the file what it saw."""
    return PYTHON, PROGRAM, "watch", *addresses, str(file)


@dataclass
class Observer:
    """A process that notes what it sees in a file."""

    command: Sequence[str]
    file: Path
    environment: Mapping[str, str] | None = None
    process: subprocess.Popen[bytes] | None = field(default=None)

    def __enter__(self) -> Observer:
        """It runs."""
        self.file.touch()
        with self.file.with_suffix(".errors").open("ab") as errors:
            self.process = subprocess.Popen(
                self.command, stdin=subprocess.DEVNULL, stdout=errors, stderr=errors,
                env=self.environment, start_new_session=True,
            )  # fmt: skip
        return self

    def __exit__(self, *_: object) -> None:
        """It has ended."""
        if self.process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def complaints(self) -> str:
        """What it could not do so far, and why."""
        return self.file.with_suffix(".errors").read_text()

    def lines(self) -> list[list[str]]:
        """What it has noted so far."""
        return [line.split() for line in self.file.read_text().splitlines()]


class Writer(Observer):
    """The application: writes through the virtual address."""

    def acknowledged(self) -> list[tuple[int, float, int]]:
        """The confirmed numbers, with time and server."""
        return [
            (int(n), float(t), int(server))
            for n, t, server in (line for line in self.lines() if len(line) == 3)
        ]

    def last_server(self) -> int:
        """The server_id of the server that confirmed a write last; 0 if none did."""
        return next((server for _, _, server in reversed(self.acknowledged())), 0)

    def note(self, number: int, server: int) -> None:
        """This number was confirmed by this server just now."""
        with self.file.open("a") as file:
            file.write(f"{number} {time.time():.4f} {server}\n")

    def await_more(self, count: int = 20, seconds: float = 60) -> None:
        """So many more writes have been confirmed."""
        before, end = len(self.lines()), time.monotonic() + seconds
        while len(self.lines()) < before + count:
            if time.monotonic() > end:
                raise LabError(f"no {count} writes were confirmed within {seconds:g} s")
            time.sleep(0.02)

    def longest_gap(self, since: float) -> float:
        """The longest time without a confirmed write after a moment, in seconds."""
        times = [since, *(t for _, t, _ in self.acknowledged() if t > since)]
        return max((later - earlier for earlier, later in zip(times, times[1:])), default=0.0)


class Watcher(Observer):
    """Looks at all servers from outside."""

    def seconds_with_two_writable(self) -> float:
        """For how long two servers were certainly writable at once."""
        spans: dict[str, list[tuple[float, float]]] = {}
        last: dict[str, tuple[float, str]] = {}
        for before, after, host, seen in (line for line in self.lines() if len(line) == 4):
            start, previous = last.get(host, (0.0, ""))
            if previous == seen == "writable":
                spans.setdefault(host, []).append((start, float(before)))
            last[host] = (float(after), seen)
        hosts = sorted(spans)
        return sum(
            overlap(one, other)
            for number, host in enumerate(hosts)
            for one in spans[host]
            for rival in hosts[number + 1 :]
            for other in spans[rival]
        )


def overlap(one: tuple[float, float], other: tuple[float, float]) -> float:
    """The time that two spans share."""
    return max(0.0, min(one[1], other[1]) - max(one[0], other[0]))
