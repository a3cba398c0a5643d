"""Where in a relay log the applier has to go on, after its server died.

MariaDB keeps the applier's place in a file that may lag behind the transactions that are committed,
and, after a crash recovery that rolls the log's tail back, may be ahead of them. The log itself and
the positions of the transactions tell better.
"""

from __future__ import annotations

from ..lean import TYPE_CHECKING
from ..system.errors import Refused
from .driver import SqlRefused
from .gtid import domains

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any, Callable

    from .gtid import Domains

FIRST = 4
"""The offset of the first event in a log."""
EVENTS = 1024
"""How many events are asked for at a time."""
NO_SUCH_LOG = "Could not find target log"
GTID = "Gtid"
"""The type of the event that begins a transaction in MariaDB's logs."""


def events(ask: Callable[..., list[tuple[Any, ...]]], file: str, place: int) -> Iterator[tuple[Any, ...]]:
    """The events of a relay log from an offset on, and of the logs after it; of one cut off, those before."""
    limit = EVENTS
    while file:
        try:
            rows = ask(f"SHOW RELAYLOG EVENTS IN %s FROM {place} LIMIT {limit}", (file,))
        except SqlRefused as refused:
            if NO_SUCH_LOG in str(refused):
                return
            # An event that was cut off takes those before it along, unless they are asked for alone.
            rows, limit = [], limit // 2
            if limit:
                continue
        yield from rows
        if rows:
            place = int(rows[-1][4])
        if len(rows) < limit or not limit:
            file, place, limit = following(file), FIRST, EVENTS


def resumption(events: Iterable[tuple[Any, ...]], history: Domains) -> tuple[str, int] | None:
    """Log and offset of the first transaction in the events that the history lacks; None if none is.

    Events are rows of SHOW RELAYLOG EVENTS: name, offset, type, server, end, text. Refused if
    transactions are lacking before the first event, which nobody could then apply.
    """
    preceded = False
    for file, offset, kind, _, _, text in events:
        if kind != GTID:
            continue
        domain, _, number = identity(str(text))
        last, _ = history.last(domain)
        if number > last:
            if preceded or number == last + 1:
                return str(file), int(offset)
            raise Refused(
                f"the relay log goes on at {domain}-{number}, and this server ends at {domain}-{last}: "
                "what lies between is lost here"
            )
        preceded = True
    return None


def following(file: str) -> str:
    """The name of the log after this one."""
    name, _, number = file.rpartition(".")
    return f"{name}.{int(number) + 1:0{len(number)}d}" if number.isdigit() else ""


def identity(text: str) -> tuple[int, int, int]:
    """Domain, server and number in the text of an event, such as "BEGIN GTID 0-1-58"."""
    words = text.split("GTID ", 1)[-1].split()
    try:
        (entry,) = domains(words[0]).entries
    except (IndexError, ValueError):
        raise Refused(f"relay log: {text[:60]!r} names no transaction") from None
    return entry[0], entry[1], entry[2]
