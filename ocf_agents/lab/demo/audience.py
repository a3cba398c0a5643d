"""Who is served while things break: a client of Keystone, and an application that writes to the database."""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .. import keystone, mariadb
from ..client import client, for_a_token

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ..client import Client
    from ..lab import Lab
    from ..observers import Watcher, Writer

COLUMNS = {
    "no token": "the client got no token for {:.1f} s",
    "no write": "the application got no write confirmed for {:.1f} s",
}
"""What each of the silences is called, and the phrase that tells of it."""


@dataclass(frozen=True)
class Audience:
    """A client, an application, and a watcher who looks at every server from outside."""

    prober: Client
    writer: Writer
    watcher: Watcher

    def silences(self, begin: float) -> tuple[float, float]:
        """The longest time without a token, and without a confirmed write, since then; in seconds."""
        return self.prober.silence(begin), self.writer.longest_gap(begin + time.time() - time.monotonic())


@contextmanager
def audience(lab: Lab, directory: Path, records: Path) -> Iterator[Audience]:
    """They ask, write and watch as long as the block lasts; what they saw outlives it, in `records`."""
    writer, watcher = mariadb.writer(lab, records), mariadb.watcher(lab, records)
    with client(lab, for_a_token(keystone.PASSWORD), directory) as prober, writer, watcher:
        yield Audience(prober, writer, watcher)
