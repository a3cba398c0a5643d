"""What the services of a lab's cloud are configured with: small, alike on all nodes, found by name."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .. import keystone, mariadb, schemas
from ..schemas import PASSWORD

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..node import Node

RABBIT, GLANCE, NOVA = "clusterrabbit", "clusterglance", "clusternova"
HOSTS = {**keystone.HOSTS, **mariadb.HOSTS, RABBIT: 102, GLANCE: 103, NOVA: 104}
"""The virtual addresses: what a lab is to be told as `hosts`."""

BROKER = f"rabbit://openstack:{PASSWORD}@{RABBIT}:5672/"
RABBITMQ_CONF = f"""\
loopback_users = none
default_user = openstack
default_pass = {PASSWORD}
vm_memory_high_watermark.absolute = 512MiB
disk_free_limit.absolute = 50MB
"""

# A connection into a node that lost its power says nothing for ever: heartbeats come often.
_PATIENCE = """\
rpc_response_timeout = 20
[oslo_messaging_rabbit]
heartbeat_timeout_threshold = 15
"""


def login(project: str) -> str:
    """The options of a project's own login at Keystone."""
    return f"""\
www_authenticate_uri = {keystone.URL}
auth_url = {keystone.URL}
auth_type = password
region_name = RegionOne
project_domain_name = Default
user_domain_name = Default
project_name = service
username = {project}
password = {PASSWORD}
"""


_GLANCE = f"""\
[DEFAULT]
workers = 1
[database]
connection = {schemas.url("glance")}
[glance_store]
stores = file,http
default_store = file
filesystem_store_datadir = /var/lib/glance/images
[paste_deploy]
flavor = keystone
[keystone_authtoken]
{login("glance")}"""

_PLACEMENT = f"""\
[api]
auth_strategy = keystone
[placement_database]
connection = {schemas.url("placement")}
[keystone_authtoken]
{login("placement")}"""

# The services that run on one node at a time share one name, so that Nova knows them again after
# a failover. nova-compute has a name of its own, in the file that it reads after this one.
_NOVA = f"""\
[DEFAULT]
host = controller
state_path = /var/lib/nova
log_dir = /var/log/nova
transport_url = {BROKER}
osapi_compute_workers = 1
metadata_workers = 1
report_interval = 5
service_down_time = 30
{_PATIENCE}[api]
auth_strategy = keystone
[api_database]
connection = {schemas.url("nova", "nova_api")}
[database]
connection = {schemas.url("nova")}
[conductor]
workers = 1
[scheduler]
workers = 1
[oslo_concurrency]
lock_path = /var/lib/nova/lock
[vnc]
enabled = true
[keystone_authtoken]
{login("nova")}[placement]
{login("placement")}"""
_NOVA_COMPUTE = """\
[DEFAULT]
host = {node}
compute_driver = fake.FakeDriver
"""


@dataclass(frozen=True)
class Project:
    """One project of OpenStack: its files, its databases, how they are filled, its endpoint."""

    name: str
    files: Mapping[str, str]
    """By their paths; `{node}` is the node's name."""
    databases: tuple[str, ...]
    commands: tuple[str, ...]
    """What fills the databases, run as the project's user."""
    endpoint: tuple[str, str] = ("", "")
    """The type of its service and the URL, if it is in the catalogue."""
    directories: tuple[str, ...] = field(default=())

    def configure(self, node: Node) -> None:
        """The project's files are on the node."""
        for path, text in self.files.items():
            node.write(path, text.replace("{node}", node.name), owner=f"root:{self.name}", mode=0o640)
        for path in (f"/var/lib/{self.name}", f"/var/log/{self.name}", *self.directories):
            node.check(["install", "-d", "-o", self.name, "-g", self.name, path])


CORE = (
    Project(
        "glance",
        {"/etc/glance/glance-api.conf": _GLANCE},
        ("glance",),
        ("glance-manage db_sync",),
        ("image", f"http://{GLANCE}:9292"),
        ("/var/lib/glance/images",),
    ),
    Project(
        "placement",
        {
            "/etc/placement/placement.conf": _PLACEMENT,
            "/etc/placement/placement-api-uwsgi.ini": keystone.UWSGI_INI.format(
                project="placement", script="placement-api", threads=4
            ),
        },
        ("placement",),
        ("placement-manage db sync",),
        ("placement", f"http://{NOVA}:8778"),
    ),
    Project(
        "nova",
        {"/etc/nova/nova.conf": _NOVA, "/etc/nova/nova-compute.conf": _NOVA_COMPUTE},
        ("nova", "nova_api", "nova_cell0"),
        (
            "nova-manage api_db sync",
            "nova-manage cell_v2 map_cell0",
            "nova-manage cell_v2 create_cell --name cell1",
            "nova-manage db sync",
        ),
        ("compute", f"http://{NOVA}:8774/v2.1"),
    ),
)
"""What the deployment of 2012 consists of, beside Keystone."""
