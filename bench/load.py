"""`make load`: monitors of many resources on a node that is far too busy, under a real Pacemaker.

What counts: how many monitors failed although every service was well, and which share of one core
the agents took, start to end, as the executor that waits for them has it on record.
"""

from __future__ import annotations

import os
import sys
import time
from typing import TYPE_CHECKING

from ocf_agents.lab import Lab

if TYPE_CHECKING:
    from ocf_agents.lab.node import Node

RESOURCES = 40
INTERVAL, TIMEOUT = 10, 20
DEPTH = 10
OVERSUBSCRIBED = 4
FIRST_PORT = 21000
SPIN = "while :; do :; done"
WRITE = "while :; do dd if=/dev/zero of=/var/tmp/busy bs=64k count=800 conv=fsync 2>/dev/null; done"
EXECUTOR = "pacemaker-execd"
CHILDREN = slice(15, 17)
"""User and system time of children that were waited for, in the words of a stat line (proc(5))."""


def primitives() -> str:
    """The configuration: so many memcached, each with a port of its own, all on the first node."""
    lines = []
    for number in range(RESOURCES):
        port = FIRST_PORT + number
        lines.append(
            f"primitive p_load{number} ocf:openstack:memcached params config=/etc/memcached-load.conf "
            f'port={port} additional_parameters="-p {port}" '
            f"op start timeout=120 op stop timeout=120 "
            f"op monitor interval={INTERVAL} timeout={TIMEOUT} OCF_CHECK_LEVEL={DEPTH}\n"
            f"location l_load{number} p_load{number} -inf: n2"
        )
    return "\n".join(lines) + "\n"


def agents_seconds(node: Node) -> float:
    """The CPU time of all agents that the executor has waited for."""
    (executor,) = [one for one in node.processes() if one.command.partition(" ")[0].endswith(EXECUTOR)]
    with open(f"/proc/{executor.machine_pid}/stat", encoding="utf-8", errors="replace") as file:
        words = file.read().split()
    return sum(map(int, words[CHILDREN])) / os.sysconf("SC_CLK_TCK")


def failures(lab: Lab) -> list[str]:
    """The lines of the failed actions that the cluster has on record."""
    told = lab.voice().check(["crm_mon", "--one-shot", "--include=none,failures"])
    return [line.strip() for line in told.splitlines() if line.strip().startswith("*")]


def main(minutes: float) -> int:
    """0 if no monitor failed."""
    print(f"starting a lab with {RESOURCES} resources on one node ...", flush=True)
    with Lab("load", fencing=False, token=10_000) as lab:
        node = lab.node("n1")
        node.write("/etc/memcached-load.conf", "-m 8\n-l 127.0.0.1\n")
        lab.crm_configure(primitives())
        lab.wait(lambda: all_run(lab), 300, "all resources to run")
        began, before = time.monotonic(), agents_seconds(node)
        time.sleep(6 * INTERVAL)
        quiet = (agents_seconds(node) - before) / (time.monotonic() - began)
        print(f"at rest the agents take {quiet:.1%} of a core; now {minutes:g} busy minutes ...", flush=True)
        spinners = OVERSUBSCRIBED * (os.cpu_count() or 1)
        for command in [SPIN] * spinners + [WRITE]:
            node.check(["setsid", "--fork", "sh", "-c", command])
        began, before = time.monotonic(), agents_seconds(node)
        time.sleep(60 * minutes)
        share = (agents_seconds(node) - before) / (time.monotonic() - began)
        failed = failures(lab)
    monitors = int(RESOURCES * 60 * minutes / INTERVAL)
    print(
        f"{spinners} busy loops and a writing disk for {minutes:g} min: about {monitors} monitors at "
        f"depth {DEPTH}, {len(failed)} failed; the agents took {share:.1%} of a core"
    )
    print("\n".join(failed))
    return 1 if failed else 0


def all_run(lab: Lab) -> bool:
    """Whether every resource runs."""
    states = [one for one in lab.resource_states() if one.name.startswith("p_load")]
    return len(states) == RESOURCES and all(one.role == "Started" and not one.failed for one in states)


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1]) if len(sys.argv) > 1 else 30))
