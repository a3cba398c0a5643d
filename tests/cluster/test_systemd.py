"""Keystone as a unit of a real systemd, started and stopped through the agent."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path
from typing import TYPE_CHECKING, Callable

import pytest
from by_hand import ByHand
from support.blocks import blocks, follow
from systemd_container import CHECKOUT, SystemdContainer

from ocf_agents.lab import LabError, keystone

if TYPE_CHECKING:
    from collections.abc import Iterator

    from support.blocks import Block

PASSWORD = "sesame-systemd"

SERVER = """\
import http.server
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"OK")
http.server.HTTPServer(("", 5000), Handler).serve_forever()
"""
UNIT = """\
[Unit]
Description=A server as small as can be
[Service]
ExecStart=/usr/bin/python3 /usr/local/lib/little.py
"""


@pytest.fixture(scope="module")
def container(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SystemdContainer]:
    """A container with the agents installed, in which systemd runs."""
    if os.geteuid() != 0:
        pytest.skip("a container needs root")
    if not shutil.which("systemd-nspawn"):
        pytest.skip("systemd-nspawn: not installed; apt-get install systemd-container dbus")
    built = SystemdContainer(tmp_path_factory.mktemp("systemd"), Path(__file__).resolve().parents[2])
    try:
        built.__enter__()
    except (LabError, OSError) as error:
        pytest.skip(f"systemd-nspawn cannot run here: {error}")
    try:
        built.check(["ip", "link", "set", "lo", "up"])
        built.check(["mkdir", "-p", "/run/resource-agents"])
        built.check(["make", "-C", CHECKOUT, "install", "DESTDIR=/"], timeout=120)
        yield built
    finally:
        built.__exit__()
    assert not built.group.exists()
    assert str(built.root) not in Path("/proc/self/mountinfo").read_text()


def unit(container: SystemdContainer, name: str) -> ByHand:
    return ByHand(None, container, PASSWORD, parameters={"systemd_unit": name})  # type: ignore[arg-type]


@pytest.fixture
def little(container: SystemdContainer) -> ByHand:
    """A unit of a server that answers every GET with 200, and does not run yet."""
    container.write("/usr/local/lib/little.py", SERVER)
    container.write("/etc/systemd/system/little.service", UNIT)
    container.check(["systemctl", "daemon-reload"])
    resource = unit(container, "little.service")
    resource.must("stop")
    return resource


def property_of(container: SystemdContainer, name: str, what: str) -> str:
    return container.check(["systemctl", "show", "--value", f"--property={what}", name]).strip()


def wait(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_a_unit_is_started_watched_and_stopped(container: SystemdContainer, little: ByHand) -> None:
    assert little.monitor().code == 7
    little.must("start")
    little.must("start")
    assert property_of(container, "little.service", "ActiveState") == "active"
    assert little.monitor(0).code == 0
    assert little.monitor(10).code == 0
    little.must("stop")
    little.must("stop")
    assert property_of(container, "little.service", "ActiveState") == "inactive"
    assert little.monitor().code == 7


def test_a_killed_unit_is_not_running_and_can_be_started_again(
    container: SystemdContainer, little: ByHand
) -> None:
    little.must("start")
    container.check(["kill", "-9", property_of(container, "little.service", "MainPID")])
    wait(lambda: property_of(container, "little.service", "ActiveState") == "failed")
    assert little.monitor().code == 7
    little.must("start")
    assert little.monitor(10).code == 0
    little.must("stop")


def test_a_suspended_unit_has_failed(container: SystemdContainer, little: ByHand) -> None:
    little.must("start")
    main = property_of(container, "little.service", "MainPID")
    container.check(["kill", "-STOP", main])
    outcome = little.monitor()
    assert (outcome.code, "SIGSTOP" in outcome.reason) == (1, True)
    container.check(["kill", "-CONT", main])
    assert little.monitor(10).code == 0
    little.must("stop")


def test_a_unit_that_cannot_start_says_why(container: SystemdContainer, little: ByHand) -> None:
    container.write("/etc/systemd/system/broken.service", UNIT.replace("/usr/bin/python3", "/bin/false"))
    container.check(["systemctl", "daemon-reload"])
    outcome = unit(container, "broken.service").run("start", timeout=20)
    assert outcome.code == 1
    assert "broken.service" in outcome.reason
    missing = unit(container, "nowhere.service").run("start")
    assert (missing.code, "not-found" in missing.reason) == (5, True)
    assert unit(container, "nowhere.service").run("stop").code == 0


def test_the_distributions_keystone_unit_runs_under_the_agent(container: SystemdContainer) -> None:
    if container.run(["systemctl", "cat", "keystone.service"]).returncode:
        pytest.skip("keystone: not installed; apt-get install keystone uwsgi-plugin-python3")
    keystone.prepare_one(container, PASSWORD)  # type: ignore[arg-type]
    resource = unit(container, "keystone.service")
    warned = resource.must("start", timeout=120)
    assert "has Restart=on-failure" in warned.errors
    assert resource.monitor(20).code == 0
    resource.must("stop")
    assert resource.monitor().code == 7
    assert not container.run(["pgrep", "-u", "keystone"]).stdout


@pytest.mark.parametrize("block", [block for block in blocks() if block.kind == "machine"], ids=str)
def test_a_machine_does_what_the_page_shows(container: SystemdContainer, block: Block) -> None:
    # What is installed is the newest that it knows of.
    container.check(["sh", "-c", "rm -rf /var/lib/apt/lists/*"])
    for command in block.commands():
        follow(block, command, lambda text: container.run(["bash", "-c", text]))
