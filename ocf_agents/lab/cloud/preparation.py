"""A cloud that can be started on every node of a lab: schemas, users and catalogue in MariaDB."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from .. import keystone, schemas
from ..errors import LabError
from .configuration import CORE, RABBITMQ_CONF, Project

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

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


def require_programs(more: Mapping[str, str] | None = None) -> None:
    """Every program of a cloud, and of these packages, is on this machine, or a LabError names what is not."""
    missing = [
        package
        for name, package in {**PROGRAMS, **(more or {})}.items()
        if not any(Path(place, name).exists() for place in ("/usr/bin", "/usr/sbin"))
    ]
    if missing:
        raise LabError(f"a cloud: not installed; apt-get install {' '.join(missing)}")


def prepare(lab: Lab, projects: Sequence[Project] = CORE) -> None:
    """The cloud of these projects can be started on every node; nothing is started.

    All nodes have the same database, as if one had just been copied to the others.
    """
    for node in lab.nodes:
        node.write("/etc/rabbitmq/rabbitmq.conf", RABBITMQ_CONF)
        for project in projects:
            project.configure(node)
    first = lab.nodes[0]
    owned = [("keystone", "keystone"), *((one.name, name) for one in projects for name in one.databases)]
    with schemas.server(lab, owned), ThreadPoolExecutor(2) as pool:
        fills = [pool.submit(fill, first, project) for project in reversed(projects)]
        keystone.prepare(lab, connection=schemas.url("keystone"))
        seed(first, projects)
        for one in fills:
            one.result()


def fill(node: Node, project: Project) -> None:
    """The project's databases have their tables."""
    identity = ("setpriv", f"--reuid={project.name}", f"--regid={project.name}", "--init-groups")
    for command in project.commands:
        node.check([*identity, "env", "HOME=/tmp", *command.split()], timeout=SCHEMAS)


def seed(node: Node, projects: Sequence[Project]) -> None:
    """Keystone knows each project's user, and the services with their endpoints."""
    task = {"password": schemas.PASSWORD, "projects": {one.name: one.endpoint for one in projects}}
    command = [*keystone.AS_KEYSTONE, "/usr/bin/python3", "-c", _SEED]
    node.check(command, input=json.dumps(task), timeout=SCHEMAS)
