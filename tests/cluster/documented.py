"""The cluster that the pages speak of: two controllers with MySQL and Keystone, and ssh from one to the other.

The nodes are db1 and db2. Keystone is on db2, and so is who types, unless a situation says otherwise.
"""

from __future__ import annotations

import os
import shlex
import signal
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Callable

import deployed
from rebuilt_replica import part
from support.blocks import blocks

from ocf_agents.lab import keystone, mariadb
from ocf_agents.lab.fault_service import processes_of
from ocf_agents.lab.scene import APART

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator
    from pathlib import Path

    from support.blocks import Block

    from ocf_agents.lab import Lab, Node

NODES = ("db1", "db2")
HOSTS = {**keystone.HOSTS, **mariadb.HOSTS}
SERVICE = "keystoneService"
PATIENCE = 120
WRITERS = "10.0.1.1"
"""Where applications write, on the pages."""
REPLICAS = "repl_user@'10.0.%'"
"""The account that replicas log in with, on the pages."""
DRILL_PASSWORD = "..."
"""As the page has it."""
ANSWERS = {
    "replication_passwd": "repl-password",
    "os_password": deployed.SESAME,
    "password": "fence-password",
}
"""What is typed when it is asked for, by a word of the command."""
LOGIN = ("mariadb", "--user=repl_user", "--password=repl-password")
TLS = "/etc/mysql/tls"
SELF_SIGNED = f"""
mkdir {TLS}
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=database \\
    -keyout {TLS}/server.key -out {TLS}/server.pem
cp {TLS}/server.pem {TLS}/ca.pem
"""
NEAR = "location keystone_on_db2 Keystone 50: db2\n"
# Nobody is to wait for a monitor; the levels that take long are left as they are.
OFTEN = {
    "interval=10s": "interval=3s",
    "interval=20s": "interval=4s",
    "Unpromoted interval=30s": "Unpromoted interval=4s",
}


@dataclass(frozen=True)
class Documented:
    """The cluster, and who types in it."""

    lab: Lab

    @property
    def vip(self) -> str:
        """Where applications write, in the lab."""
        return self.lab.address(mariadb.VIP)

    def bring_up(self, directory: Path) -> None:
        """Everything runs that the pages take for granted."""
        lab = self.lab
        lab.crm("configure", "upgrade", "force")
        deployed.prepare(lab)
        let_in(lab)
        for node in lab.nodes:
            # Binary logs are where the page has them, and packages that are installed are the newest.
            node.write("/etc/mysql/my.cnf", node.read("/etc/mysql/my.cnf").replace(f"{mariadb.LOGS}/", ""))
            node.check(["sh", "-c", "rm -rf /var/lib/apt/lists/*"])
            node.write("/root/drill.password", f"{DRILL_PASSWORD}\n", mode=0o600)
        services = f"  keystone: {{vip: {lab.address(keystone.OCTET)}}}\n"
        text = deployed.configuration(lab, directory, services)
        for usual, often in OFTEN.items():
            text = text.replace(usual, often)
        lab.crm_configure(text + NEAR)
        self.await_whole()
        self.node.check(["sh", "-c", "crm configure show > /root/cluster.crm"])

    @property
    def node(self) -> Node:
        """Where Keystone runs."""
        return self.lab.node("db2")

    def await_whole(self) -> None:
        """Everything runs where it belongs, and nothing is about to change."""
        lab = self.lab
        scored = ["sh", "-c", f"crm_mon -1A | grep -c 'master-{mariadb.NAME} .*: [1-9]'"]
        lab.wait(lambda: mariadb.whole(lab), PATIENCE, "a primary with a standby on record")
        lab.eventually(
            "2\n", lambda: lab.voice().run(scored).stdout, PATIENCE, "a standby that may take over"
        )
        lab.eventually(["db2"], lambda: lab.where(SERVICE), PATIENCE, "Keystone")
        lab.wait_idle(PATIENCE)

    def type_in(self, node: Node, text: str) -> subprocess.CompletedProcess[str]:
        """What the command does in the node, and all that it shows there, with the page's address."""
        answer = next((value for word, value in ANSWERS.items() if word in text), "")
        typed = text.replace(WRITERS, self.vip).replace(REPLICAS, "repl_user@'10.77.%.%'")
        words = ["bash", "-c", f"cd /root\n{typed}\n"]
        done = node.run(words, input=f"{answer}\n" * 2, timeout=PATIENCE)
        done.stdout = (done.stdout + done.stderr).replace(self.vip, WRITERS)
        return done

    def lead(self, name: str) -> None:
        """The server of this node is the primary, the other one its standby."""
        lab = self.lab
        (other,) = {*NODES} - {name}
        self.await_whole()
        if lab.where(mariadb.NAME, "Promoted") != [name]:
            words = ["crm_resource", "--resource", "ms_MySQL", "--node", other]
            lab.voice().check([*words, "--ban", "--promoted"])
            lab.eventually([name], lambda: lab.where(mariadb.NAME, "Promoted"), PATIENCE, "the other primary")
            lab.voice().check([*words, "--clear"])
            self.await_whole()


def let_in(lab: Lab) -> None:
    """Root of each node may log in to every node with ssh, as cibsecret wants it."""
    key = "/root/.ssh/id_ed25519"
    lab.nodes[0].check(["install", "-d", "-m", "700", "/root/.ssh"])
    lab.nodes[0].check(["sh", "-c", f"rm -f {key}; ssh-keygen -q -t ed25519 -N '' -f {key}"])
    private, public = (lab.nodes[0].read(f"{key}{end}") for end in ("", ".pub"))
    for node in lab.nodes:
        node.check(["install", "-d", "-m", "700", "/root/.ssh", "/etc/dropbear"])
        node.write(key, private, mode=0o600)
        node.write("/root/.ssh/authorized_keys", public, mode=0o600)
        node.write("/root/.ssh/config", "StrictHostKeyChecking accept-new\n", mode=0o600)
        node.check(["dropbear", "-R", "-s"])


# What is so before a block is typed, by the words of its mark. Each says in which node it is typed.

Situation = Callable[[Documented, "Block"], "Iterator[Node]"]


def whole(here: Documented, _: Block) -> Iterator[Node]:
    here.await_whole()
    yield here.node


def as_left(here: Documented, _: Block) -> Iterator[Node]:
    yield here.node


def on_db1(here: Documented, _: Block) -> Iterator[Node]:
    yield here.lab.node("db1")


def db1_leads(here: Documented, _: Block) -> Iterator[Node]:
    here.lead("db1")
    yield here.lab.node("db1")


def db1_goes_to_standby(here: Documented, _: Block) -> Iterator[Node]:
    here.await_whole()
    here.lab.crm("node", "standby", "db1")
    yield here.node
    here.lab.crm("node", "online", "db1")


def reseed_is_taken_back(here: Documented, _: Block) -> Iterator[Node]:
    here.await_whole()
    yield here.node
    here.lab.crm("resource", "param", mariadb.NAME, "delete", "reseed")


def the_servers_have_certificates(here: Documented, block: Block) -> Iterator[Node]:
    """As the page's lines have them; the nodes share one."""
    here.await_whole()
    (lines,) = [one.text for one in blocks() if one.page == block.page and one.language == "ini"]
    here.node.check(["sh", "-ec", SELF_SIGNED])
    made = {name: here.node.read(f"{TLS}/{name}") for name in ("ca.pem", "server.pem", "server.key")}
    for node in here.lab.nodes:
        node.check(["install", "-d", TLS])
        for name, text in made.items():
            node.write(f"{TLS}/{name}", text)
        node.write("/etc/mysql/my.cnf", node.read("/etc/mysql/my.cnf") + lines)
    yield here.node
    here.await_whole()


def replication_is_encrypted_and_db1_leads(here: Documented, _: Block) -> Iterator[Node]:
    here.lead("db1")
    primary, replica = (here.lab.node(name) for name in NODES)
    yield primary
    # Who connects now does so over TLS, or is refused; the replica, then the agent.
    mariadb.ask(replica, "STOP SLAVE IO_THREAD; START SLAVE IO_THREAD")
    here.await_whole()
    here.lead("db2")
    plain = [*LOGIN, f"--host={primary.address}", "--skip-ssl", "--execute=SELECT 1"]
    assert "Access denied" in replica.run(plain).stderr
    here.lab.crm("resource", "param", mariadb.NAME, "delete", "replication_master_ssl_ca")
    mariadb.ask(here.node, "ALTER USER repl_user@'10.77.%.%' REQUIRE NONE")
    here.await_whole()


def db1_is_set_apart(here: Documented, _: Block) -> Iterator[Node]:
    """It led once, and has writes that nobody confirmed."""
    lab = here.lab
    here.lead("db1")
    lost = lab.node("db1")
    # The transaction 0-1-100, which the page speaks of, is one of them.
    mariadb.ask(lost, "".join(f"REPLACE INTO app.written VALUES ({number});" for number in range(100)))
    here.lead("db2")
    part(lost)
    look = ["crm_mon", "--one-shot", "--output-as=xml"]
    lab.wait(lambda: APART in here.node.run(look).stdout, PATIENCE, "db1 to be set apart")
    yield lost


def db1_returns(here: Documented, _: Block) -> Iterator[Node]:
    yield here.lab.node("db1")
    here.await_whole()
    assert mariadb.ask(here.lab.node("db1"), "SELECT COUNT(*) FROM app.written WHERE number = -1") == "0"


def keystone_has_failed(here: Documented, _: Block) -> Iterator[Node]:
    here.await_whole()
    os.kill(processes_of(here.node, keystone.UWSGI_CONFIGURATION)[0].machine_pid, signal.SIGKILL)
    failed = ["sh", "-c", f"crm_mon -1 | grep -A9 Failed | grep -q {SERVICE}"]
    here.lab.wait(lambda: here.node.run(failed).returncode == 0, PATIENCE, "the failure to be on record")
    here.await_whole()
    yield here.node


def the_password_is_in_the_configuration(here: Documented, _: Block) -> Iterator[Node]:
    here.await_whole()
    here.lab.crm("resource", "param", SERVICE, "set", "os_password", deployed.SESAME)
    yield here.node
    assert deployed.SESAME not in here.node.check(["cibadmin", "--query"])


def the_devices_are_configured(here: Documented, block: Block) -> Iterator[Node]:
    """As the page's file has them, but nobody is to be shot by them."""
    (text,) = [one.text for one in blocks() if one.page == block.page and one.kind == "file"]
    joined = text.replace("\\\n", " ").splitlines()
    lines = [f"{one} meta target-role=Stopped\n" for one in joined if one.startswith("primitive fence")]
    here.lab.crm_configure("".join(lines))
    yield here.node
    here.lab.crm("configure", "delete", *(shlex.split(one)[1] for one in lines))


SITUATIONS: dict[str, Situation] = {
    "": whole,
    "as it was left": as_left,
    "as it was left, on db1": on_db1,
    "db1 leads": db1_leads,
    "db1 goes to standby": db1_goes_to_standby,
    "reseed is taken back after them": reseed_is_taken_back,
    "the servers have certificates": the_servers_have_certificates,
    "replication is encrypted, and db1 leads": replication_is_encrypted_and_db1_leads,
    "db1 is set apart": db1_is_set_apart,
    "db1 returns after them": db1_returns,
    "keystoneService has failed": keystone_has_failed,
    "the password is in the configuration": the_password_is_in_the_configuration,
    "the devices are configured": the_devices_are_configured,
}


@contextmanager
def situation(here: Documented, block: Block) -> Iterator[Node]:
    """It is as the block's mark says; the node is where the block is typed."""
    yield from SITUATIONS[block.rest](here, block)
