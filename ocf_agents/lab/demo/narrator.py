"""What the demonstration prints: lines with the seconds since it began, and the timeline at its end."""

from __future__ import annotations

import shutil
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_GREEN, _RED, _BOLD, _DIM = "32", "31", "1", "2"


@dataclass
class Event:
    """One line of the timeline; `silences` are how long the client waited in vain for each thing."""

    at: float
    text: str
    silences: tuple[float, ...] = ()


@dataclass
class Narrator:
    """Tells what happens while it happens.

    columns: the timeline's columns of silences, each with the phrase that tells of one.
    """

    columns: Mapping[str, str] = field(
        default_factory=lambda: {"no token": "the client got no token for {:.1f} s"}
    )
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

    def written(self, line: str) -> None:
        """A line of the operator's file stands on the screen."""
        print(f"            {line}", flush=True)

    @contextmanager
    def step(self, text: str) -> Iterator[None]:
        """The step is announced; that it held is said after the block, nothing if it did not."""
        self.say(f"{text} ...")
        started = self.seconds
        yield
        self.say(f"  {self._paint('ok', _GREEN)}  {text} ({self.seconds - started:.1f} s)")

    def happened(self, text: str, *silences: float) -> None:
        """The event is said, and kept for the timeline."""
        self.events.append(Event(self.seconds, text, silences))
        told = [phrase.format(silence) for phrase, silence in zip(self.columns.values(), silences)]
        self.say(f"  {self._paint('ok', _GREEN)}  {'; '.join([text, *told])}")

    def timeline(self) -> None:
        """The events stand on the screen as a table."""
        rows = [("when", tuple(self.columns), "what happened")]
        for event in self.events:
            shown = tuple(f"{silence:.1f} s" for silence in event.silences)
            rows.append((f"{event.at:.1f} s", shown or ("",) * len(self.columns), event.text))
        print()
        for number, (when, silences, text) in enumerate(rows):
            line = "  ".join([f"{when:>8}", *(f"{silence:>9}" for silence in silences), text])
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
