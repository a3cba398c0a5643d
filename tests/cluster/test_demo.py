"""The demonstration, whole and interrupted."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from support.possible import skip_unless_lab_with_mariadb

from ocf_agents.lab import Lab, labs_that_are_up

CHECKOUT = Path(__file__).resolve().parents[2]
COMMAND = (sys.executable, "-m", "ocf_agents.lab.demo")


@pytest.fixture(autouse=True)
def _possible() -> None:
    skip_unless_lab_with_mariadb()
    if not Path("/usr/bin/keystone-wsgi-public").exists():
        pytest.skip("keystone: not installed; apt-get install keystone uwsgi-plugin-python3")
    if "demo" in labs_that_are_up():
        pytest.skip("somebody runs the demonstration on this machine")


def test_every_step_of_the_demonstration_holds_and_nothing_is_left() -> None:
    result = subprocess.run(COMMAND, cwd=CHECKOUT, capture_output=True, text=True, timeout=400, check=False)
    assert (result.returncode, result.stderr) == (0, ""), result.stdout
    for part in (
        *("recovered in place", "powered off", "fenced by", "is back as the replica", "no write"),
        *("SIGKILL to the primary's server", "0 lost, all are on both nodes; 0 s with two writable servers"),
    ):
        assert part in result.stdout
    assert "\033" not in result.stdout
    assert Lab("demo").leftovers() == []


@pytest.mark.parametrize(
    ("number", "moment", "status"),
    [(signal.SIGTERM, "prepare MySQL", 143), (signal.SIGINT, "bring up two nodes", 130)],
    ids=["SIGTERM", "SIGINT"],
)
def test_an_interrupted_demonstration_leaves_nothing(
    number: signal.Signals, moment: str, status: int
) -> None:
    # Who was started in the background ignores SIGINT, and so does all that he starts.
    command = ("env", "--default-signal=INT", *COMMAND)
    with subprocess.Popen(
        command, cwd=CHECKOUT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        assert process.stdout is not None
        assert any(moment in line for line in process.stdout)
        process.send_signal(number)
        rest = process.stdout.read()
        assert process.wait(60) == status, rest
    assert "Traceback" not in rest
    assert Lab("demo").leftovers() == []


def test_a_step_that_does_not_hold_is_told_with_the_log_and_leaves_nothing(tmp_path: Path) -> None:
    # The demonstration's own checkout is what the nodes install: one without the agent cannot hold.
    program = (
        "import sys\nfrom ocf_agents.lab import keystone\nfrom ocf_agents.lab.demo import __main__, stage\n"
        "stage.PATIENCE = 5\nkeystone.prepare = lambda *_, **__: None\nsys.argv = ['demo']\nsys.exit(__main__.main())\n"
    )
    result = subprocess.run(
        [sys.executable, "-c", program],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    assert result.returncode == 1, result.stdout
    assert "FAILED after" in result.stdout
    assert "last lines of pacemaker.log" in result.stdout
    assert Lab("demo").leftovers() == []


def test_without_root_the_demonstration_says_so_in_one_line() -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can become nobody")
    # The checkout may be below /root, where nobody may not look.
    with tempfile.TemporaryDirectory() as directory:
        shutil.copytree(CHECKOUT / "ocf_agents", f"{directory}/ocf_agents")
        os.chmod(directory, 0o755)
        result = subprocess.run(
            ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "/usr/bin/python3", *COMMAND[1:]],
            cwd=directory,
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
            env={"PYTHONDONTWRITEBYTECODE": "1", "PATH": "/usr/bin:/bin"},
        )
    assert result.returncode == 1
    assert result.stderr.count("\n") == 1
    assert "run it as root" in result.stderr
