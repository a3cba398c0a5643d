"""The projects beside the deployment of 2012 that Debian ships: small, on one node, found by name."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ocf_agents.lab import keystone, schemas
from ocf_agents.lab.cloud.configuration import BROKER, CORE, Project, login

if TYPE_CHECKING:
    from ocf_agents.lab import Node

PROGRAMS = {
    "cinder-api": "cinder-api",
    "cinder-scheduler": "cinder-scheduler",
    "cinder-volume": "cinder-volume",
    "neutron-server": "neutron-server",
    "neutron-dhcp-agent": "neutron-dhcp-agent",
    "neutron-l3-agent": "neutron-l3-agent",
    "neutron-metadata-agent": "neutron-metadata-agent",
    "neutron-openvswitch-agent": "neutron-openvswitch-agent",
    "ovs-vswitchd": "openvswitch-switch",
    "heat-api": "heat-api",
    "heat-api-cfn": "heat-api-cfn",
    "heat-engine": "heat-engine",
    "manila-api": "manila-api",
    "ceilometer-polling": "ceilometer-agent-central",
}
"""Their programs, and the packages that have them."""


def configuration(project: str, own: str, sections: str = "") -> str:
    """What all of them are told of broker, database and Keystone, and what one of them is told besides."""
    return f"""\
[DEFAULT]
host = controller
auth_strategy = keystone
state_path = /var/lib/{project}
transport_url = {BROKER}
{own}[database]
connection = {schemas.url(project)}
[oslo_concurrency]
lock_path = /var/lib/{project}/lock
[keystone_authtoken]
{login(project)}{sections}"""


# Two backends, so that there is a child for each; the driver is that of Cinder's own tests.
_CINDER = configuration(
    "cinder",
    "osapi_volume_workers = 1\nenabled_backends = one,two\n",
    "".join(
        f"[{name}]\nvolume_backend_name = {name}\nvolume_driver = cinder.tests.fake_driver.FakeLoggingVolumeDriver\n"
        for name in ("one", "two")
    ),
)
_NEUTRON = configuration(
    "neutron",
    """\
api_workers = 1
rpc_workers = 1
core_plugin = ml2
service_plugins = router
interface_driver = openvswitch
notify_nova_on_port_status_changes = false
notify_nova_on_port_data_changes = false
""",
    """\
[agent]
root_helper = sudo neutron-rootwrap /etc/neutron/rootwrap.conf
""",
)
_ML2 = """\
[ml2]
type_drivers = vxlan
tenant_network_types = vxlan
mechanism_drivers = openvswitch
[ml2_type_vxlan]
vni_ranges = 1:1000
"""
# The switch in user space: a module of the kernel would be the whole machine's.
_OPENVSWITCH = """\
[ovs]
datapath_type = netdev
[securitygroup]
firewall_driver = noop
"""
_HEAT = configuration(
    "heat",
    "num_engine_workers = 1\n",
    "".join(f"[{name}]\nworkers = 1\n" for name in ("heat_api", "heat_api_cfn")),
)
_MANILA = configuration("manila", "osapi_share_workers = 1\nenabled_share_backends =\n")
# Debian's own has 8 processes, which take 40 s on two cores.
_METADATA = {
    "/etc/nova/nova-api-metadata-uwsgi.ini": keystone.UWSGI_INI.format(
        project="nova", script="nova-metadata-wsgi", threads=4
    )
}
_CEILOMETER = f"""\
[DEFAULT]
host = controller
transport_url = {BROKER}
[service_credentials]
{login("ceilometer")}"""

NEIGHBOURS = (
    *(replace(one, files={**one.files, **_METADATA}) if one.name == "nova" else one for one in CORE),
    Project(
        "cinder",
        {"/etc/cinder/cinder.conf": _CINDER},
        ("cinder",),
        ("cinder-manage db sync",),
    ),
    Project(
        "neutron",
        {
            "/etc/neutron/neutron.conf": _NEUTRON,
            "/etc/neutron/plugins/ml2/ml2_conf.ini": _ML2,
            "/etc/neutron/plugins/ml2/openvswitch_agent.ini": _OPENVSWITCH,
        },
        ("neutron",),
        (
            "neutron-db-manage --config-file /etc/neutron/neutron.conf "
            "--config-file /etc/neutron/plugins/ml2/ml2_conf.ini upgrade heads",
        ),
    ),
    Project("heat", {"/etc/heat/heat.conf": _HEAT}, ("heat",), ("heat-manage db_sync",)),
    Project("manila", {"/etc/manila/manila.conf": _MANILA}, ("manila",), ("manila-manage db sync",)),
    Project("ceilometer", {"/etc/ceilometer/ceilometer.conf": _CEILOMETER}, (), ()),
)
"""Every project that Debian ships and an agent is for."""

ASKED = {
    "os_auth_url": keystone.URL,
    "os_username": "admin",
    "os_password": keystone.PASSWORD,
    "os_tenant_name": "admin",
}
NOVA = {"config": "/etc/nova/nova.conf"}
SERVICES: dict[str, dict[str, str]] = {
    "glance-api": ASKED,
    "placement-api": ASKED,
    "nova-api": {**ASKED, **NOVA},
    "nova-metadata": NOVA,
    "nova-conductor": NOVA,
    "nova-scheduler": NOVA,
    "nova-compute": NOVA,
    "nova-novncproxy": NOVA,
    "nova-serialproxy": NOVA,
    "nova-spicehtml5proxy": NOVA,
    "cinder-api": ASKED,
    "cinder-scheduler": {},
    "cinder-volume": {"multibackend": "true"},
    "neutron-server": ASKED,
    "neutron-dhcp-agent": {},
    "neutron-l3-agent": {},
    "neutron-metadata-agent": {},
    "neutron-openvswitch-agent": {},
    "heat-api": ASKED,
    "heat-api-cfn": {},
    "heat-engine": {},
    "manila-api": ASKED,
    "ceilometer-agent-central": {},
}
"""The agents whose services are among them, and what an operator would tell each."""

BEHIND = {
    "nova-conductor": "placement-api",
    "nova-scheduler": "placement-api",
    "heat-api": "heat-engine",
}
"""Which service ends, or answers no request, while which other one is away."""

_SWITCH = """\
set -e
mkdir -p /run/openvswitch /etc/openvswitch
[ -e /etc/openvswitch/lab.db ] || ovsdb-tool create /etc/openvswitch/lab.db
ovsdb-server /etc/openvswitch/lab.db --remote=punix:/run/openvswitch/db.sock \
    --remote=ptcp:6640:127.0.0.1 --detach --pidfile --log-file=/dev/null
ovs-vsctl --no-wait init
ovs-vswitchd --detach --pidfile --log-file=/dev/null
"""


def start_switch(node: Node) -> None:
    """An empty Open vSwitch runs on the node, for the agent of Neutron to fill."""
    node.check(["sh", "-c", _SWITCH])
