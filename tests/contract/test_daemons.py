"""The installed agents of daemons, with a stand-in that connects as the real ones do."""

from __future__ import annotations

import contextlib
import shutil
import socket
import subprocess
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from support.resource import Resource
from test_environment import DEAR, loaded

from ocf_agents.system import proc

if TYPE_CHECKING:
    from collections.abc import Iterator

CHECKOUT = Path(__file__).resolve().parents[2]
STAND_IN = Path(__file__).resolve().parents[1] / "support/stand_in_daemon.py"
WITHOUT = {"url": None, "uwsgi": None}
GRACE = {**WITHOUT, "dependency_grace": "1h"}


class Server:
    """A broker as far as TCP goes: it accepts, and can hang up on everybody."""

    def __init__(self, port: int = 0) -> None:
        self.listener = socket.create_server(("127.0.0.1", port))
        self.port: int = self.listener.getsockname()[1]
        self.taken: list[socket.socket] = []
        self.thread = threading.Thread(target=self.accept, daemon=True)
        self.thread.start()

    def accept(self) -> None:
        """Whoever comes is let in."""
        while True:
            try:
                self.taken.append(self.listener.accept()[0])
            except OSError:
                return

    def close(self) -> None:
        """Nobody is connected any more, and nobody can connect."""
        with contextlib.suppress(OSError):  # it may be closed already
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.thread.join()
        for connection in self.taken:
            connection.close()


pytestmark = pytest.mark.long


@pytest.fixture
def broker() -> Iterator[Server]:
    """A broker that the stand-in connects to."""
    one = Server()
    yield one
    one.close()


def make(installed: Path, directory: Path, name: str, port: int, worker: bool = True) -> Resource:
    """A resource of an agent, stopped, with a stand-in and its configuration."""
    one = Resource(installed / name, directory)
    shutil.copy(STAND_IN, directory / "daemon")
    one.binary = directory / "daemon"
    text = f"[DEFAULT]\ntransport_url = rabbit://u:p@127.0.0.1:{port}/\nconnect = 127.0.0.1:{port}\n"
    one.config.write_text(text + ("worker = true\n" if worker else ""))
    return one


@pytest.fixture
def conductor(installed: Path, tmp_path: Path, broker: Server) -> Iterator[Resource]:
    """A running nova-conductor whose worker holds the connection."""
    one = make(installed, tmp_path, "nova-conductor", broker.port)
    done = one.call("start", **WITHOUT)
    assert done.code == 0, done.err
    yield one
    one.clean()


def test_a_connection_of_a_worker_is_enough(conductor: Resource) -> None:
    for level in (0, 10, 10):
        assert conductor.call("monitor", level=level, **WITHOUT).code == 0
    assert conductor.call("stop", **WITHOUT).code == 0
    assert conductor.processes() == []
    assert list(conductor.run.iterdir()) == []


def test_a_monitor_of_connections_loads_nothing_dear(
    conductor: Resource, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment = conductor.environment
    monkeypatch.setattr(
        conductor,
        "environment",
        lambda level, timeout, interval, _: environment(level, timeout, interval, WITHOUT),
    )
    code, modules = loaded(conductor, 10)
    assert code == 0
    assert not modules & DEAR
    assert not [name for name in modules if name.startswith("ocf_agents.ocf")]
    (conductor.run / f"{conductor.instance}.plan").unlink()
    code, modules = loaded(conductor, 10)
    assert code == 0
    assert not modules & (DEAR - {"os"}), "nor does the long way"


def test_a_lost_broker_is_degraded_and_its_return_is_noticed(conductor: Resource, broker: Server) -> None:
    broker.close()
    done = conductor.call("monitor", level=10, **GRACE)
    assert done.code == 190
    assert f"127.0.0.1:{broker.port}" in done.reason
    assert conductor.call("monitor", level=10, **{**GRACE, "dependency_grace": "0"}).code == 1
    assert conductor.call("monitor", level=10, interval=0, **GRACE).code == 0
    again = Server(broker.port)
    codes = set()
    while 0 not in codes:
        codes.add(conductor.call("monitor", level=10, **GRACE).code)
        assert codes <= {0, 190}
    again.close()


@pytest.mark.parametrize(
    "name",
    ["nova-cert", "nova-consoleauth", "nova-network", "nova-volume", "neutron-agent-dhcp", "cinder-schedule"],
)
def test_retired_daemons_and_other_names_run(
    installed: Path, tmp_path: Path, broker: Server, name: str
) -> None:
    one = make(installed, tmp_path, name, broker.port, worker=False)
    other = {"log_file": f"{tmp_path}/log"} if "neutron" in name else {}
    assert one.call("monitor", interval=0, **WITHOUT, **other).code == 7
    assert one.call("start", **WITHOUT, **other).code == 0
    for level in (0, 10):
        assert one.call("monitor", level=level, **WITHOUT, **other).code == 0
    assert one.call("stop", **WITHOUT, **other).code == 0
    assert not [found for found in proc.processes() if str(one.binary) in found.command]


def test_the_names_of_2012_are_installed_on_demand_alone(tmp_path: Path) -> None:
    for compatible in ("", "1"):
        root = tmp_path / f"root{compatible}"
        order = ["make", "-s", "install", f"DESTDIR={root}", *(["COMPAT=1"] if compatible else [])]
        subprocess.run(order, cwd=CHECKOUT, check=True)
        directory = root / "usr/lib/ocf/resource.d/openstack"
        old = {path.name for path in directory.iterdir() if path.name.endswith("-ra")}
        assert bool(old) == bool(compatible)
    assert {f"nova-{name}-ra" for name in ("api", "vnc", "volume", "objectstore")} < old
    done = subprocess.run([directory / "nova-vnc-ra", "meta-data"], env={}, capture_output=True, check=True)
    assert b'name="nova-novncproxy"' in done.stdout
    subprocess.run(["make", "-s", "uninstall", f"DESTDIR={root}"], cwd=CHECKOUT, check=True)
    assert not directory.exists()
