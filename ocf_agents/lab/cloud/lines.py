"""What an operator types to have the deployment of 2012 under Pacemaker, on today's releases.

The daemons of 2012 that are gone cannot be among it: nova-cert, nova-consoleauth, nova-network,
nova-objectstore, nova-volume and glance-registry. nova-conductor and Placement came in their place.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .. import keystone, mariadb
from .configuration import GLANCE, HOSTS, NOVA, RABBIT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..lab import Lab

DEFAULTS = (
    # Without it Pacemaker would move everything back as soon as a node returns.
    "rsc_defaults resource-stickiness=100",
    # Pacemaker's own 20 s are not much for a start of so many services on a busy machine.
    "op_defaults timeout=180s",
)
RETIRED = (
    "nova-cert",
    "nova-consoleauth",
    "nova-network",
    "nova-objectstore",
    "nova-volume",
    "glance-registry",
)
GROUPS = ("Rabbit", "Glance", "Nova", "novaServices")
ADDRESSES = {
    mariadb.ADDRESS: mariadb.VIP,
    "rabbitIP": HOSTS[RABBIT],
    "keystoneIP": keystone.OCTET,
    "glanceIP": HOSTS[GLANCE],
    "novaIP": HOSTS[NOVA],
}
_LOGIN = (
    'os_auth_url="http://clusterkeystone:5000/v2.0/" os_password="admin" os_tenant_name="admin" '
    'os_username="admin"'
)
_NOVA = 'params config="/etc/nova/nova.conf"'
_USUAL = 'op monitor interval="30s" timeout="30s"'
_SERVICES = f"""\
primitive rabbitService ocf:openstack:rabbitmq-server params node_name="rabbit@localhost" \
op monitor interval="15s" timeout="30s" OCF_CHECK_LEVEL="10"
group Rabbit rabbitIP rabbitService
primitive glanceApiService ocf:openstack:glance-api params config="/etc/glance/glance-api.conf" {_LOGIN} \
user="glance" client_binary="/usr/bin/glance" op monitor interval="15s" timeout="30s"
group Glance glanceIP glanceApiService
primitive placementService ocf:openstack:placement-api params config="/etc/placement/placement.conf" {_USUAL}
primitive novaApiService ocf:openstack:nova-api-ra {_NOVA} op monitor interval="5s" timeout="5s"
primitive novaVncService ocf:openstack:nova-vnc-ra {_NOVA} {_USUAL}
group Nova novaIP placementService novaApiService novaVncService
primitive novaConductorService ocf:openstack:nova-conductor {_NOVA} {_USUAL}
primitive novaSchedulerService ocf:openstack:nova-scheduler-ra {_NOVA} {_USUAL}
group novaServices novaConductorService novaSchedulerService
primitive novaComputeService ocf:openstack:nova-compute-ra {_NOVA} {_USUAL}
clone novaCompute novaComputeService meta clone-max="2" clone-node-max="1"
"""
# A service outlives the failover of what it is connected to, so that its stop and start are not
# ordered by it (symmetrical=false). What ends without Keystone follows Keystone, as in 2012.
_ORDERS = """\
order glance_after_keystone inf: Keystone Glance
order nova_after_keystone inf: Keystone Nova
order novaServices_after_keystone inf: Keystone novaServices
order novaServices_after_rabbit inf: Rabbit novaServices symmetrical=false
order novaServices_after_nova inf: Nova novaServices symmetrical=false
order novaCompute_after_novaServices inf: novaServices novaCompute symmetrical=false
"""


def addresses(lab: Lab) -> Iterator[str]:
    """The virtual addresses but those that come with MySQL and with Keystone."""
    for name, octet in ADDRESSES.items():
        if name not in (mariadb.ADDRESS, "keystoneIP"):
            yield (
                f'primitive {name} ocf:heartbeat:IPaddr2 params ip="{lab.address(octet)}" '
                'cidr_netmask="24" op monitor interval="10s" timeout="20s"'
            )


def services(lab: Lab) -> Iterator[str]:
    """Everything that needs the database, its orders, and that it is rather kept together."""
    yield from addresses(lab)
    yield from keystone.crm_lines(lab)
    yield from _SERVICES.splitlines()
    yield from keystone.BEHIND_MYSQL
    yield from _ORDERS.splitlines()
    for group in GROUPS:
        yield mariadb.near(group)
