"""Encryption between two servers, in the words of CHANGE MASTER and in those of the driver."""

from __future__ import annotations

from ..lean import TYPE_CHECKING, Record

if TYPE_CHECKING:
    from .settings import Settings


class Encryption(Record):
    """The files that a connection over TLS needs, each empty where it needs none."""

    ca: str = ""
    certificate: str = ""
    key: str = ""

    def options(self, name: str) -> str:
        """The options of CHANGE MASTER TO for a server that calls a source by this name."""
        files = (f"{name}_SSL_{key.upper()} = '{sane(path)}'" for key, path in self.files.items())
        return ", ".join([f"{name}_SSL = 1", *files])

    @property
    def wishes(self) -> dict[str, object]:
        """The driver's settings: like a replica, it looks at who signed a certificate, and not at the name in it."""
        return {"check_hostname": False, **self.files}

    @property
    def files(self) -> dict[str, str]:
        """Those that there are, by the names that servers and the driver have for them."""
        found = {"ca": self.ca, "cert": self.certificate, "key": self.key}
        return {name: path for name, path in found.items() if path}

    def __str__(self) -> str:
        return " ".join(self.files.values())


def encryption(given: Settings) -> Encryption | None:
    """How servers are to talk to each other by these settings; None if in plain text."""
    files = (
        given.replication_master_ssl_ca,
        given.replication_master_ssl_cert,
        given.replication_master_ssl_key,
    )
    return Encryption(*files) if given.replication_require_ssl or any(files) else None


def sane(path: str) -> str:
    """A path that can stand between quotes in a statement."""
    return path.replace("\\", "\\\\").replace("'", "''")
