"""What the demonstration prints: lines with the seconds since it began, and the timeline at its end."""

from __future__ import annotations

import shutil
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_GREEN, _RED, _BOLD, _DIM = "32", "31", "1", "2"


@dataclass
class Event:
    """One line of the timeline; `silence` is how long the client got no token through it."""

    at: float
    text: str
    silence: float | None = None


@dataclass
class Narrator:
    """Tells what happens while it happens."""

    began: float = field(default_factory=time.monotonic)
    events: list[Event] = field(default_factory=list)
    colours: bool = field(default_factory=sys.stdout.isatty)

    @property
    def seconds(self) -> float:
        """How long the demonstration has run."""
        return time.monotonic() - self.began

    def say(self, text: str) -> None:
        """A plain line stands on the screen."""
        print(f"{self._paint(f'{self.seconds:6.1f} s', _DIM)}  {text}", flush=True)

    def typed(self, line: str) -> None:
        """What an operator would type stands on the screen."""
        print(f"          {self._paint('# ' + line, _BOLD)}", flush=True)

    @contextmanager
    def step(self, text: str) -> Iterator[None]:
        """The step is announced; that it held is said after the block, nothing if it did not."""
        self.say(f"{text} ...")
        started = self.seconds
        yield
        self.say(f"  {self._paint('ok', _GREEN)}  {text} ({self.seconds - started:.1f} s)")

    def happened(self, text: str, silence: float | None = None) -> None:
        """The event is said, and kept for the timeline."""
        self.events.append(Event(self.seconds, text, silence))
        without = "" if silence is None else f"; the client got no token for {silence:.1f} s"
        self.say(f"  {self._paint('ok', _GREEN)}  {text}{without}")

    def timeline(self) -> None:
        """The events stand on the screen as a table."""
        rows = [("when", "no token", "what happened")]
        rows += [
            (f"{event.at:.1f} s", "" if event.silence is None else f"{event.silence:.1f} s", event.text)
            for event in self.events
        ]
        print()
        for number, (when, silence, text) in enumerate(rows):
            line = f"{when:>8}  {silence:>9}  {text}"
            print(self._paint(line, _BOLD) if number == 0 else line)
        print(flush=True)

    def failed(self, text: str, evidence: Sequence[str]) -> None:
        """What was expected and seen stands on the screen, with the log lines that tell of it."""
        print(self._paint(f"FAILED after {self.seconds:.1f} s: {text}", _RED))
        width = shutil.get_terminal_size((160, 24)).columns if self.colours else 240
        for line in evidence:
            print(f"    {line[: width - 4]}")
        sys.stdout.flush()

    def _paint(self, text: str, code: str) -> str:
        return f"\033[{code}m{text}\033[0m" if self.colours else text
