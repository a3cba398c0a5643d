"""`make load`: monitors of many resources on nodes that are far too busy, under a real Pacemaker.

One node runs as many redis under this project's agent as the other one under that of resource-agents, at
the same time and on the same CPUs. What counts: how many monitors failed although every service was
well, and which share of one core the agents took, start to end, as the executor that waits for them has
it on record.
"""

from __future__ import annotations

import os
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ocf_agents.lab import Lab

if TYPE_CHECKING:
    from ocf_agents.lab.node import Node

RESOURCES = 40
INTERVAL, TIMEOUT = 10, 20
DEPTH = 10
OVERSUBSCRIBED = 4
FIRST_PORT = 21000
DATA = "/var/lib/redis"
SPIN = "while :; do :; done"
WRITE = "while :; do dd if=/dev/zero of=/var/tmp/busy bs=64k count=800 conv=fsync 2>/dev/null; done"
EXECUTOR = "pacemaker-execd"
CHILDREN = slice(15, 17)
"""User and system time of children that were waited for, in the words of a stat line (proc(5))."""


@dataclass(frozen=True)
class Crowd:
    """One agent with many services, all on one node."""

    agent: str
    node: str
    own: str = ""
    """What each resource of this agent alone has to be told, for a number."""

    @property
    def prefix(self) -> str:
        """What the names of its resources begin with."""
        return f"p_{self.node}_"

    def name(self, number: int) -> str:
        """A resource."""
        return f"{self.prefix}{number}"

    def primitives(self) -> str:
        """The configuration, in crmsh's words."""
        return "".join(
            f"primitive {self.name(number)} ocf:{self.agent} params config={configuration(number)} "
            f"port={FIRST_PORT + number} {self.own.format(number=number)} "
            f"op start timeout=120 op stop timeout=120 "
            f"op monitor interval={INTERVAL} timeout={TIMEOUT} OCF_CHECK_LEVEL={DEPTH}\n"
            f"location l_{self.name(number)} {self.name(number)} resource-discovery=exclusive inf: {self.node}\n"
            for number in range(RESOURCES)
        )


CROWDS = (
    Crowd("openstack:redis", "n1"),
    Crowd("heartbeat:redis", "n2", "pidfile_name={number}.pid socket_name={number}.sock"),
)


def configuration(number: int) -> str:
    """The configuration file of one redis."""
    return f"/etc/redis/load-{number}.conf"


def executor(node: Node) -> int:
    """The process that runs a node's agents."""
    # A child of it that has not loaded its agent yet looks alike, and came later.
    alike = [one for one in node.processes() if one.command.partition(" ")[0].endswith(EXECUTOR)]
    return min(alike, key=lambda one: one.pid).machine_pid


def agents_seconds(executor: int) -> float:
    """The CPU time of all agents that the executor has waited for."""
    with open(f"/proc/{executor}/stat", encoding="utf-8", errors="replace") as file:
        words = file.read().split()
    return sum(map(int, words[CHILDREN])) / os.sysconf("SC_CLK_TCK")


def shares(executors: list[int], seconds: float) -> list[float]:
    """Which share of a core the agents of each executor took in so many seconds from now."""
    began, before = time.monotonic(), [agents_seconds(one) for one in executors]
    time.sleep(seconds)
    passed = time.monotonic() - began
    return [(agents_seconds(one) - spent) / passed for one, spent in zip(executors, before)]


def failures(lab: Lab) -> list[list[str]]:
    """For each crowd the cluster's line of each resource that has a failure on record, the last one of it."""
    told = lab.voice().check(["crm_mon", "--one-shot", "--include=none,failures"])
    lines = [line.strip() for line in told.splitlines()]
    return [[line for line in lines if line.startswith(f"* {crowd.prefix}")] for crowd in CROWDS]


def prepare(lab: Lab) -> None:
    """All services run."""
    for node in lab.nodes:
        node.check(["install", "-d", "-o", "redis", DATA, os.path.dirname(configuration(0))])
        for number in range(RESOURCES):
            node.write(
                configuration(number),
                f'bind 127.0.0.1\nport {FIRST_PORT + number}\ndir {DATA}\nsave ""\ndbfilename {number}.rdb\n',
            )
    lab.crm_configure("".join(crowd.primitives() for crowd in CROWDS))
    lab.wait(lambda: all_run(lab), 600, "all resources to run")


def all_run(lab: Lab) -> bool:
    """Whether every resource runs where it belongs."""
    running = {
        (one.name, one.node) for one in lab.resource_states() if one.role == "Started" and not one.failed
    }
    return all((crowd.name(number), crowd.node) in running for crowd in CROWDS for number in range(RESOURCES))


def main(minutes: float) -> int:
    """0 if no monitor of this project's agent failed."""
    print(f"starting a lab with {RESOURCES} resources on each of {len(CROWDS)} nodes ...", flush=True)
    with Lab("load", fencing=False, token=10_000) as lab:
        executors = [executor(lab.node(crowd.node)) for crowd in CROWDS]
        prepare(lab)
        quiet = shares(executors, 6 * INTERVAL)
        told = ", ".join(f"those of {crowd.agent} {share:.1%}" for crowd, share in zip(CROWDS, quiet))
        print(f"at rest, of a core: {told}; now {minutes:g} busy minutes ...", flush=True)
        spinners = OVERSUBSCRIBED * (os.cpu_count() or 1)
        for number, command in enumerate([SPIN] * spinners + [WRITE] * len(CROWDS)):
            lab.nodes[number % len(lab.nodes)].check(["setsid", "--fork", "sh", "-c", command])
        busy = shares(executors, 60 * minutes)
        failed = failures(lab)
    monitors = int(RESOURCES * 60 * minutes / INTERVAL)
    print(f"{spinners} busy loops and a writing disk for {minutes:g} min, about {monitors} monitors each:")
    for crowd, share, lines in zip(CROWDS, busy, failed):
        print(f"  {crowd.agent}: {len(lines)} resources failed; the agents took {share:.1%} of a core")
    print("\n".join(line for lines in failed for line in lines))
    return 1 if failed[0] else 0


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1]) if len(sys.argv) > 1 else 30))
