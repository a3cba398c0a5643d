"""The process that fills a directory with the primary's data, and then is the server on them."""

from __future__ import annotations

import os
import signal
import time

from ...lean import TYPE_CHECKING
from ...system import channel
from ...system.errors import Refused
from ...system.host import PATH, Host
from ...system.spawn import Command, become, piped
from .attempt import FAILED, LISTENS, PREPARES, READY, RECEIVES, STARTS, TAKES
from .order import Diary, Order, complaint
from .places import Places

if TYPE_CHECKING:
    from subprocess import Popen

    from ...system.channel import Channel
    from ...system.host import Account

MARGIN, SPARE = 1.1, 64 << 20
"""How much more than the primary's data has to be free, by part and in bytes."""
PULSE = 1.0
"""Seconds between two notes of how much was received."""
WORD = signal.SIGUSR1
"""The agent's word that the copy may take the place of the data."""
SERVER_ENDS = 60.0
"""Seconds that a server has to end, before it is killed: what the old one holds is set apart as it is."""


def receive(way: type[Receiver], file: str) -> None:
    """The data of another node are a server's here, which this process has become; or it says why not."""
    signal.pthread_sigmask(signal.SIG_BLOCK, {WORD})
    host = Host({"PATH": PATH})
    way(host, Order.take(host, file)).run()


class Receiver:
    """One order, from listening to the start of the server."""

    spare = SPARE
    """The bytes that have to be free beside those of the data."""

    def __init__(self, host: Host, order: Order) -> None:
        self.host, self.order = host, order
        self.places = Places(host, order.datadir, order.logs)
        self.diary = Diary(host, order, LISTENS)
        self.received, self.told = 0, 0.0

    def run(self) -> None:
        """The process is the server; or nothing is left of what it made, and it has said why."""
        try:
            account = self.host.account(self.order.user)
            if account is None:
                raise Refused(f"user={self.order.user}: no such user on this node")
            self.receive(self.meet(), account)
            self.prepare(account)
            self.diary.note(phase=READY)
            signal.sigwait({WORD})
            self.diary.note(phase=TAKES)
            self.take_the_place(account)
        except (OSError, ValueError, Refused) as error:
            self.fail(str(error))

    def fail(self, reason: str) -> None:
        """The reason is written down, and what can be undone is undone."""
        try:
            self.places.tidy()
        except (OSError, Refused) as error:
            reason = f"{reason}; {error}"
        self.diary.note(phase=FAILED, reason=reason)

    def meet(self) -> Channel:
        """A stream from one that knows the password; whoever does not is sent away."""
        order = self.order
        listener = channel.listen(order.address, order.port)
        with listener:
            while True:
                try:
                    return channel.accept(listener, order.secret(), order.session)
                except Refused as refused:
                    self.diary.note(reason=str(refused))

    def receive(self, stream: Channel, account: Account) -> None:
        """The directory holds what was sent, and all of it."""
        errors = f"{self.order.path}.errors"
        self.diary.note(phase=RECEIVES, reason="")
        unpacking = None
        try:
            for sort, content in stream.frames():
                if sort == channel.REFUSAL:
                    raise Refused(content.decode("utf-8", "replace"))
                if sort == channel.SIZE:
                    self.make_room(int(content))
                    self.places.prepare(account)
                    unpacking = piped(self.unpack(account), errors, feeds=False)
                elif unpacking:
                    self.feed(unpacking, content)
            if unpacking is None or self.close(unpacking):
                raise Refused(f"{self.order.unpack}: {complaint(self.host, errors, 'could not unpack')}")
        except BrokenPipeError:
            raise Refused(f"{self.order.unpack}: {complaint(self.host, errors, 'ended early')}") from None
        finally:
            if unpacking and unpacking.poll() is None:
                unpacking.kill()
                unpacking.wait()
            stream.link.close()
            self.host.remove(errors)

    def make_room(self, size: int) -> None:
        """There is room for so many bytes, or Refused."""
        parent = self.places.data.rpartition("/")[0] or "/"
        free, wanted = self.host.free(parent), int(size * MARGIN) + self.spare
        self.diary.note(size=str(size), received="0")
        if free < wanted:
            raise Refused(f"{parent}: has {free >> 20} MiB free, and the copy needs {wanted >> 20} MiB")

    def unpack(self, account: Account) -> Command:
        """The program that takes the stream apart, as the server's user."""
        return self.order.child((self.order.unpack, "-x", "-C", self.places.new), account, PATH)

    def feed(self, unpacking: Popen[bytes], content: bytes) -> None:
        """The program has got this, and it is counted."""
        unpacking.stdin.write(content)  # type: ignore[union-attr]  # it is a pipe
        self.received += len(content)
        if self.host.now() - self.told >= PULSE:
            self.told = self.host.now()
            self.diary.note(received=str(self.received))

    def close(self, unpacking: Popen[bytes]) -> int:
        """The program's exit code, after the last byte."""
        unpacking.stdin.close()  # type: ignore[union-attr]  # it is a pipe
        self.diary.note(received=str(self.received))
        return unpacking.wait()

    def prepare(self, account: Account) -> None:
        """The copy is as of one moment, and a server can start on it."""
        self.diary.note(phase=PREPARES)
        errors = f"{self.order.path}.errors"
        words = (*self.order.backup, "--prepare", f"--target-dir={self.places.new}")
        preparing = piped(self.order.child(words, account, PATH), errors, feeds=False)
        preparing.communicate()
        if preparing.returncode:
            raise Refused(f"{words[0]} --prepare: {complaint(self.host, errors, 'failed')}")
        self.host.remove(errors)
        self.host.flush()

    def take_the_place(self, account: Account) -> None:
        """The old server has ended, the data are the new ones, and this process is the server on them."""
        # A stop comes before the swap or after it; what is cut short all the same, the next start carries on.
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
        self.record()
        self.end_server()
        apart = self.places.swap(time.strftime("%Y%m%d-%H%M%S"), account)
        self.diary.note(phase=STARTS, apart=apart)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM, WORD})
        become(Command(self.order.argv, account, self.order.environment))

    def record(self) -> None:
        """This process is on record as the resource's main one."""
        for path, text in zip(self.order.records, (self.diary.attempt.process, str(os.getpid()))):
            self.host.write(path, f"{text}\n")

    def end_server(self) -> None:
        """The server whose place is to be taken has ended."""
        old = self.diary.attempt.but(process=self.order.server)
        began = self.host.now()
        number = signal.SIGTERM
        while server := old.worker(self.host):
            self.host.signal(server, number)
            if self.host.now() - began > SERVER_ENDS:
                number = signal.SIGKILL
            self.host.sleep(0.2)
