"""The lab itself: it comes up, breaks its nodes in the ways that it says, and leaves nothing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from support.possible import skip_unless_lab

from ocf_agents.lab import Lab, LabError, Power

if TYPE_CHECKING:
    from collections.abc import Iterator

CHECKOUT = Path(__file__).resolve().parents[2]
PREFIX = f"test{os.getpid()}"


@pytest.fixture(scope="module", autouse=True)
def _possible() -> None:
    skip_unless_lab()


def is_gone(lab: Lab) -> bool:
    """Nothing of the lab is on the machine."""
    return lab.leftovers() == []


@pytest.fixture(scope="module")
def pair() -> Iterator[Lab]:
    """A lab of two nodes that fence each other."""
    with Lab(f"{PREFIX}-pair", install=(), hosts={"clusterkeystone": 100}) as lab:
        yield lab
    assert is_gone(lab)


@pytest.fixture
def healthy(pair: Lab) -> Lab:
    """The lab of two nodes, with both nodes online."""
    pair.wait_online()
    return pair


def test_a_lab_is_online_within_its_deadline_and_leaves_nothing_behind() -> None:
    started = time.monotonic()
    with Lab(f"{PREFIX}-short", fencing=False, install=("touch", "/usr/installed")) as lab:
        assert time.monotonic() - started < 20
        state = lab.cluster_state()
        assert [node.summary for node in state.nodes] == ["online", "online"]
        assert [node.read("/usr/installed") for node in lab.nodes] == ["", ""]
        assert state.dc in ("n1", "n2")
        assert lab.leftovers() != []
    assert is_gone(lab)


def test_a_lab_is_gone_after_an_exception() -> None:
    lab = Lab(f"{PREFIX}-broken", install=("false",))
    with pytest.raises(LabError, match=r"node n[12]: false: exit status 1"), lab:
        pass
    assert is_gone(lab)


def test_down_after_the_creator_was_killed_leaves_nothing() -> None:
    name = f"{PREFIX}-orphan"
    program = (
        "import os, signal\nfrom ocf_agents.lab import Lab\n"
        f"lab = Lab({name!r}, install=())\nlab.up()\nos.kill(os.getpid(), signal.SIGKILL)\n"
    )
    result = subprocess.run(
        [sys.executable, "-c", program], cwd=CHECKOUT, capture_output=True, text=True, timeout=60, check=False
    )
    assert result.returncode == -signal.SIGKILL, result.stderr
    lab = Lab.attach(name)
    with pytest.raises(LabError, match="is up already; take it down with: ocf-agents lab down"):
        Lab(name).up()
    assert lab.node("n1").power is Power.ON
    lab.down()
    assert is_gone(lab)


def test_a_terminated_program_takes_its_lab_down() -> None:
    name = f"{PREFIX}-term"
    program = (
        "import time\nfrom ocf_agents.lab import Lab\n"
        f"with Lab({name!r}, fencing=False, install=()):\n"
        "    print('up', flush=True)\n    time.sleep(60)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program], cwd=CHECKOUT, text=True, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "up\n"
        process.terminate()
        assert process.wait(20) == 128 + signal.SIGTERM
    assert is_gone(Lab(name))


def test_two_labs_run_side_by_side(healthy: Lab) -> None:
    with Lab(f"{PREFIX}-three", nodes=3, crypto=True, install=(), storage="/var/tmp") as other:
        assert other.address(1) != healthy.address(1)
        assert [node.power for node in other.nodes] == [Power.ON] * 3
        assert healthy.client(["ping", "-c1", "-W1", "n1"]).returncode == 0
        other.split("n1", "n2")
        with pytest.raises(LabError, match="n2: split already"):
            other.split("n3", "n1")
        other.unsplit("n1", "n2")
        other.node("n3").kill()
        healthy.wait_online()
    assert is_gone(other)
    assert not Path(f"/var/tmp/{other.spec.mark}").exists()
    healthy.wait_online()


def test_a_node_sees_its_own_machine_and_no_other(healthy: Lab) -> None:
    node = healthy.node("n1")
    assert node.check(["hostname"]) == "n1\n"
    assert healthy.address(100) in node.check(["getent", "hosts", "clusterkeystone"])
    node.write("/usr/local/mine", "text", owner="hacluster:haclient", mode=0o640)
    assert node.check(["stat", "-c", "%U:%G %a", "/usr/local/mine"]) == "hacluster:haclient 640\n"
    assert not Path("/usr/local/mine").exists()
    assert healthy.node("n2").run(["cat", "/usr/local/mine"]).returncode == 1
    assert node.check(["env"]).count("\n") == 3
    assert node.check(["sh", "-c", "ls /proc/self/fd"]).split() == ["0", "1", "2", "3"]
    assert not any("test_lab" in process.command for process in node.processes())
    assert {1} < {process.pid for process in node.processes()}


def test_a_command_that_leaves_a_daemon_behind_does_not_keep_its_caller(healthy: Lab) -> None:
    started = time.monotonic()
    healthy.node("n1").check(["sh", "-c", "sleep 30 & echo done"])
    assert time.monotonic() - started < 5
    with pytest.raises(LabError, match=r"node n1: sleep 30: did not end within 0.2 s"):
        healthy.node("n1").run(["sleep", "30"], timeout=0.2)


def test_an_unknown_node_is_named_with_those_that_exist(healthy: Lab) -> None:
    with pytest.raises(LabError, match=r"node n9: no such node in lab .*; it has n1, n2"):
        healthy.node("n9")


def test_a_resource_is_found_where_it_runs(healthy: Lab, tmp_path: Path) -> None:
    healthy.crm_configure("primitive dummy ocf:pacemaker:Dummy op monitor interval=10s\n")
    healthy.eventually(1, lambda: len(healthy.where("dummy")), what="the resource to run")
    file = tmp_path / "prefer.crm"
    file.write_text("location there dummy inf: n2\n")
    healthy.crm("configure", "load", "update", file)
    healthy.eventually(["n2"], lambda: healthy.where("dummy", "Started"))
    healthy.crm("resource", "stop", "dummy")
    healthy.eventually([], lambda: healthy.where("dummy"))
    with pytest.raises(LabError, match=r"waited 0.1 s for a wonder; .*expected 1, saw 0"):
        healthy.eventually(1, lambda: 0, 0.1, "a wonder")


def boots(lab: Lab, name: str) -> str:
    """A text that is another one after the node has been off."""
    pid = lab.node(name).pid
    return "" if pid is None else f"{pid} {Path(f'/proc/{pid}/stat').read_text().split()[21]}"


def wait_for_a_new_boot(lab: Lab, name: str, before: str) -> None:
    """The node has been off and is on again."""
    lab.wait(lambda: boots(lab, name) not in ("", before), 30, f"{name} to be fenced")


def test_a_killed_node_is_fenced_and_comes_back(healthy: Lab) -> None:
    node = healthy.node("n2")
    node.kill()
    assert node.power is Power.OFF
    assert node.processes() == ()
    with pytest.raises(LabError, match="node n2: is off; start it first"):
        node.run(["true"])
    healthy.wait(lambda: node.power is Power.ON, 30, "n2 to be fenced")
    healthy.wait_online()
    history = healthy.node("n1").check(["stonith_admin", "--history", "n2"])
    assert "reboot of n2 successful" in history
    assert node.logs.pacemaker.read_text().count("Starting Pacemaker 2") >= 2


def test_a_cut_node_is_fenced_and_comes_back_when_healed(healthy: Lab) -> None:
    before = boots(healthy, "n1")
    survivor = boots(healthy, "n2")
    healthy.node("n1").cut()
    wait_for_a_new_boot(healthy, "n1", before)
    assert healthy.client(["ping", "-c1", "-W1", "n1"]).returncode != 0
    healthy.node("n1").heal()
    healthy.wait_online()
    assert boots(healthy, "n2") == survivor


def test_of_two_nodes_that_are_split_the_first_lives(healthy: Lab) -> None:
    before, survivor = boots(healthy, "n2"), boots(healthy, "n1")
    healthy.split("n1", "n2")
    for name in ("n1", "n2"):
        assert healthy.client(["ping", "-c1", "-W1", name]).returncode == 0
    assert healthy.node("n1").run(["ping", "-c1", "-W1", "n2"]).returncode != 0
    wait_for_a_new_boot(healthy, "n2", before)
    healthy.unsplit("n1", "n2")
    healthy.wait_online()
    assert boots(healthy, "n1") == survivor


def test_a_frozen_node_is_fenced_and_one_that_is_thawed_in_time_is_not(healthy: Lab) -> None:
    node, before = healthy.node("n2"), boots(healthy, "n2")
    node.freeze()
    assert node.power is Power.FROZEN
    with pytest.raises(LabError, match="node n2: is frozen; thaw it first"):
        node.run(["true"])
    node.thaw()
    assert node.check(["echo", "on"]) == "on\n"
    assert boots(healthy, "n2") == before
    node.freeze()
    wait_for_a_new_boot(healthy, "n2", before)
    healthy.wait_online()


def test_the_command_line_shows_and_enters_a_lab(healthy: Lab) -> None:
    def command(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "ocf_agents.cli.main", "lab", *words],
            cwd=CHECKOUT,
            env={**os.environ, "OCF_LAB_NAME": healthy.spec.name},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    shown = command("status").stdout
    assert [line.split()[:2] for line in shown.splitlines()[1:]] == [["n1", "on"], ["n2", "on"]]
    assert command("exec", "n2", "--", "sh", "-c", "hostname; exit 3").stdout == "n2\n"
    assert command("exec", "n2", "--", "sh", "-c", "exit 3").returncode == 3
    assert "Online: [ n1 n2 ]" in command("crm", "status").stdout
    wrong = command("kill", "n3")
    assert wrong.returncode == 1
    assert wrong.stderr.startswith("Error: node n3: no such node in lab")
    assert wrong.stderr.count("\n") == 1
