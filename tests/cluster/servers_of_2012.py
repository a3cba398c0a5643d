"""A node with the programs of 2012: stand-ins under their names, and a broker and a database for them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ocf_tester import AGENTS

from ocf_agents.lab import mariadb

if TYPE_CHECKING:
    from ocf_agents.lab import Node

STAND_IN = Path(__file__).resolve().parents[1] / "support/stand_in_cloud.py"
SERVERS = "servers-of-2012"
CONF = """\
[DEFAULT]
transport_url = rabbit://guest:guest@127.0.0.1:5672/
[database]
connection = mysql://nova:nova@127.0.0.1/nova
"""
FILES = ("/etc/nova/nova.conf", "/etc/glance/glance-api.conf", "/etc/glance/glance-registry.conf")
USERS = ("nova", "glance", "mongodb")


def install(node: Node, *programs: str) -> None:
    """The stand-ins can be started under these names, and the agents have their names of 2012 as well."""
    node.check(mariadb.INSTALL, timeout=120)
    for user in USERS:
        node.run(["useradd", "--system", "--user-group", user])
    for path in FILES:
        node.write(path, CONF)
    for name in (*programs, SERVERS):
        node.write(f"/usr/bin/{name}", STAND_IN.read_text(), mode=0o755)
    node.check(["sh", "-c", f"setsid {SERVERS} </dev/null >/dev/null 2>&1 &"])


def uninstall(node: Node, *programs: str) -> None:
    """Nothing of it runs any more, and neither a stand-in nor a name of 2012 is left."""
    files = " ".join(f"/usr/bin/{name}" for name in (*programs, SERVERS))
    node.check(["sh", "-c", f"kill $(pgrep -x {SERVERS}); rm -f {files} $1/*-ra", "sh", AGENTS])
