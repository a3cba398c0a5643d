"""The one question for a server's position, whoever asks it: its own node or another one."""

from __future__ import annotations

from ..lean import TYPE_CHECKING
from .dialect import history_query
from .gtid import told

if TYPE_CHECKING:
    from typing import Any, Callable

    from .dialect import Version
    from .gtid import Position

    Rows = Callable[[str], list[tuple[Any, ...]]]


def asking(cursor: Any) -> Rows:
    """Statements put to a cursor."""

    def rows(statement: str) -> list[tuple[Any, ...]]:
        cursor.execute(statement)
        return list(cursor.fetchall())

    return rows


def history(rows: Rows, version: Version) -> Position:
    """All transactions that a server has applied; without GTIDs, where its own log ends. Refused if unknown."""
    if version.placed:
        from .placed import end_of_log

        return end_of_log(rows, version)
    return told(rows(history_query(version))[0])
