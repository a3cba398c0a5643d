"""How commands speak: colours on a terminal only, JSON where another program reads, exit codes."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any, Callable, TextIO, TypeVar

import click

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

F = TypeVar("F", bound=Callable[..., Any])

GOOD, FOUND, USAGE = 0, 1, 2
COLOURS = {
    "danger": "red", "fault": "red", "warning": "yellow", "advice": "cyan", "ok": "green", "degraded": "yellow",
}  # fmt: skip

as_json: Callable[[F], F] = click.option(
    "--json", "as_json", is_flag=True, help="Write JSON, for another program."
)


class Unusable(click.ClickException):
    """The command could not do its work; one line on standard error, exit code 2."""

    exit_code = USAGE

    def show(self, file: Any = None) -> None:
        """Every line of the text is one error."""
        for line in self.format_message().splitlines():
            click.echo(f"ocf-agents: {line}", file=file or sys.stderr)


def content(file: TextIO) -> str:
    """What a file holds; Unusable where that is no text."""
    try:
        return file.read()
    except UnicodeDecodeError:
        raise Unusable(f"{file.name}: not UTF-8") from None


def coloured(word: str, width: int = 0) -> str:
    """A word that says how bad something is; click takes the colour away where there is no terminal."""
    return click.style(word.ljust(width), fg=COLOURS.get(word))


def write_json(value: object, *, line: bool = False) -> None:
    """The value, with keys in the order they were given; in one line where others follow."""
    click.echo(json.dumps(value, indent=None if line else 2, ensure_ascii=False))


def columns(rows: Iterable[Sequence[str]]) -> None:
    """Rows of words below each other; the last word may be long."""
    table = [tuple(row) for row in rows]
    if not table:
        return
    widths = [max(len(row[at]) for row in table) for at in range(len(table[0]) - 1)]
    for row in table:
        cells = [cell.ljust(width) for cell, width in zip(row, widths)]
        click.echo("  ".join([*cells, row[-1]]).rstrip())
