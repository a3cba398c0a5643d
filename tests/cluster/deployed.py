"""A cluster as `ocf-agents configure` makes it: a replicated database, Keystone, and what else is wanted."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from kept_secrets import keep_secret
from support.command import typed

from ocf_agents.lab import fencing, keystone, mariadb
from ocf_agents.lab.image import CHECKOUT
from ocf_agents.lab.state import SWITCH_OCTET

if TYPE_CHECKING:
    from pathlib import Path

    from ocf_agents.lab import Lab

INSTALL = ("make", "-C", CHECKOUT, "install", "TOOLS=1", "DESTDIR=/")
"""What installs the agents in a node, and the command."""
SESAME = "sesame"
PASSWORDS = {
    (mariadb.NAME, "replication_passwd"): "repl-password",
    (mariadb.NAME, "test_passwd"): "test-password",
    ("keystoneService", "os_password"): SESAME,
}
DESCRIPTION = """\
network: {{netmask: 24}}
login: {{url: "http://127.0.0.1:5000/v3", user: admin, project: admin}}
services:
  mysql:
    binary: /usr/bin/mysqld_safe
    config: /etc/mysql/my.cnf
    socket: /var/run/mysqld/mysqld.sock
    pid: /var/run/mysqld/mysqld.pid
    log: /var/log/mysql.log
    replication_user: repl_user
    test_user: test_user
    vip: {vip}
{more}nodes:
{nodes}"""


def printed(file: Path, *options: str) -> str:
    """What the command prints of a file."""
    said = typed("configure", file, *options)
    assert (said.code, said.err) == (0, "")
    return said.out


def prepare(lab: Lab) -> None:
    """Everything is there that Pacemaker is to start; nothing is started."""
    with ThreadPoolExecutor(2) as pool:
        for one in (
            pool.submit(mariadb.install_databases, lab),
            pool.submit(keystone.prepare, lab, SESAME),
        ):
            one.result()
    keep_secret(lab, PASSWORDS)


def configuration(lab: Lab, directory: Path, more: str) -> str:
    """The cluster's configuration with the database and these lines of services, as the command prints it."""
    fence = f"{{agent: fence_lab, ip: {lab.address(SWITCH_OCTET)}, ipport: {fencing.POWER_PORT}}}"
    nodes = "".join(f"  {one.name}: {{address: {one.address}, fence: {fence}}}\n" for one in lab.nodes)
    file = directory / "cloud.yaml"
    file.write_text(DESCRIPTION.format(vip=lab.address(mariadb.VIP), more=more, nodes=nodes))
    return printed(file)


def await_everywhere(lab: Lab, *resources: str) -> None:
    """The databases run, one with its address, and these resources on every node."""
    everywhere = sorted(one.name for one in lab.nodes)
    lab.wait(lambda: mariadb.placed(lab), 120, "a primary, its address and replicas")
    for one in resources:
        lab.eventually(everywhere, lambda one=one: lab.where(one), 120, one)  # type: ignore[misc]
