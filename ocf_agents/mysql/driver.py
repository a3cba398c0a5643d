"""The driver of the database, which is third-party code: found here, and on no other module's path."""

from __future__ import annotations

from ..lean import TYPE_CHECKING
from ..system.errors import Missing, Refused

if TYPE_CHECKING:
    from typing import Any


class SqlRefused(Refused):
    """The server refused a statement; neither text nor number shows its values."""

    def __init__(self, statement: str, error: Exception) -> None:
        self.number = int(error.args[0]) if error.args and str(error.args[0]).isdigit() else 0
        super().__init__(f"{' '.join(statement.split()[:5])}: {said(error)}")


def said(error: Exception) -> str:
    """An error of the driver in one line."""
    return " ".join(str(part) for part in error.args) or type(error).__name__


def import_driver() -> Any:
    """The driver, found where the system has its third-party code; agents run without that path."""
    try:
        import pymysql  # type: ignore[import-untyped,unused-ignore]  # it has no types
    except ImportError:
        import site

        site.main()
        try:
            import pymysql
        except ImportError:
            raise Missing("pymysql: not installed on this node; install python3-pymysql") from None
    return pymysql
