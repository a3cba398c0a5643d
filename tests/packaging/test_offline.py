"""What `make offline` makes installs on a machine that has no network at all."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from made import CHECKOUT
from support import pythons

from ocf_agents import __version__
from ocf_agents.agents import everyone, links

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.long

NO_NETWORK = ["unshare", "--net"]
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


def commands(readme: Path) -> list[str]:
    """What it says to type."""
    return [line[4:] for line in readme.read_text().splitlines() if line.startswith("    ")]


def alone(*order: str | Path) -> subprocess.CompletedProcess[str]:
    """What a program says that has no network, and no settings of this machine's pip."""
    environment = {"PATH": "/usr/sbin:/usr/bin", "HOME": "/nonexistent", "PIP_CONFIG_FILE": "/dev/null"}
    return subprocess.run(
        [*NO_NETWORK, *order], env=environment, capture_output=True, text=True, timeout=600, check=False
    )


@pytest.fixture(params=pythons.VERSIONS)
def python(request: pytest.FixtureRequest) -> pythons.Python:
    """Each Python that it is for, with its own pip."""
    return pythons.python(request.param)


@pytest.fixture
def bare(python: pythons.Python, tmp_path: Path) -> Path:
    """The programs of an environment that has nothing but that pip."""
    subprocess.run([python.program, "-m", "venv", tmp_path / "venv"], check=True)
    return tmp_path / "venv/bin"


def test_its_checksums_hold_and_leave_nothing_out(offline: Path) -> None:
    typed = commands(offline / "README")[0]
    checked = subprocess.run(typed.split(), cwd=offline, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr
    files = {str(path.relative_to(offline)) for path in offline.rglob("*") if path.is_file()}
    assert {line.partition(":")[0] for line in checked.stdout.splitlines()} == files - {"SHA256SUMS"}
    assert {name for name in files if name.startswith("rpms/")}


def test_pip_installs_from_its_files_and_the_agents_run(
    offline: Path, python: pythons.Python, bare: Path, tmp_path: Path
) -> None:
    # As its README says, and the page on it, to the letter.
    (typed,) = [
        line for line in commands(offline / "README") if line.startswith("pip install --index-url file:")
    ]
    assert f"# {typed}\n" in (CHECKOUT / "docs/how-to/offline.md").read_text()
    done = alone("sh", "-c", f"cd {offline}; PATH={bare}:$PATH; {typed} --quiet")
    assert done.returncode == 0, done.stderr
    command, root = bare / "ocf-agents", tmp_path / "ocf"
    assert {agent.name for agent in everyone()} <= set(alone(command, "list").stdout.split())
    for _ in range(2):
        linked = alone(command, "install", "--ocf-root", root)
        assert linked.returncode == 0, linked.stderr
    for link in links():
        agent = root / "resource.d" / link
        run = alone(pythons.AS_PYTHON3, python.program, agent, "meta-data")
        assert run.stdout.startswith("<?xml"), f"{link}: {run.stderr}"
    for _ in range(2):
        assert alone(command, "uninstall", "--ocf-root", root).returncode == 0
    assert not [path for path in root.rglob("*") if not path.is_dir()]


@pytest.mark.parametrize("version", pythons.VERSIONS)
def test_pip_of_another_python_finds_everything_too(offline: Path, tmp_path: Path, version: str) -> None:
    order = ["--python-version", version, "--only-binary", ":all:", "--target", tmp_path]
    index = f"--index-url=file://{offline}/simple/"
    done = alone(sys.executable, "-m", "pip", "install", "-q", index, *order, WANTED)
    assert done.returncode == 0, done.stderr
    assert {"ocf_agents", "click", "keystoneclient", "psutil", "pymysql"} <= {
        one.name for one in tmp_path.iterdir()
    }


def test_pip_installs_from_a_plain_web_server(offline: Path, bare: Path, tmp_path: Path) -> None:
    done = alone("sh", "-c", SERVE_AND_INSTALL, "sh", bare / "python", offline, tmp_path)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / f"ocf_agents-{__version__}.dist-info").is_dir()
    assert (tmp_path / "keystoneclient").is_dir()


def test_its_own_words_name_what_is_there(offline: Path) -> None:
    words = (offline / "README").read_text()
    for name in ("SHA256SUMS", "simple/", "wheels/", "rpms/"):
        assert name in words
        assert (offline / name).exists()
    assert (CHECKOUT / "packaging/OFFLINE").read_text() == words
