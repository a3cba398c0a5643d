"""A cloud that can be started on every node of a lab: schemas, users and catalogue in MariaDB."""

from __future__ import annotations

import json
import tempfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from .. import keystone, mariadb
from ..commands import check
from ..errors import LabError
from .configuration import CORE, HOSTS, MYSQL, PASSWORD, RABBITMQ_CONF, Project, database

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ..lab import Lab
    from ..node import Node

PROGRAMS = {
    "mariadbd": "mariadb-server",
    "rabbitmq-server": "rabbitmq-server",
    "glance-api": "glance-api",
    "placement-api": "placement-api",
    "nova-api": "nova-api",
    "nova-conductor": "nova-conductor",
    "nova-scheduler": "nova-scheduler",
    "nova-compute": "nova-compute-ironic",
    "nova-novncproxy": "nova-consoleproxy",
    "openstack": "python3-openstackclient",
}
"""What a cloud needs, and the packages that have it."""
SCHEMAS = 240
"""Seconds that one command may take on a busy machine."""

# Keystone's own managers, so that no server need run for it. The users come on standard input.
_SEED = """\
import json, sys, uuid
task = json.load(sys.stdin)
import keystone.conf
from keystone.common import provider_api
from keystone.server import backends
keystone.conf.configure()
keystone.conf.CONF([], project="keystone")
keystone.conf.set_external_opts_defaults()
backends.load_backends()
known = provider_api.ProviderAPIs
role = next(one["id"] for one in known.role_api.list_roles() if one["name"] == "admin")
project = {"id": uuid.uuid4().hex, "name": "service", "domain_id": "default", "enabled": True}
known.resource_api.create_project(project["id"], project)
for name, (kind, url) in task["projects"].items():
    user = {"name": name, "domain_id": "default", "password": task["password"], "enabled": True}
    user = known.identity_api.create_user(user)
    known.assignment_api.create_grant(role, user_id=user["id"], project_id=project["id"])
    if not kind:
        continue
    service = {"id": uuid.uuid4().hex, "type": kind, "name": name, "enabled": True}
    known.catalog_api.create_service(service["id"], service)
    for interface in ("admin", "internal", "public"):
        endpoint = {
            "id": uuid.uuid4().hex, "service_id": service["id"], "interface": interface,
            "url": url, "region_id": "RegionOne", "enabled": True,
        }
        known.catalog_api.create_endpoint(endpoint["id"], endpoint)
"""


def require_programs(more: Sequence[str] = ()) -> None:
    """Every program of a cloud is on this machine, or a LabError names the packages."""
    missing = [
        PROGRAMS.get(name, name)
        for name in (*PROGRAMS, *more)
        if not any(Path(place, name).exists() for place in ("/usr/bin", "/usr/sbin"))
    ]
    if missing:
        raise LabError(f"a cloud: not installed; apt-get install {' '.join(missing)}")


def prepare(lab: Lab, projects: Sequence[Project] = CORE) -> None:
    """The cloud of these projects can be started on every node; nothing is started.

    All nodes have the same database, as if one had just been copied to the others.
    """
    mariadb.install_databases(lab)
    for node in lab.nodes:
        node.write("/etc/rabbitmq/rabbitmq.conf", RABBITMQ_CONF)
        for project in projects:
            project.configure(node)
    first, *others = lab.nodes
    with database_server(first, lab.address(HOSTS[MYSQL])):
        create_databases(first, projects)
        with ThreadPoolExecutor(2) as pool:
            fills = [pool.submit(fill, first, project) for project in reversed(projects)]
            keystone.prepare(lab, connection=database("keystone"))
            seed(first, projects)
            for one in fills:
                one.result()
    copy_database(first, others)


@contextmanager
def database_server(node: Node, address: str) -> Iterator[None]:
    """MariaDB answers on the node at this address as long as the block lasts; it writes no log to replicate."""
    node.check(["ip", "address", "add", f"{address}/32", "dev", "lo"])
    node.check(["install", "-d", "-o", "mysql", "-g", "mysql", str(Path(mariadb.SOCKET).parent)])
    server = (
        "/usr/sbin/mariadbd --defaults-file=/etc/mysql/my.cnf --user=mysql --skip-log-bin "
        f"--datadir=/var/lib/mysql --socket={mariadb.SOCKET} --innodb-flush-log-at-trx-commit=0"
    )
    node.check(["sh", "-c", f"setsid {server} </dev/null >/tmp/mariadbd.out 2>&1 &"])
    ping = ["mariadb-admin", f"--socket={mariadb.SOCKET}", "ping"]
    node.check(["sh", "-c", 'until "$@" >/dev/null 2>&1; do sleep 0.1; done', "sh", *ping], timeout=60)
    yield
    node.check(["mariadb-admin", f"--socket={mariadb.SOCKET}", "shutdown"], timeout=60)
    node.check(["sh", "-c", "while pgrep -x mariadbd >/dev/null; do sleep 0.1; done"], timeout=60)
    node.check(["ip", "address", "delete", f"{address}/32", "dev", "lo"])


def create_databases(node: Node, projects: Sequence[Project]) -> None:
    """Each project has its databases and an account that may do anything there."""
    owned = [("keystone", "keystone"), *((one.name, name) for one in projects for name in one.databases)]
    statements = "".join(
        f"CREATE DATABASE {name} CHARACTER SET utf8mb3; "
        f"GRANT ALL ON {name}.* TO '{owner}'@'%' IDENTIFIED BY '{PASSWORD}';\n"
        for owner, name in owned
    )
    node.check(["mariadb", f"--socket={mariadb.SOCKET}"], input=statements)


def fill(node: Node, project: Project) -> None:
    """The project's databases have their tables."""
    identity = ("setpriv", f"--reuid={project.name}", f"--regid={project.name}", "--init-groups")
    for command in project.commands:
        node.check([*identity, "env", "HOME=/tmp", *command.split()], timeout=SCHEMAS)


def seed(node: Node, projects: Sequence[Project]) -> None:
    """Keystone knows each project's user, and the services with their endpoints."""
    task = {"password": PASSWORD, "projects": {one.name: one.endpoint for one in projects}}
    command = [*keystone.AS_KEYSTONE, "/usr/bin/python3", "-c", _SEED]
    node.check(command, input=json.dumps(task), timeout=SCHEMAS)


def copy_database(source: Node, others: Sequence[Node]) -> None:
    """The other nodes' data directories are what the source's is; no server runs on any of them."""
    with tempfile.TemporaryDirectory(dir="/tmp", prefix="ocf-lab-cloud-") as directory:
        archive = Path(directory) / "data.tar"
        check(["tar", "-C", str(source.disk / "var/lib/mysql"), "-cf", str(archive), "."], timeout=60)
        for node in others:
            mariadb.unpack(node, archive)
