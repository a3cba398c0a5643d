"""The process beside the primary that sends its data while it works, or says where they can be cloned."""

from __future__ import annotations

import os

from ...lean import TYPE_CHECKING
from ...system import channel
from ...system.errors import Refused
from ...system.host import PATH, Host
from ...system.spawn import ROOT, piped
from .attempt import FAILED, SENDS, SENT
from .order import Diary, Order, complaint

if TYPE_CHECKING:
    from ...system.channel import Channel

CHUNK = 1 << 18


def donate(file: str) -> None:
    """Who asked for the data has them, or it was written down why not."""
    host = Host({"PATH": PATH})
    order = Order.take(host, file)
    diary = Diary(host, order, SENDS)
    try:
        stream = channel.connect(order.address, order.port, order.secret(), order.session)
        with stream.link:
            send(host, order, stream)
        diary.note(phase=SENT)
    except (OSError, Refused) as error:
        diary.note(phase=FAILED, reason=str(error))


def send(host: Host, order: Order, stream: Channel) -> None:
    """The other end has the data as of one moment, or may clone them; or Refused, and the other end knows why."""
    if order.refusal:
        refuse(stream, order.refusal)
    stream.send(channel.SIZE, str(host.size(order.datadir)).encode())
    if order.source:
        stream.send(channel.DATA, order.source.encode())
        stream.finish()
        return
    errors = f"{order.path}.errors"
    try:
        copying = piped(order.child(order.backup, ROOT, PATH), errors, feeds=True)
    except OSError as error:
        refuse(stream, f"{order.backup[0]}: {error.strerror or error}")
    try:
        while content := os.read(copying.stdout.fileno(), CHUNK):  # type: ignore[union-attr]  # it is a pipe
            stream.send(channel.DATA, content)
        if copying.wait():
            refuse(stream, f"{order.backup[0]}: {complaint(host, errors, 'failed')}")
        stream.finish()
    finally:
        if copying.poll() is None:
            copying.kill()
            copying.wait()
        host.remove(errors)


def refuse(stream: Channel, reason: str) -> None:
    """The other end knows why it gets nothing more; raises Refused with the same words."""
    stream.send(channel.REFUSAL, reason.encode("utf-8", "replace")[: channel.LONGEST])
    raise Refused(reason)
