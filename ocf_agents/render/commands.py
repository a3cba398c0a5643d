"""The operator's command as values: what its man page and its reference are made of."""

from __future__ import annotations

from ..lean import Record


class Command(Record):
    """One command with its own options; a group's text says what its commands are for."""

    path: str
    usage: str
    text: str = ""
    options: tuple[tuple[str, str], ...] = ()
    group: bool = False
