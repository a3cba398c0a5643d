"""The kernel's tables of connections, read by far ends."""

from __future__ import annotations

import ipaddress
import os
import socket
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocf_agents.system import connections, proc
from ocf_agents.system.connections import connected, digits, established, expanded, peer, still_connected

if TYPE_CHECKING:
    from collections.abc import Iterator

HEAD = b"  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"


def line(local: str, far: str, state: str = "01", inode: int = 4242) -> bytes:
    text = (
        f"   0: {local} {far} {state} 00000000:00000000 00:00000000 00000000   113        0 {inode} 1 00 20\n"
    )
    return HEAD + text.encode()


LOCAL, NEAR = "0B00000A:C350", "0500000A:1628"
MAPPED = "0000000000000000FFFF0000"


def test_a_connection_is_found_by_address_and_port() -> None:
    assert established(line(LOCAL, NEAR), peer("10.0.0.5", 5672)) == {4242}
    assert established(line(LOCAL, NEAR), peer("10.0.0.6", 5672)) == set()
    assert established(line(LOCAL, NEAR), peer("10.0.0.5", 5673)) == set()


def test_a_named_host_is_found_by_its_port() -> None:
    assert established(line(LOCAL, NEAR), peer("rabbit.example", 5672)) == {4242}
    assert established(line(LOCAL, NEAR), peer("", 5672)) == {4242}


def test_an_ipv4_connection_of_an_ipv6_socket_is_found() -> None:
    table = line(f"{MAPPED}0B00000A:C350", f"{MAPPED}0500000A:1628")
    assert established(table, peer("10.0.0.5", 5672)) == {4242}


@pytest.mark.parametrize("port", [5672, 33060, 15672, 672, 1, 65535])
def test_no_port_is_mistaken_for_another_one(port: int) -> None:
    for other in (567, 56, 5672, 56720, 3306, 33060, 15672, 672, 1, 65535):
        table = line(LOCAL, f"0500000A:{other:04X}")
        assert bool(established(table, peer("10.0.0.5", port))) == (port == other)
        assert bool(established(table, peer("", port))) == (port == other)


def test_our_own_port_is_no_far_end() -> None:
    for address in ("0100007F", "0B00000A", "00000000"):
        assert established(line(f"{address}:1628", "0100007F:C350"), peer("", 5672)) == set()


@pytest.mark.parametrize("state", ["02", "06", "08", "0A"])
def test_only_an_established_connection_counts(state: str) -> None:
    assert established(line(LOCAL, NEAR, state), peer("10.0.0.5", 5672)) == set()


@given(st.ip_addresses(v=6))
def test_ipv6_numbers_are_written_as_the_kernel_writes_them(address: ipaddress.IPv6Address) -> None:
    raw = address.packed
    words = [int.from_bytes(raw[i : i + 4], "little") for i in range(0, 16, 4)]
    expected = "".join(f"{word:08X}" for word in words)
    assert digits(str(address)).decode() == expected
    assert digits(address.exploded).decode() == expected


def test_an_ipv4_address_at_the_end_of_an_ipv6_number_is_part_of_it() -> None:
    kernels = f"{MAPPED}0500000A".encode()
    assert digits("::ffff:10.0.0.5") == digits("::ffff:a00:5") == digits("0:0:0:0:0:ffff:10.0.0.5") == kernels
    for wrong in ("::ffff:10.0.0", "::ffff:10.0.0.256", "::10.0.0.5:1", "1:2:3:4:5:6:7:10.0.0.5"):
        assert expanded(wrong) is None


@given(st.text("0123456789abcdef:.%", max_size=45))
def test_what_is_no_ipv6_number_is_taken_for_a_name(text: str) -> None:
    try:
        valid = ipaddress.IPv6Address(text)
    except ValueError:
        return
    if "%" in text:
        return
    assert expanded(text) == [int(group, 16) for group in valid.exploded.split(":")]


@pytest.mark.parametrize("text", [":::", "1:2", "1::2::3", "12345::", "g::", "::" + ":1" * 9])
def test_strange_numbers_break_nothing(text: str) -> None:
    assert expanded(text) is None


@given(st.binary(max_size=400))
def test_a_strange_table_breaks_nothing(table: bytes) -> None:
    established(table + b":1628 01 " + table, peer("", 5672))


@pytest.fixture(params=[socket.AF_INET, socket.AF_INET6], ids=["ipv4", "ipv6"])
def pair(request: pytest.FixtureRequest) -> Iterator[tuple[socket.socket, tuple[str, int]]]:
    """A connection of this process, and its far end."""
    host = "127.0.0.1" if request.param == socket.AF_INET else "::1"
    with socket.socket(request.param) as listener, socket.socket(request.param) as client:
        listener.bind((host, 0))
        listener.listen()
        client.connect(listener.getsockname())
        accepted, _ = listener.accept()
        with accepted:
            yield client, (host, listener.getsockname()[1])


def test_the_kernel_shows_a_real_connection(pair: tuple[socket.socket, tuple[str, int]]) -> None:
    client, place = pair
    inode = os.fstat(client.fileno()).st_ino
    assert inode in connected([peer(*place)])
    assert inode in connected([peer("a-name", place[1])])
    me = proc.process(os.getpid())
    assert me
    wanted = [([peer(*place)], [(me.pid, me.started)])]
    assert still_connected(wanted)
    assert not still_connected([([peer(*place)], [(me.pid, me.started + 1)])])
    assert not still_connected([([peer(*place)], [])])
    client.close()
    assert not still_connected(wanted)


def test_nothing_wanted_is_nothing_missing() -> None:
    assert still_connected([])
    assert connections.connected([]) == set()
