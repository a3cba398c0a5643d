"""A real receiver and a real donor, with programs that copy a directory in the place of MariaDB's."""

from __future__ import annotations

import getpass
import os
import signal
import socket
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING, Callable, Optional

import pytest

from ocf_agents.mysql.reseed.attempt import FAILED, LISTENS, READY, SENT, STARTS, Attempt
from ocf_agents.mysql.reseed.order import Order
from ocf_agents.system import channel
from ocf_agents.system.host import PATH, Host
from ocf_agents.system.proc import MARK

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.long
HOST = Host({"PATH": PATH})
BACKUP = """\
#!/bin/sh
case "$1" in
    --prepare) echo prepared > "${2#--target-dir=}/prepared";;
    --fail) tar -C %s -cf - . ; echo "[00] FATAL ERROR: no such table" >&2; exit 1;;
    *) exec tar -C %s -cf - . ;;
esac
"""
UNPACK = """\
#!/bin/sh
exec tar -x -f - -C "$3"
"""
KEY = "00" * 32
SERVER = ("/bin/sleep", "1000")


class Site:
    """Two nodes in one directory, with an order for each."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.data, self.source = directory / "data", directory / "source"
        for place in (self.data, self.source):
            place.mkdir()
        (self.data / "rows").write_text("old")
        (self.source / "rows").write_text("new" * 100_000)
        for name, text in (("backup", BACKUP.replace("%s", str(self.source))), ("unpack", UNPACK)):
            (directory / name).write_text(text)
            (directory / name).chmod(0o755)
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.port = probe.getsockname()[1]
        self.processes: list[subprocess.Popen[bytes]] = []

    def order(self, name: str, key: str = KEY, **more: object) -> Order:
        """The order of a receiver or a donor."""
        values: dict[str, object] = {
            "path": str(self.directory / name), "session": "one", "cause": "n1: it has more", "key": key,
            "address": "127.0.0.1", "port": self.port, "datadir": str(self.data), "instance": "test",
            "backup": (str(self.directory / "backup"),),
        }  # fmt: skip
        return Order(**{**values, **more})  # type: ignore[arg-type]  # as a test says

    def run(self, word: str, order: Order) -> subprocess.Popen[bytes]:
        """The process that carries an order out."""
        python, script, file = order.write(HOST)
        process = subprocess.Popen([python, "-IS", script, word, file], start_new_session=True)
        self.processes.append(process)
        return process

    def receive(self, **more: object) -> subprocess.Popen[bytes]:
        """A receiver listens."""
        process = self.run("receive", self.order(
            "receiver", unpack=str(self.directory / "unpack"), user=getpass.getuser(), argv=SERVER,
            environment={MARK: "test"}, records=(str(self.directory / "record"),), **more,
        ))  # fmt: skip
        self.wait(
            lambda: self.told("receiver").phase == LISTENS and bool(HOST.listeners("127.0.0.1", self.port))
        )
        return process

    def donate(self, key: str = KEY, word: str = "--backup") -> Attempt:
        """What became of a donor."""
        order = self.order(
            "donor", key, datadir=str(self.source), backup=(str(self.directory / "backup"), word)
        )
        assert self.run("donate", order).wait(30) == 0
        return self.told("donor")

    def told(self, name: str) -> Attempt:
        """What a process last told."""
        return Attempt.read(HOST, str(self.directory / name))

    def wait(self, condition: Callable[[], bool]) -> None:
        """The condition has come true."""
        end = time.monotonic() + 30
        while not condition():
            assert time.monotonic() < end, self.told("receiver")
            time.sleep(0.02)

    def ready(self) -> None:
        """The receiver waits for the agent's word."""
        self.wait(lambda: self.told("receiver").phase in (READY, FAILED))
        assert self.told("receiver").phase == READY, self.told("receiver").reason

    def untouched(self) -> bool:
        """Whether the old data are there, and nothing else."""
        names = {path.name for path in self.directory.iterdir() if path.name.startswith("data")}
        return names == {"data"} and (self.data / "rows").read_text() == "old"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    site = Site(tmp_path)
    yield site
    for process in site.processes:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def command(pid: int) -> Optional[tuple[str, ...]]:
    """What a process runs."""
    found = HOST.process(pid)
    return found.command if found else None


def test_the_receiver_becomes_the_server_on_the_data_of_the_other_node(site: Site) -> None:
    old = subprocess.Popen(SERVER, start_new_session=True)
    site.processes.append(old)
    site.wait(lambda: command(old.pid) == SERVER)
    seen = HOST.process(old.pid)
    assert seen
    receiver = site.receive(server=f"{seen.pid} {seen.started}")
    assert site.donate().phase == SENT
    site.ready()
    assert (site.data / "rows").read_text() == "old", "nothing is moved before the agent's word"
    assert int(site.told("receiver").received) > 300_000
    receiver.send_signal(signal.SIGUSR1)
    old.wait(30)
    site.wait(lambda: command(receiver.pid) == SERVER)
    told = site.told("receiver")
    assert told.phase == STARTS
    assert (site.data / "rows").read_text() == "new" * 100_000
    assert (site.data / "prepared").exists()
    assert (Path(told.apart) / "rows").read_text() == "old"
    process = HOST.process(receiver.pid)
    assert process
    assert (site.directory / "record").read_text() == f"{process.pid} {process.started}\n"
    assert not list(site.directory.glob("*.order")), "an order is gone once it was read"
    receiver.terminate()
    assert receiver.wait(30) == -signal.SIGTERM, "a server can be ended"


def test_a_stranger_is_sent_away_and_the_donor_is_still_waited_for(site: Site) -> None:
    receiver = site.receive()
    failed = site.donate(key="11" * 32)
    assert failed.phase == FAILED
    site.wait(lambda: "does not know the password" in site.told("receiver").reason)
    assert receiver.poll() is None
    assert site.donate().phase == SENT
    site.ready()


def test_a_backup_that_fails_half_way_is_no_backup(site: Site) -> None:
    receiver = site.receive()
    assert site.donate(word="--fail").phase == FAILED
    assert receiver.wait(30) == 0
    told = site.told("receiver")
    assert told.phase == FAILED
    assert "FATAL ERROR: no such table" in told.reason
    assert site.untouched()


def test_a_donor_that_dies_is_a_failure(site: Site) -> None:
    (site.directory / "backup").write_text("#!/bin/sh\nexec sleep 1000\n")
    receiver = site.receive()
    order = site.order("donor", datadir=str(site.source))
    donor = site.run("donate", order)
    site.wait(lambda: site.directory.joinpath("data.reseed").exists())
    os.killpg(donor.pid, signal.SIGKILL)
    assert receiver.wait(30) == 0
    assert site.told("receiver").phase == FAILED
    assert site.untouched()


def test_a_disk_without_room_is_told_before_anything_is_written(site: Site) -> None:
    receiver = site.receive()
    order = site.order("donor")
    stream = channel.connect(order.address, order.port, order.secret(), order.session)
    with stream.link:
        stream.send(channel.SIZE, str(1 << 60).encode())
        assert receiver.wait(30) == 0
    told = site.told("receiver")
    assert told.phase == FAILED
    assert "MiB free, and the copy needs" in told.reason
    assert site.untouched()


def test_a_port_that_is_taken_is_told(site: Site) -> None:
    with socket.create_server(("127.0.0.1", site.port)):
        process = site.run("receive", site.order("receiver", user=getpass.getuser()))
        assert process.wait(30) == 0
    assert site.told("receiver").reason == f"127.0.0.1 port {site.port}: Address already in use"


def test_a_receiver_that_is_told_to_end_does(site: Site) -> None:
    receiver = site.receive()
    receiver.terminate()
    assert receiver.wait(30) == -signal.SIGTERM
    assert site.untouched()
