"""What `make offline` makes installs on a machine that has no network at all."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from made import CHECKOUT, make

from ocf_agents import __version__
from ocf_agents.agents import links

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.long

NO_NETWORK = ["unshare", "--net"]
PYTHONS = re.findall(r"^PYTHONS = (.*)$", (CHECKOUT / "Makefile").read_text(), re.MULTILINE)[0].split()
WANTED = "ocf-agents[mysql,tools]"
SERVE_AND_INSTALL = """\
ip link set lo up
"$1" -m http.server --directory "$2" --bind 127.0.0.1 8080 2>/dev/null &
server=$!
trap 'kill $server' EXIT
tries=0
until "$1" -c 'import socket; socket.create_connection(("127.0.0.1", 8080), 1)' 2>/dev/null; do
    tries=$((tries + 1))
    [ $tries -lt 100 ] || exit 9
    sleep 0.1
done
"$1" -m pip install --quiet --no-cache-dir --index-url http://127.0.0.1:8080/simple/ --target "$3" 'ocf-agents[tools]'
"""


@pytest.fixture(scope="module")
def offline(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The directory that make offline makes when nothing more is said."""
    if os.geteuid():
        pytest.skip("a network namespace takes root's rights")
    directory = tmp_path_factory.mktemp("offline")
    make("offline", f"DIST={directory}", f"RPM={directory}/build")
    return directory / "offline"


def commands(readme: Path) -> list[str]:
    """What it says to type."""
    return [line[4:] for line in readme.read_text().splitlines() if line.startswith("    ")]


def alone(*order: str | Path) -> subprocess.CompletedProcess[str]:
    """What a program says that has no network, and no settings of this machine's pip."""
    environment = {"PATH": "/usr/sbin:/usr/bin", "HOME": "/nonexistent", "PIP_CONFIG_FILE": "/dev/null"}
    return subprocess.run(
        [*NO_NETWORK, *order], env=environment, capture_output=True, text=True, timeout=120, check=False
    )


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of an environment of its own."""
    directory = tmp_path_factory.mktemp("venv")
    subprocess.run([sys.executable, "-m", "venv", directory], check=True)
    return directory / "bin/python"


def test_its_checksums_hold_and_leave_nothing_out(offline: Path) -> None:
    typed = commands(offline / "README")[0]
    checked = subprocess.run(typed.split(), cwd=offline, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr
    files = {str(path.relative_to(offline)) for path in offline.rglob("*") if path.is_file()}
    assert {line.partition(":")[0] for line in checked.stdout.splitlines()} == files - {"SHA256SUMS"}
    assert {name for name in files if name.startswith("rpms/")}


def test_pip_installs_from_its_files_and_the_agents_run(offline: Path, python: Path, tmp_path: Path) -> None:
    # As its README says, and the page on it, to the letter.
    (typed,) = [
        line for line in commands(offline / "README") if line.startswith("pip install --index-url file:")
    ]
    assert f"# {typed}\n" in (CHECKOUT / "docs/how-to/offline.md").read_text()
    done = alone("sh", "-c", f"cd {offline}; PATH={python.parent}:$PATH; {typed} --quiet")
    assert done.returncode == 0, done.stderr
    command, root = python.with_name("ocf-agents"), tmp_path / "ocf"
    for _ in range(2):
        linked = alone(command, "install", "--ocf-root", root)
        assert linked.returncode == 0, linked.stderr
    for link in links():
        assert alone(root / "resource.d" / link, "meta-data").stdout.startswith("<?xml"), link
    for _ in range(2):
        assert alone(command, "uninstall", "--ocf-root", root).returncode == 0
    assert not [path for path in root.rglob("*") if not path.is_dir()]


@pytest.mark.parametrize("version", PYTHONS)
def test_pip_finds_everything_for_each_python_that_it_is_for(
    offline: Path, python: Path, tmp_path: Path, version: str
) -> None:
    order = ["--python-version", version, "--only-binary", ":all:", "--target", tmp_path]
    done = alone(
        python, "-m", "pip", "install", "-q", "--index-url", f"file://{offline}/simple/", *order, WANTED
    )
    assert done.returncode == 0, done.stderr
    assert {"ocf_agents", "click", "keystoneclient", "psutil", "pymysql"} <= {
        one.name for one in tmp_path.iterdir()
    }
    interpreter = shutil.which(f"python{version}")
    asked = [interpreter or "", "-I", "-c", "import sys; print(sys.base_prefix)"]
    if (
        interpreter is None
        or (found := subprocess.run(asked, capture_output=True, text=True, check=False)).returncode
    ):
        pytest.skip(f"everything was found; no Python {version} is on this machine to run it")
    program = f"{found.stdout.strip()}/bin/python{version}"
    run = alone("env", f"PYTHONPATH={tmp_path}", program, "-m", "ocf_agents.cli.main", "list")
    assert (run.returncode, run.stderr) == (0, "")
    assert all(link.rpartition("/")[2] in run.stdout for link in links())


def test_pip_installs_from_a_plain_web_server(offline: Path, python: Path, tmp_path: Path) -> None:
    done = alone("sh", "-c", SERVE_AND_INSTALL, "sh", python, offline, tmp_path)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / f"ocf_agents-{__version__}.dist-info").is_dir()
    assert (tmp_path / "keystoneclient").is_dir()


def test_its_own_words_name_what_is_there(offline: Path) -> None:
    words = (offline / "README").read_text()
    for name in ("SHA256SUMS", "simple/", "wheels/", "rpms/"):
        assert name in words
        assert (offline / name).exists()
    assert (CHECKOUT / "packaging/OFFLINE").read_text() == words
