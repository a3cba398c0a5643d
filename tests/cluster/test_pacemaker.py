"""What Pacemaker makes of a Keystone, or of its node, that breaks."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import TYPE_CHECKING

from audits import SERVICE, since, size
from by_hand import password_of, service_processes

from ocf_agents.lab import Power, keystone

if TYPE_CHECKING:
    from audits import Audit

    from ocf_agents.lab import Lab, Node

PATIENCE = 120


def holder(lab: Lab) -> Node:
    [name] = lab.where(SERVICE)
    return lab.node(name)


def boots(node: Node) -> str:
    """A text that is another one after the node has been off."""
    pid = node.pid
    return "" if pid is None else Path(f"/proc/{pid}/stat").read_text().split()[21]


def await_new_process(lab: Lab, node: Node, old: int) -> None:
    """Keystone has another main process on this node, and a client gets a token."""

    def replaced() -> bool:
        found = service_processes(node)
        return bool(found) and all(process.machine_pid != old for process in found)

    lab.wait(replaced, PATIENCE, "a new main process")
    lab.wait(lambda: keystone.ask_for_token(lab, password_of(lab)), PATIENCE, "a token")
    lab.eventually([node.name], lambda: lab.where(SERVICE), PATIENCE, "Keystone on its node")


def forget_failures(lab: Lab) -> None:
    """Pacemaker knows of no failure, and has looked anew at what runs."""
    lab.crm("resource", "cleanup", SERVICE)
    lab.wait(lambda: lab.where(SERVICE), PATIENCE, "Keystone to be found")


def await_shot(lab: Lab, lost: Node, before: str) -> None:
    """The node was shot, and boots."""
    lab.wait(lambda: boots(lost) not in ("", before), PATIENCE, f"{lost.name} to be fenced")


def await_takeover(lab: Lab, password: str, lost: Node) -> None:
    """The other node has the group, and a client gets a token."""
    [other] = [name for name in lab.spec.nodes if name != lost.name]
    lab.eventually(
        ([other], [other]), lambda: (lab.where("keystoneIP"), lab.where(SERVICE)), PATIENCE, "the takeover"
    )
    lab.wait(lambda: keystone.ask_for_token(lab, password), PATIENCE, "a token")


def test_a_killed_keystone_is_recovered_on_its_node(managed: Lab, audit: Audit) -> None:
    # Pacemaker's own report of the failure that this test makes.
    audit.expect_error("keystone does not run", f"{SERVICE}.*not running")
    node = holder(managed)
    main = service_processes(node)[0]
    os.kill(main.machine_pid, signal.SIGKILL)
    await_new_process(managed, node, main.machine_pid)
    forget_failures(managed)


def test_a_drained_keystone_is_reported_degraded_and_not_restarted(managed: Lab) -> None:
    node = holder(managed)
    before = [process.machine_pid for process in service_processes(node)]
    log = node.logs.pacemaker
    mark = size(log)
    node.write(keystone.DRAIN_FILE, "")

    def times(word: str) -> int:
        return sum("DISABLED BY FILE" in line and word in line for line in since(log, mark))

    try:
        # The monitor of level 10 comes every 4 s: the second report follows what Pacemaker did of the first.
        managed.wait(lambda: times("") >= 2, PATIENCE, "two degraded monitors")
        assert [process.machine_pid for process in service_processes(node)] == before
        assert managed.where(SERVICE) == [node.name]
        shown = node.check(["crm_mon", "--one-shot", "--inactive"])
        assert "DISABLED BY FILE" in shown
    finally:
        node.check(["rm", "-f", keystone.DRAIN_FILE])
    forget_failures(managed)


def test_a_suspended_keystone_is_replaced(managed: Lab, audit: Audit) -> None:
    audit.expect_error("is suspended by a signal", SERVICE)
    node = holder(managed)
    main = service_processes(node)[0]
    os.kill(main.machine_pid, signal.SIGSTOP)
    await_new_process(managed, node, main.machine_pid)
    assert not Path(f"/proc/{main.machine_pid}").exists()
    forget_failures(managed)


def test_a_keystone_whose_node_loses_power_moves_and_the_token_stays_valid(
    managed: Lab, password: str
) -> None:
    answer = keystone.ask_for_token(managed, password)
    node = holder(managed)
    before = boots(node)
    node.kill()
    assert node.power is Power.OFF
    await_shot(managed, node, before)
    await_takeover(managed, password, node)
    headers = f"X-Auth-Token: {answer.token}\nX-Subject-Token: {answer.token}\n"
    command = [
        "curl",
        "-s",
        "-o",
        "/dev/null",
        "-w",
        "%{http_code}",
        "-H",
        "@-",
        f"{keystone.URL}/auth/tokens",
    ]
    assert managed.client(command, input=headers).stdout == "200"
    managed.wait_idle(PATIENCE)


def test_a_keystone_whose_node_is_cut_off_moves_and_the_node_is_fenced(
    managed: Lab, password: str, audit: Audit
) -> None:
    node = holder(managed)
    # The node that is cut off wants to fence the other one too, and reaches nothing; its address may lose its network.
    audit.expect_error("Operation 'reboot'", r"IPaddr2\(keystoneIP\)")
    before = boots(node)
    node.cut()
    try:
        await_shot(managed, node, before)
    finally:
        # At once: it would take itself for the only one that is left, and shoot in its turn.
        node.heal()
    await_takeover(managed, password, node)
    assert service_processes(node) == []
    managed.wait_idle(PATIENCE)
