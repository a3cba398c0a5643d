"""A whole cloud under Pacemaker that is asked often, and what its monitors report of a fault."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from audits import since, size

from ocf_agents.lab import Lab, mariadb
from ocf_agents.lab.cloud import lines
from ocf_agents.lab.cloud.configuration import HOSTS
from ocf_agents.lab.cloud.preparation import prepare

if TYPE_CHECKING:
    from ocf_agents.lab import Node

PATIENCE = 300
"""Seconds for anything that a busy machine does; all are over as soon as it is done."""
DEEP = 'op monitor interval="5s" timeout="30s" OCF_CHECK_LEVEL="20"'
LOGIN = (
    'os_auth_url="http://clusterkeystone:5000/v3" os_password="admin" os_tenant_name="admin" '
    'os_username="admin"'
)
SERVICES = {
    "glanceApiService": "/usr/bin/glance-api",
    "placementService": "/etc/placement/placement-api-uwsgi.ini",
    "novaApiService": "/usr/bin/nova-api ",
    "novaVncService": "/usr/bin/nova-novncproxy",
    "novaConductorService": "/usr/bin/nova-conductor",
    "novaSchedulerService": "/usr/bin/nova-scheduler",
    "novaComputeService": "/usr/bin/nova-compute ",
}
"""What is to outlive a lost dependency, and what its command line has."""
LIMPING = "//lrm_rsc_op[@operation='monitor'][@rc-code='190'][not(contains(@id, '_last_failure_'))]"
STAMP = re.compile(r"\w+ +\d+ (\d\d:\d\d:\d\d\.\d+) ")
"""How a line of pacemaker.log begins that Pacemaker itself wrote, and not an agent."""
DAY = 24 * 3600
WITHOUT_LOGIN = ("novaApiService", "placementService")


def deep(line: str) -> str:
    """The operator's line with a monitor of level 20 in place of its own, and with a login for the APIs."""
    words = line.split()
    if words[0] != "primitive" or words[1] not in SERVICES:
        return line
    line = re.sub(r'op monitor interval="\d+s" timeout="\d+s"', DEEP, line)
    return line.replace(" params ", f" params {LOGIN} ") if words[1] in WITHOUT_LOGIN else line


def bring_up(lab: Lab) -> None:
    """Everything runs, and a client would be served."""
    prepare(lab)
    defaults = "".join(f"{line}\n" for line in lines.DEFAULTS)
    lab.crm_configure(defaults + mariadb.crm_text(lab, mariadb.TODAY))
    lab.wait(lambda: lab.where(mariadb.ADDRESS) and whole(lab), PATIENCE, "MySQL to run")
    lab.crm_configure("".join(f"{deep(line)}\n" for line in lines.services(lab)))
    lab.wait(lambda: whole(lab), PATIENCE, "the cloud to run")


def described(name: str) -> Lab:
    """The lab that such a cloud runs in."""
    return Lab(name, hosts=HOSTS, install=mariadb.INSTALL)


def whole(lab: Lab) -> bool:
    """Whether everything runs and nothing is about to change."""
    return all(one.active and not one.failed and one.node for one in lab.resource_states()) and lab.is_idle()


def processes(lab: Lab) -> dict[str, list[int]]:
    """The main process of each service on each node, by the machine's ids."""
    return {
        name: [
            next((one.machine_pid for one in node.processes() if mark in one.command), 0)
            for node in lab.nodes
        ]
        for name, mark in SERVICES.items()
    }


def holder(lab: Lab, resource: str) -> Node:
    """The node that has the resource."""
    return lab.node(lab.where(resource)[0])


def of_day(text: str) -> float:
    """The seconds since midnight of a time such as 08:55:29.955."""
    hours, minutes, seconds = text.split(":")
    return int(hours) * 3600 + int(minutes) * 60 + float(seconds)


@dataclass
class Fault:
    """What the monitors report from a moment on, and which processes were there before it."""

    lab: Lab
    began: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        """What is there now is remembered."""
        self.clock = of_day(self.lab.voice().check(["date", "+%T.%N"]))
        self.before = processes(self.lab)
        self.marks = {name: size(logs.pacemaker) for name, logs in self.lab.logs.items()}
        self.seen: dict[str, float] = {}

    def reporters(self) -> set[str]:
        """The services whose monitors have reported a lost dependency since then."""
        for name, logs in self.lab.logs.items():
            for line in since(logs.pacemaker, self.marks[name]):
                stamp = STAMP.match(line)
                if stamp and ("dependency_grace" in line or "nothing was asked of" in line):
                    at = (of_day(stamp[1]) - self.clock) % DAY
                    for service in SERVICES:
                        if service in line:
                            self.seen[service] = min(at, self.seen.get(service, at))
        return set(self.seen)

    def await_reports(self, *names: str) -> None:
        """These services have reported it."""
        self.lab.wait(lambda: set(names) <= self.reporters(), PATIENCE, f"{', '.join(names)} to report it")

    def await_recovery(self) -> None:
        """Nothing is reported any more, and nothing was restarted."""
        self.lab.wait(lambda: whole(self.lab), PATIENCE, "the cluster to be at rest")
        self.lab.wait(self.quiet, PATIENCE, "nobody to report anything any more")
        assert processes(self.lab) == self.before, "something was restarted"

    def quiet(self) -> bool:
        """Whether no monitor's last result is a degradation; its first one is kept until a cleanup."""
        self.reporters()
        found = self.lab.voice().run(["cibadmin", "--query", "--xpath", LIMPING])
        return "lrm_rsc_op" not in found.stdout

    def table(self, title: str) -> str:
        """When each service reported the fault first."""
        told = [f"{name} {seconds:.0f} s" for name, seconds in sorted(self.seen.items(), key=lambda i: i[1])]
        return f"{title}: {', '.join(told) or 'nobody'}; over after {time.monotonic() - self.began:.0f} s"
