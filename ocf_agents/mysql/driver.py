"""The driver of the database, which is third-party code: found here, and on no other module's path."""

from __future__ import annotations

from ..lean import TYPE_CHECKING
from ..system.errors import Missing, Refused

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from .dialect import Version

SPARED = ("cryptography", "ssl")
"""What the driver would import for encryption, at more than its own price: for connections between servers
over TLS, and for some logins to MySQL over the network."""


class SqlRefused(Refused):
    """The server refused a statement; neither text nor number shows its values."""

    def __init__(self, statement: str, error: Exception) -> None:
        self.number = int(error.args[0]) if error.args and str(error.args[0]).isdigit() else 0
        super().__init__(f"{' '.join(statement.split()[:5])}: {said(error)}")


def said(error: Exception) -> str:
    """An error of the driver in one line."""
    return " ".join(str(part) for part in error.args) or type(error).__name__


def granted(rows: Sequence[tuple[Any, ...]]) -> str:
    """All that an account may do, in capitals, from what SHOW GRANTS returns."""
    return " ".join(str(row[0]) for row in rows).upper()


def import_driver(version: Version, encrypted: bool = False) -> Any:
    """The driver, found where the system has its third-party code; agents run without that path.

    encrypted: whether it is to be able to encrypt. That counts at the first import in a process.
    """
    import sys

    if "pymysql" in sys.modules:
        return sys.modules["pymysql"]
    import site

    # Not site.main: it also runs what other packages put into the start of every interpreter.
    sys.path += [path for path in site.getsitepackages() if path not in sys.path]
    plain = version.mariadb and not encrypted
    hidden = [name for name in SPARED if plain and name not in sys.modules]
    sys.modules.update(dict.fromkeys(hidden))  # type: ignore[arg-type]  # None is what forbids an import
    try:
        import pymysql  # type: ignore[import-untyped,unused-ignore]  # it has no types
    except ImportError:
        raise Missing("pymysql: not installed on this node; install python3-pymysql") from None
    finally:
        for name in hidden:
            del sys.modules[name]
    return pymysql
