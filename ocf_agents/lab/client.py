"""Clients of a lab's services: what each asks all the time, and the outage that its record shows."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

from . import keystone, prober
from .commands import CLEAN_ENVIRONMENT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path
    from typing import BinaryIO

    from .lab import Lab


@dataclass(frozen=True)
class Question:
    """The request that a prober makes, and every how many seconds.

    then: requests that belong to it, each as method and path; {name} in a path stands for what the first
    answer has under this name.
    """

    host: str
    port: int
    path: str
    method: str = "GET"
    body: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    then: tuple[tuple[str, str], ...] = ()
    interval: float = 0.25


def for_a_token(password: str) -> Question:
    """The login of admin."""
    headers = {"Content-Type": "application/json"}
    body = keystone.login("admin", password)
    return Question(keystone.NAME, keystone.PORT, "/v3/auth/tokens", "POST", body, headers)


@dataclass(frozen=True)
class Probe:
    """One request of the prober: when it was asked, when it was answered, and how."""

    asked: float
    answered: float
    status: int

    @property
    def good(self) -> bool:
        """Whether the answer was what the client wanted."""
        return prober.good(self.status)


@dataclass(frozen=True)
class Outage:
    """The longest time without a good answer; `end` is None while it lasts."""

    begin: float
    end: float | None

    def seconds(self, now: float) -> float:
        """How long it was, or has been."""
        return (now if self.end is None else self.end) - self.begin


def longest_outage(probes: list[Probe], begin: float, now: float) -> Outage:
    """The longest gap between two good answers of which the later one came after `begin`."""
    moments = sorted(probe.answered for probe in probes if probe.good)
    last_before = max((moment for moment in moments if moment <= begin), default=begin)
    after = [moment for moment in moments if moment > begin]
    starts = [last_before, *after]
    gaps = [Outage(start, end) for start, end in zip(starts, after)]
    return max([*gaps, Outage(starts[-1], None)], key=lambda gap: gap.seconds(now))


@dataclass(frozen=True)
class Client:
    """A prober that runs, and the file that it writes its record to."""

    process: subprocess.Popen[bytes]
    record: BinaryIO

    def probes(self) -> list[Probe]:
        """What the prober has written so far."""
        # The two processes share the file's position: to seek would move the prober's as well.
        number = self.record.fileno()
        text = os.pread(number, os.fstat(number).st_size, 0).decode()
        fields = (line.split() for line in text.splitlines(keepends=True) if line.endswith("\n"))
        return [Probe(float(asked), float(answered), int(status)) for asked, answered, status in fields]

    def silence(self, begin: float) -> float:
        """The longest time since then that the client got no good answer, in seconds."""
        now = time.monotonic()
        return longest_outage(self.probes(), begin, now).seconds(now)

    def successes_since(self, begin: float) -> int:
        """How many requests that were made after this moment got a good answer."""
        return sum(probe.good and probe.asked > begin for probe in self.probes())


@contextmanager
def client(lab: Lab, question: Question, directory: Path) -> Iterator[Client]:
    """A client in the lab's network asks its question as long as the block lasts."""
    command = lab.switch.inside_client([sys.executable, "-I", "-S", prober.__file__], directory)
    with tempfile.TemporaryFile() as record, tempfile.TemporaryFile() as source:
        source.write(json.dumps(asdict(question)).encode())
        source.seek(0)
        with subprocess.Popen(
            command, stdin=source, stdout=record, env=dict(CLEAN_ENVIRONMENT), start_new_session=True
        ) as process:
            try:
                yield Client(process, record)
            finally:
                process.kill()


@contextmanager
def clients(lab: Lab, questions: Mapping[str, Question], directory: Path) -> Iterator[dict[str, Client]]:
    """One client for each question, by the same names, as long as the block lasts."""
    with ExitStack() as stack:
        yield {
            name: stack.enter_context(client(lab, question, directory))
            for name, question in questions.items()
        }
