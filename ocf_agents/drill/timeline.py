"""What happened when: spans of time for each server and node, and moments, all in seconds of the round."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from itertools import groupby
from time import monotonic, time
from typing import TYPE_CHECKING, Any

from ..lab.errors import LabError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..lab import Lab
    from ..lab.client import Client
    from ..lab.observers import Watcher, Writer

PAUSE = 0.2
WRITING = 0.5
"""Confirmed writes that are closer to each other than this belong to one span."""
ANSWERING = 2.0
"""So do good answers to a client, who asks less often."""
SHOWN = ("writable", "closed", "off", "frozen", "cut")


@dataclass
class Span:
    """A time in which something was so; `row` says of whom."""

    row: str
    what: str
    begin: float
    end: float


@dataclass
class Timeline:
    """The spans and moments of one round."""

    began: float = field(default_factory=time)
    spans: list[Span] = field(default_factory=list)
    moments: list[tuple[float, str]] = field(default_factory=list)

    def note(self, what: str) -> None:
        """Something happened now."""
        self.moments.append((round(time() - self.began, 3), what))

    def add(self, row: str, what: str, begin: float, end: float) -> None:
        """Something was so between two moments of the clock."""
        if end > self.began:
            first = max(begin, self.began) - self.began
            self.spans.append(Span(row, what, round(first, 3), round(end - self.began, 3)))

    def take_servers(self, lab: Lab, watcher: Watcher) -> None:
        """When each server was writable, as seen from outside."""
        names = {node.address: node.name for node in lab.nodes}
        looks = sorted((line[2], float(line[0]), float(line[1]), line[3]) for line in watcher.lines())
        for (host, seen), group in groupby(looks, lambda look: (look[0], look[3])):
            times = list(group)
            if seen in SHOWN:
                self.add(names.get(host, host), seen, times[0][1], times[-1][2])

    def take_writes(self, writer: Writer) -> None:
        """When writes were confirmed, and by which server."""
        self.take("writes", ((at, f"server {server}") for _, at, server in writer.acknowledged()), WRITING)

    def take_answers(self, name: str, client: Client) -> None:
        """When a client of this service got good answers."""
        ahead = time() - monotonic()
        good = sorted(probe.answered + ahead for probe in client.probes() if probe.good)
        self.take(name, ((moment, "answers") for moment in good), ANSWERING)

    def take(self, row: str, seen: Iterable[tuple[float, str]], apart: float) -> None:
        """What was seen at each moment, as spans of one kind whose moments are not further apart than this."""
        run: list[tuple[float, str]] = []
        for moment, what in seen:
            if run and (moment - run[-1][0] > apart or what != run[-1][1]):
                self.add(row, run[0][1], run[0][0], run[-1][0])
                run = []
            run.append((moment, what))
        if run:
            self.add(row, run[0][1], run[0][0], run[-1][0])

    def as_words(self) -> dict[str, Any]:
        """The timeline for JSON."""
        return {
            "spans": [[span.row, span.what, span.begin, span.end] for span in self.spans],
            "moments": [list(moment) for moment in self.moments],
        }


class Power:
    """Notes which nodes are off, frozen or cut, for as long as it is entered."""

    def __init__(self, lab: Lab, timeline: Timeline) -> None:
        self.lab, self.timeline = lab, timeline
        self.over = threading.Event()
        self.thread = threading.Thread(target=self.follow, daemon=True)

    def __enter__(self) -> Power:
        """It looks."""
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """It looks no more."""
        self.over.set()
        self.thread.join()

    def follow(self) -> None:
        """Every node is looked at again and again."""
        since: dict[str, tuple[str, float]] = {}
        while not self.over.wait(PAUSE):
            for node in self.lab.nodes:
                try:
                    how = "cut" if node.is_cut else node.power.value
                except (LabError, OSError):
                    continue
                before, begin = since.get(node.name, ("", time()))
                if how != before:
                    self.end(node.name, before, begin)
                    since[node.name] = how, time()
        for name, (how, begin) in since.items():
            self.end(name, how, begin)

    def end(self, name: str, how: str, begin: float) -> None:
        """A node was so until now."""
        if how in SHOWN:
            self.timeline.add(name, how, begin, time())
