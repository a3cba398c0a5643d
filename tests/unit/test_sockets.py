"""Who listens, by the tables of the kernel (proc(5))."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocf_agents.system.sockets import hexadecimal, listening

HEAD = b"  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"


def row(local: str, state: str = "0A", inode: int = 777, remote: str = "00000000:0000") -> bytes:
    """A line of a table."""
    text = f"   0: {local} {remote} {state} 00000000:00000000 00:00000000 00000000   300        0 {inode} 1 0"
    return text.encode() + b"\n"


LOOPBACK_6 = "00000000000000000000000001000000"
MAPPED_LOOPBACK = "0000000000000000FFFF00000100007F"


@pytest.mark.parametrize(
    ("local", "address", "found"),
    [
        ("0100007F:1388", "127.0.0.1", True),
        ("00000000:1388", "127.0.0.1", True),
        ("0A00000A:1388", "10.0.0.10", True),
        ("0A00000A:1388", "127.0.0.1", False),
        ("0100007F:1389", "127.0.0.1", False),
        ("0" * 32 + ":1388", "127.0.0.1", True),
        ("0" * 32 + ":1388", "::1", True),
        (LOOPBACK_6 + ":1388", "::1", True),
        (MAPPED_LOOPBACK + ":1388", "127.0.0.1", True),
        ("0100007F:1388", "localhost", True),
        ("0A00000A:1388", "controller", True),
    ],
)
def test_a_listener_is_found_by_address_and_port(local: str, address: str, found: bool) -> None:
    assert listening(HEAD + row(local), address, 5000) == ({777} if found else set())


def test_a_connection_is_no_listener() -> None:
    assert listening(HEAD + row("0100007F:1388", "01"), "127.0.0.1", 5000) == set()
    assert listening(row("0100007F:9999", remote="0100007F:1388"), "127.0.0.1", 5000) == set()


def test_several_processes_may_share_a_port() -> None:
    table = (
        HEAD + row("0100007F:1388", inode=1) + row("00000000:1388", inode=2) + row("0100007F:0050", inode=3)
    )
    assert listening(table, "127.0.0.1", 5000) == {1, 2}


def test_an_ipv4_address_is_written_backwards() -> None:
    assert hexadecimal("127.0.0.1") == b"0100007F"
    for other in ("::1", "localhost", "1.2.3", "1.2.3.256", "1.2.3.4.5", "a.b.c.d", "9" * 5000 + ".0.0.1"):
        assert hexadecimal(other) == b""


@given(st.binary(), st.integers(1, 65535))
def test_no_table_is_too_strange(table: bytes, port: int) -> None:
    assert listening(table, "127.0.0.1", port) == set()


@given(
    st.lists(
        st.sampled_from([b":1388", b"0100007F:1388", b"0A", b"7", b"x", b"-1", b"\xff", b""]), max_size=14
    )
)
def test_no_line_is_too_strange(fields: list[bytes]) -> None:
    assert isinstance(listening(b" ".join(fields), "127.0.0.1", 5000), set)
