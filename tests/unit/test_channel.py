"""A stream between two hosts that know one secret."""

from __future__ import annotations

import socket
import threading
from typing import TYPE_CHECKING, Callable, Optional

import pytest

from ocf_agents.system import channel
from ocf_agents.system.channel import DATA, SIZE, Channel, accept, connect, derive, listen
from ocf_agents.system.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Iterator

KEY = derive("s3cret", "test")
HOME = "127.0.0.1"


class Sender(threading.Thread):
    """The other end, which does as it is told and keeps what was refused."""

    def __init__(self, port: int, key: bytes, session: str, script: Callable[[Channel], None]) -> None:
        super().__init__()
        self.words = (HOME, port, key, session)
        self.script = script
        self.refused: Optional[Refused] = None

    def run(self) -> None:
        try:
            stream = connect(*self.words)
            with stream.link:
                self.script(stream)
        except Refused as refused:
            self.refused = refused


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with listen(HOME, 0) as found:
        found.settimeout(20)
        yield found


def talk(
    listener: socket.socket, script: Callable[[Channel], None], key: bytes = KEY, session: str = "one"
) -> tuple[list[tuple[bytes, bytes]], Sender]:
    """What arrived, and the one who sent it."""
    sender = Sender(listener.getsockname()[1], key, session, script)
    sender.start()
    try:
        stream = accept(listener, KEY, "one")
        with stream.link:
            return list(stream.frames()), sender
    finally:
        sender.join(20)


def whole(stream: Channel) -> None:
    stream.send(SIZE, b"12")
    stream.send(DATA, b"x" * channel.LONGEST)
    stream.send(DATA, b"")
    stream.finish()


def test_what_is_sent_arrives(listener: socket.socket) -> None:
    found, sender = talk(listener, whole)
    assert found == [(SIZE, b"12"), (DATA, b"x" * channel.LONGEST), (DATA, b"")]
    assert sender.refused is None


@pytest.mark.parametrize(("key", "session"), [(derive("other", "test"), "one"), (KEY, "two")])
def test_whoever_does_not_know_the_secret_or_the_session_is_sent_away(
    listener: socket.socket, key: bytes, session: str
) -> None:
    with pytest.raises(Refused, match="does not know the password of replication"):
        talk(listener, whole, key, session)


def test_nothing_is_sent_to_one_that_does_not_know_the_secret(listener: socket.socket) -> None:
    sent: list[str] = []
    sender = Sender(listener.getsockname()[1], KEY, "one", lambda _: sent.append("data"))
    sender.start()
    link, _ = listener.accept()
    with link:
        link.sendall(b"n" * channel.NONCE)
        told = channel.exactly(link, channel.NONCE + channel.PROOF)
        link.sendall(told[channel.NONCE :])
        sender.join(20)
    assert sender.refused
    assert "does not know the password" in str(sender.refused)
    assert not sent


def test_a_stream_that_ends_early_is_not_taken_for_a_whole_one(listener: socket.socket) -> None:
    with pytest.raises(Refused, match="the connection ended too early"):
        talk(listener, lambda stream: stream.send(DATA, b"half"))


def test_a_stream_that_was_changed_on_the_way_is_found_out(listener: socket.socket) -> None:
    def forge(stream: Channel) -> None:
        stream.send(DATA, b"good")
        stream.link.sendall(channel.HEAD.pack(DATA, 3) + b"bad")
        stream.finish()

    with pytest.raises(Refused, match="what was received is not what was sent"):
        talk(listener, forge)


def test_a_frame_without_measure_is_not_waited_for(listener: socket.socket) -> None:
    with pytest.raises(Refused, match="what was received is not what was sent"):
        talk(listener, lambda stream: stream.link.sendall(channel.HEAD.pack(DATA, 1 << 31)))


def test_one_that_says_nothing_is_sent_away(listener: socket.socket, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(channel, "PATIENCE", 0.05)
    with (
        socket.create_connection(listener.getsockname()[:2]),
        pytest.raises(Refused, match="nothing came for too long"),
    ):
        accept(listener, KEY, "one")


def test_nobody_there_is_a_refusal_with_the_place(listener: socket.socket) -> None:
    port = listener.getsockname()[1]
    listener.close()
    with pytest.raises(Refused, match=f"{HOME} port {port}: Connection refused"):
        connect(HOME, port, KEY, "one")
