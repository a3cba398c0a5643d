"""MySQL's own servers that were unpacked to be tested with."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ocf_agents.lab.flavours import MySQL

PLACE = "OCF_TEST_MYSQL_SERVERS"
LOCK = Path(__file__).resolve().parents[2] / "packaging/mysql-servers.lock"
VERSIONS = tuple(dict.fromkeys(line.split()[0] for line in LOCK.read_text().splitlines()))


def unpacked(version: str) -> MySQL:
    """A version that was unpacked; the test is skipped where it was not."""
    place = os.environ.get(PLACE)
    if not place:
        pytest.skip("downloads 200 MB and takes many minutes; make test-mysql-servers runs it")
    found = MySQL(Path(place) / version)
    if not Path(found.program).exists():
        pytest.skip(f"{found.program}: not there; make test-mysql-servers unpacks it")
    return found


def lab_name(flavour: MySQL, purpose: str = "") -> str:
    """The name of a lab with servers of this version."""
    return f"test{os.getpid()}-mysql{flavour.directory.name.replace('.', '')}{purpose}"
