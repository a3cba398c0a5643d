"""Statements to a database without its client, over real connections to a scripted server."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.database_peer import CACHING, KNOWN, NATIVE, UNKNOWN, DatabasePeer, table

from ocf_agents.system import statements
from ocf_agents.system.statements import answers

if TYPE_CHECKING:
    from pathlib import Path

ONE = table(["COUNT(*)"], ["3"])


def ask(peer: DatabasePeer, password: str = "secret", seconds: float = 5.0) -> str:
    with peer:
        return answers(peer.path, "monitor", password, "SELECT 1;", seconds)


def fails(peer: DatabasePeer, seconds: float = 5.0) -> bool:
    try:
        ask(peer, seconds=seconds)
    except OSError:
        return True
    return False


@pytest.mark.parametrize("password", ["secret", 'it\'s "sécret"\\', "x" * 300])
@pytest.mark.parametrize("users", [NATIVE, CACHING])
@pytest.mark.parametrize("way", [NATIVE, CACHING])
def test_a_server_that_finds_the_password_proved_answers(
    tmp_path: Path, way: str, users: str, password: str
) -> None:
    after = (KNOWN,) if users == CACHING else ()
    peer = DatabasePeer(tmp_path, ONE, way=way, users=users, password=password, after=after)
    assert ask(peer, password) == "*\nCOUNT(*): 3"
    assert (peer.user, peer.heard, peer.farewell) == ("monitor", b"\x03SELECT 1;", True)


def test_all_answers_come_with_their_rows_and_values_of_any_length(tmp_path: Path) -> None:
    long, longer = "x" * 1000, "y" * 70_000
    packets = [
        *table(["Variable_name", "Value"], ["read_only", "ON"], ["server_id", "7"], last=False),
        *table(["Slave_IO_State"], last=False),
        *table(["none", "empty", "long", "longer"], [None, "", long, longer]),
    ]
    assert ask(DatabasePeer(tmp_path, packets)).split("\n") == [
        "*", "Variable_name: read_only", "Value: ON", "*", "Variable_name: server_id", "Value: 7",
        "*", "none: NULL", "empty: ", f"long: {long}", f"longer: {longer}",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "differently",
    [
        {"password": "another"},
        {"way": CACHING, "after": (UNKNOWN,)},
        {"answer": [b"\xff\x48\x04#42000No tables used"]},
        {"answer": [b"\0\0\0\2\0\0\0"]},
        {"answer": ONE[:-1]},
        {"answer": [b"\xfb/etc/passwd"]},
        {"answer": table(["text"], ["x" * statements.LARGEST])},
        {"raw": b""},
        {"raw": b"\x16\0\0\0\xff\x10\x04Too many connections"},
        {"raw": b"\0\0\0\0"},
        {"raw": b"HTTP/1.1 200 OK\r\n\r\n"},
    ],
)
def test_anything_else_is_an_error_of_the_connection(tmp_path: Path, differently: dict[str, Any]) -> None:
    assert fails(DatabasePeer(tmp_path, **{"answer": ONE, **differently}), seconds=0.5)


def test_a_way_to_log_in_that_is_not_known_is_none(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="client_ed25519"):
        ask(DatabasePeer(tmp_path, ONE, users="client_ed25519"))
    with pytest.raises(FileNotFoundError):
        answers(str(tmp_path / "nowhere"), "monitor", "secret", "SELECT 1;", 1.0)


def test_a_server_that_hangs_is_left_at_the_deadline(tmp_path: Path) -> None:
    assert fails(DatabasePeer(tmp_path, ONE[:2]), seconds=0.2)


def test_an_interpreter_without_hashes_of_its_own_takes_those_of_openssl(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("_sha1", "_sha256", "_sha2"):
        monkeypatch.setitem(sys.modules, name, None)
    for users, after in ((NATIVE, ()), (CACHING, (KNOWN,))):
        place = tmp_path / users
        place.mkdir()
        assert ask(DatabasePeer(place, ONE, users=users, after=after))
    monkeypatch.setitem(sys.modules, "_hashlib", None)
    place = tmp_path / "none"
    place.mkdir()
    with pytest.raises(OSError, match="sha1"):
        ask(DatabasePeer(place, ONE))


@given(st.binary(max_size=60), st.integers(0, 6))
def test_no_packet_breaks_the_reading_of_words(packet: bytes, most: int) -> None:
    try:
        assert len(statements.words(packet, most)) == most
    except LookupError:
        pass
