"""The cluster that the pages speak of: two controllers with MySQL and Keystone, and ssh from one to the other.

The nodes are db1 and db2. Keystone is on db2, and so is who types, unless a situation says otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import deployed

from ocf_agents.lab import keystone, mariadb

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

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
    "--password-prompt": "monitor-password",
    "replication_passwd": "repl-password",
    "os_password": deployed.SESAME,
    "password": "fence-password",
}
"""What is typed when it is asked for, by a word of the command."""
TERMINAL = """
import os, pty, sys

answer, *command = sys.argv[1:]

def answering(terminal):
    text = os.read(terminal, 1024)
    if text.rstrip().lower().endswith(b"password:"):
        os.write(terminal, answer.encode() + b"\\n")
    return text

sys.exit(os.waitstatus_to_exitcode(pty.spawn(command, answering)))
"""
"""Runs a command at a terminal, where it gets this answer to each question for a password."""
LOGIN_FILE = "/root/openrc"
"""What a person reads in before talking to the cloud, if it is there."""
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
        words = ["env", f"BASH_ENV={LOGIN_FILE}", "bash", "-c", f"cd /root\n{typed}\n"]
        if "-prompt" in text:
            words = ["python3", "-c", TERMINAL, answer, *words]
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
