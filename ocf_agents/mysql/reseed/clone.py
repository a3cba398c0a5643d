"""MySQL's own way to the primary's data: a server of the moment has them copied by the clone plugin.

That server is made for it and thrown away. So it does not matter whether there is an old server here, what
that one can and whom it obeys; and the old one goes on. Then a server runs once on the copy, closed and for
nobody: it finishes or undoes what the primary was in the middle of, and can say where the copy ends.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from subprocess import TimeoutExpired

from ...lean import TYPE_CHECKING
from ...system import channel
from ...system.errors import Refused
from ...system.host import PATH
from ...system.spawn import piped
from ..dialect import CLONES_SINCE, Version
from ..gtid import MYSQL
from ..look import Login
from ..server import SUPERUSER, Server
from . import MARK
from .attempt import PREPARES, RECEIVES
from .means import PLUGIN
from .order import complaint
from .receiver import PULSE, SERVER_ENDS, Receiver

if TYPE_CHECKING:
    from collections.abc import Iterator
    from subprocess import Popen

    from ...system.channel import Channel
    from ...system.host import Account

COPY = "CLONE INSTANCE FROM %s@%s:{port} IDENTIFIED BY %s DATA DIRECTORY = %s{encrypted}"
PROGRESS = "SELECT SUM(data) FROM performance_schema.clone_progress"
POLL = 0.2
LOGIN = 30.0
"""Seconds that a server has to let somebody in, after it has told its pid."""
SMALL = {"innodb-buffer-pool-size": "128M", "loose-innodb-redo-log-capacity": "8M"}
"""What a server takes that holds no data of its own."""


class Cloner(Receiver):
    """One order, from listening to the start of the server on a clone of the primary."""

    spare = 512 << 20
    """The server of the moment needs room as well."""

    @property
    def scratch(self) -> str:
        """The directory of all that is not the copy."""
        return f"{self.places.work}/scratch"

    def receive(self, stream: Channel, account: Account) -> None:
        """There is a copy of the data of the server that the primary named."""
        with stream.link:
            host, port = self.invitation(stream)
        self.diary.note(phase=RECEIVES, reason="")
        self.places.prepare(account, self.scratch)
        fresh, donor = f"{self.scratch}/data", {"clone-valid-donor-list": f"{host}:{port}"}
        words = self.words(fresh, {**SMALL, "read-only": "0", "super-read-only": "0"})
        with self.running((*words, "--initialize-insecure"), account) as making:
            making.wait()
        if making.returncode:
            raise Refused(f"{words[0]} --initialize-insecure: {self.complaint()}")
        more = (f"--plugin-load-add={PLUGIN}", *(f"--{name}={value}" for name, value in donor.items()))
        with self.serving((*words, *more, *self.order.options), account, (SUPERUSER, "")) as server:
            self.copy(server, host, port)

    def invitation(self, stream: Channel) -> tuple[str, int]:
        """Host and port of the primary's server, which has been told that it will be copied; or Refused."""
        told = ""
        for sort, content in stream.frames():
            if sort == channel.REFUSAL:
                raise Refused(content.decode("utf-8", "replace"))
            if sort == channel.SIZE:
                self.make_room(int(content))
            elif sort == channel.DATA:
                told = content.decode()
        host, _, port = told.rpartition(" ")
        if not host:
            raise Refused("the primary is no server that can be cloned; is it MySQL 8.0.17 or later?")
        return host, int(port)

    def copy(self, server: Server, host: str, port: int) -> None:
        """The primary's data are in a directory that was not there before."""
        statement = COPY.format(port=port, encrypted=" REQUIRE SSL" if self.order.encrypted else "")
        user, password = self.order.login
        values = user, host, password, f"{self.scratch}/copy"
        watching = server.another()
        with ThreadPoolExecutor(1) as pool:
            copying = pool.submit(server.tell, statement, values)
            while not copying.done():
                with suppress(Refused):  # what the copying itself says tells more
                    self.count(watching)
                self.host.sleep(PULSE)
        copying.result()
        self.count(watching)

    def count(self, server: Server) -> None:
        """It is on record how much was copied so far."""
        ((copied,),) = server.rows(PROGRESS)
        self.diary.note(received=str(copied or 0))

    def prepare(self, account: Account) -> None:
        """The copy is as of one moment that is on record, and a server has run on it."""
        self.diary.note(phase=PREPARES)
        copy = f"{self.scratch}/copy"
        words = self.words(copy, {"innodb-buffer-pool-size": SMALL["innodb-buffer-pool-size"]})
        with self.serving(words, account, self.order.login) as server:
            if str(server.value("@@GLOBAL.gtid_mode")) != "ON":
                raise Refused("gtid_mode is not ON in the server's configuration here")
            self.diary.note(position=str(server.history()))
        self.host.move(copy, self.places.new)
        self.host.remove_tree(self.scratch, MARK)
        self.host.flush()

    # Servers of the moment.

    def words(self, data: str, options: dict[str, str]) -> tuple[str, ...]:
        """The words of the server that is to run here, on other data, apart from the world, for nobody.

        None of them is what the agent knows its own server by.
        """
        mine = {
            "datadir": data,
            "socket": f"{self.scratch}/socket",
            "pid-file": f"{self.scratch}/pid",
            "log-error": f"{self.scratch}/log",
            "log-error-verbosity": "1",
            "tmpdir": self.scratch,
            "relay-log": f"{self.scratch}/relay",
            "relay-log-index": f"{self.scratch}/relay.index",
            "event-scheduler": "OFF",
            "loose-mysqlx": "OFF",
            "skip-networking": "1",
            **options,
        }
        told = [word for word in self.order.argv if name_of(word) not in mine]
        return (*told, "--skip-log-bin", *(f"--{name}={value}" for name, value in mine.items()))

    @contextmanager
    def running(self, words: tuple[str, ...], account: Account) -> Iterator[Popen[bytes]]:
        """A server runs as long as the block lasts, at most."""
        found = piped(self.order.child(words, account, PATH), f"{self.order.path}.errors", feeds=False)
        try:
            yield found
        finally:
            found.terminate()
            with suppress(TimeoutExpired):
                found.wait(SERVER_ENDS)
            found.kill()  # one that has ended is left alone
            found.communicate()

    @contextmanager
    def serving(self, words: tuple[str, ...], account: Account, login: tuple[str, ...]) -> Iterator[Server]:
        """A conversation with a server that runs as long as the block lasts."""
        with self.running(words, account) as running:
            user, password = login
            yield self.answering(running, Login(user, password, f"{self.scratch}/socket"))
        if running.returncode:
            raise Refused(f"{words[0]}: {self.complaint()}")

    def answering(self, running: Popen[bytes], login: Login) -> Server:
        """A conversation with a server that is starting, for as long as that takes; or Refused."""
        found = Server(login, Version(MYSQL, CLONES_SINCE), lambda _: None)
        up = 0.0
        while running.poll() is None:
            try:
                found.connect()
            except Refused:
                if self.host.exists(f"{self.scratch}/pid"):
                    up = up or self.host.now()
                    if self.host.now() - up > LOGIN:
                        raise
                self.host.sleep(POLL)
            else:
                return found
        raise Refused(f"{self.order.argv[0]}: {self.complaint()}")

    def complaint(self) -> str:
        """The last that a server of the moment complained of."""
        printed = complaint(self.host, f"{self.order.path}.errors", "it has ended")
        return complaint(self.host, f"{self.scratch}/log", printed)


def name_of(word: str) -> str:
    """The name of the option in a word of a server's command line, written the usual way."""
    return word.lstrip("-").partition("=")[0].replace("_", "-")
