"""The site that a file for `ocf-agents configure` describes, in a lab: its addresses, its controllers, its services.

The databases, HAProxy, memcached and Keystone are real, and so are the fence devices, which reach a
management controller for each node. In place of the broker and the rest of the cloud a stand-in runs
under each daemon's own name, at its own place, with its own configuration.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree

from kept_secrets import keep_secret

from ocf_agents.cib import crm
from ocf_agents.cib.model import seconds
from ocf_agents.deployment.description import Deployment, understand
from ocf_agents.lab import keystone, mariadb, schemas
from ocf_agents.lab.cloud.configuration import BROKER, GLANCE, NOVA, RABBIT
from ocf_agents.lab.cloud.preparation import prepare
from ocf_agents.lab.commands import check, start_detached
from ocf_agents.lab.fencing import POWER_PORT
from ocf_agents.lab.observers import PYTHON
from ocf_agents.lab.state import SWITCH_OCTET

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ocf_agents.lab import Lab, Node
    from ocf_agents.lab.cloud.configuration import Project
    from ocf_agents.ocf.agent import Agent

PLACEMENT = "clusterplacement"
SUPPORT = Path(__file__).resolve().parents[1] / "support"
STAND_IN = SUPPORT / "stand_in_cloud.py"
CONTROLLER = SUPPORT / "management_controller.py"
REAL = ("mysql", "haproxy", "memcached", "keystone")
NAMES = {
    mariadb.NAME: "mysql",
    RABBIT: "rabbitmq",
    keystone.NAME: "keystone",
    GLANCE: "glance",
    NOVA: "nova",
    PLACEMENT: "placement",
}
"""The names in the services' configurations, and the services that they stand for."""
PASSWORDS = {
    "password": "fence-password",
    "replication_passwd": "repl-password",
    "test_passwd": "test-password",
    "os_password": "sesame",
}
MORE_ACCOUNTS = """\
CREATE USER {user}@'10.%' IDENTIFIED BY 'repl-password';
GRANT REPLICATION CLIENT, REPLICATION SLAVE ON *.* TO {user}@'10.%';
CREATE OR REPLACE USER {user}@localhost IDENTIFIED BY 'repl-password';
GRANT REPLICATION CLIENT, REPLICATION SLAVE, SUPER, PROCESS, RELOAD ON *.* TO {user}@localhost;
"""
# Who stands in for a service connects, and never logs in.
PATIENT = "connect_timeout = 3600\n"
SERVICE = """\
[DEFAULT]
transport_url = {broker}
{options}[database]
connection = {database}
"""
LISTENING = """\
bind_host = {address}
osapi_compute_listen = {address}
osapi_volume_listen = {address}
[vnc]
novncproxy_host = {address}
[heat_api]
bind_host = {address}
[heat_api_cfn]
bind_host = {address}
"""
HAPROXY = """\
global
    stats socket /run/haproxy/admin.sock level operator
defaults
    mode tcp
    timeout connect 5s
    timeout client 60s
    timeout server 60s
"""


@dataclass(frozen=True)
class Site:
    """The nodes of a lab that is up, the description of the deployment, and what the command printed of it."""

    lab: Lab
    description: str
    printed: str

    @cached_property
    def deployment(self) -> Deployment:
        """What the description says."""
        return understand(self.description)

    @cached_property
    def agents(self) -> dict[str, type[Agent]]:
        """Every agent that is to run."""
        return {agent.name: agent for wanted in self.deployment.wanted for agent in wanted.agents}

    @cached_property
    def vips(self) -> dict[str, str]:
        """The services with an address of their own."""
        return {one.service.name: one.vip.ip for one in self.deployment.wanted if one.vip}

    @property
    def behind(self) -> bool:
        """Whether HAProxy listens at the ports of the services."""
        return "haproxy" in self.vips

    def prepare(self) -> None:
        """Everything is there that Pacemaker is to start; nothing is started but the controllers."""
        self.connect()
        self.manage()
        self.name()
        mariadb.install_databases(self.lab, MORE_ACCOUNTS.format(user=self.replicator))
        login = self.deployment.login
        keystone.prepare(
            self.lab,
            PASSWORDS["os_password"],
            user=login["os_username"],
            project=login["os_tenant_name"],
        )
        for node in self.lab.nodes:
            node.write("/etc/mysql/my.cnf", node.read("/etc/mysql/my.cnf") + PATIENT)
            self.stand_in(node)
            if self.behind:
                self.balance(node)
        self.keep(PASSWORDS)

    def prepare_whole(self, projects: Sequence[Project]) -> None:
        """The same with these projects as they are, and a broker, all on the replicated database."""
        self.connect()
        self.manage()
        prepare(self.lab, projects)
        self.name()
        for node in self.lab.nodes:
            with schemas.running(node, self.lab.address(mariadb.VIP)):
                statements = MORE_ACCOUNTS.format(user=self.replicator)
                node.check(["mariadb", f"--socket={mariadb.SOCKET}"], input=statements)
        self.keep({**PASSWORDS, "os_password": keystone.PASSWORD})

    @property
    def replicator(self) -> str:
        """The account that replicas log in with."""
        found = [given for one in self.deployment.wanted for given in one.parameters.values()]
        return next(given["replication_user"] for given in found if "replication_user" in given)

    def keep(self, passwords: Mapping[str, str]) -> None:
        """Every password that was asked for is where cibsecret keeps it."""
        asked_for = re.findall(r"^# +cibsecret set (\S+) (\S+)$", self.printed, re.MULTILINE)
        keep_secret(self.lab, {(one, name): passwords[name] for one, name in asked_for})

    def connect(self) -> None:
        """The nodes have the addresses of the file, at the interface of the file, and reach the controllers."""
        for machine in self.deployment.machines:
            node = self.lab.node(machine.name)
            vip = next(one.vip for one in self.deployment.wanted if one.vip)
            nic = vip.nic or "eth0"
            if nic != "eth0":
                node.check(
                    ["ip", "link", "add", "link", "eth0", "name", nic, "type", "macvlan", "mode", "bridge"]
                )
            node.check(
                ["ip", "address", "add", f"{machine.address}/{vip.netmask}", "broadcast", "+", "dev", nic]
            )
            node.check(["ip", "link", "set", nic, "up"])
            for other in self.deployment.machines:
                node.check(["ip", "route", "replace", other.fence["ip"], "dev", nic])

    def manage(self) -> None:
        """Each node has a management controller at the address of the file, which the lab's switch is near."""
        lab = self.lab
        group = lab.group.child("controllers")
        group.create()
        for machine in self.deployment.machines:
            address = machine.fence["ip"]
            check(lab.switch.inside(["ip", "address", "add", f"{address}/16", "dev", "br0"]))
            words = [str(CONTROLLER), lab.address(SWITCH_OCTET), str(POWER_PORT), machine.name, address]
            login = [machine.fence["username"], PASSWORDS["password"]]
            start_detached(
                group.entering(lab.switch.inside([PYTHON, *words, *login])),
                log=lab.spec.directory / f"controller-{machine.name}.log",
            )

    def name(self) -> None:
        """The services find each other by their names; what has no address of its own is on the node itself."""
        for node in self.lab.nodes:
            places = {name: self.vips.get(service, "127.0.0.1") for name, service in NAMES.items()}
            text = "".join(f"{address} {name}\n" for name, address in places.items())
            known = [line for line in node.read("/etc/hosts").splitlines() if line.split()[-1] not in places]
            node.write("/etc/hosts", "".join(f"{line}\n" for line in known) + text)

    def own(self, node: Node) -> str:
        """The address that services on the node listen on, if not on all."""
        addresses = {one.name: one.address for one in self.deployment.machines}
        return addresses[node.name] if self.behind else ""

    def stand_in(self, node: Node) -> None:
        """A stand-in is at the place of each program, with a user and a configuration."""
        own = self.own(node)
        for name, agent in self.agents.items():
            user, config = (str(agent.parameters[one].default) for one in ("user", "config"))
            if name in REAL:
                continue
            node.run(["useradd", "--system", "--user-group", user])
            node.write(
                f"/usr/{'sbin' if name == 'rabbitmq-server' else 'bin'}/{name}",
                STAND_IN.read_text(),
                mode=0o755,
            )
            if config:
                options = LISTENING.format(address=own) if own else ""
                text = SERVICE.format(broker=BROKER, database=schemas.url(user), options=options)
                node.write(config, text, owner=f"root:{user}", mode=0o640)
        self.serve(node, "placement-api", own)
        self.serve(node, "keystone", own)

    def serve(self, node: Node, name: str, own: str) -> None:
        """An application under uWSGI listens where HAProxy does not, and where the monitor asks."""
        agent = self.agents[name]
        ini, project = str(agent.parameters["uwsgi_config"].default), name.partition("-")[0]
        for directory in (f"/var/lib/{project}", f"/var/log/{project}"):
            node.check(["install", "-d", "-o", project, "-g", project, directory])
        script = str(agent.parameters["binary"].default)
        port = agent.parameters["url"].default.port
        text = keystone.UWSGI_INI.format(project=project, script=script, threads=1)
        sockets = "".join(f"http-socket = {host}:{port}\n" for host in ("127.0.0.1", own) if own)
        node.write(ini, text + sockets)

    def balance(self, node: Node) -> None:
        """HAProxy is in front of every port that a service answers at."""
        text = HAPROXY
        for name, agent in self.agents.items():
            if name in ("haproxy", "mysql") or "url" not in agent.parameters:
                continue
            port = agent.parameters["url"].default.port
            text += f"listen {name}\n    bind {self.vips['haproxy']}:{port}\n"
            for machine in self.deployment.machines:
                text += f"    server {machine.name} {machine.address}:{port} check\n"
        node.write("/etc/haproxy/haproxy.cfg", text)
        node.check(["install", "-d", "/run/haproxy"])
        node.check(["sysctl", "--quiet", "--write", "net.ipv4.ip_nonlocal_bind=1"])

    def load(self) -> None:
        """The cluster has the configuration as it was printed, and nobody had anything to say about it."""
        node = self.lab.voice()
        node.write("/root/cluster.crm", self.printed)
        loaded = node.run(["crm", "configure", "load", "update", "/root/cluster.crm"], timeout=120)
        assert (loaded.returncode, loaded.stdout, loaded.stderr) == (0, "", "")

    def wanting(self) -> list[str]:
        """What is yet to start, or to be looked at by a monitor that finds it well; nothing once all is started."""
        made, states = crm.read(self.printed), self.lab.resource_states()
        cloned = {one.child for one in made.clones}
        found = monitored(self.lab)
        lines = [f"{one.name} failed on {one.node}" for one in states if one.failed]
        for one in made.primitives:
            active = [state for state in states if state.name == one.name and state.active]
            count = len(self.lab.nodes) if one.name in cloned else 1
            lines += [f"{one.name} runs {len(active)} times"] if len(active) != count else []
            for state in active:
                roles = [each for each in one.monitors() if each.role in ("", state.role)]
                for each in roles:
                    interval = round(1000 * (seconds(each.interval) or 0))
                    code = found.get((one.name, state.node, interval))
                    if code != (PROMOTED if each.role == "Promoted" else 0):
                        lines.append(f"{one.name} on {state.node}: monitor every {each.interval}: {code}")
        return lines


PROMOTED = 8
"""What the monitor of a promoted instance says when it is well."""


def monitored(lab: Lab) -> dict[tuple[str, str, int], int]:
    """What each recurring monitor said last: by resource, node and milliseconds."""
    root = ElementTree.fromstring(lab.voice().check(["cibadmin", "--query"]))
    return {
        (one.get("id", "").partition(":")[0], state.get("uname", ""), int(op.get("interval", "0"))): int(
            op.get("rc-code", "-1")
        )
        for state in root.iter("node_state")
        for one in state.iter("lrm_resource")
        for op in one.iter("lrm_rsc_op")
        if op.get("operation") == "monitor" and "_last_failure_" not in op.get("id", "")
    }
