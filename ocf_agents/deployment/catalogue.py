"""The services that a deployment can ask for: their agents, and what each is started after."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Service:
    """One service of a cloud.

    With an address of its own it runs on one node, as a group behind that address; without one it runs
    on every node. `after` are the services whose orders lead here, with what they stand behind in turn.
    """

    name: str
    agents: tuple[str, ...]
    after: tuple[str, ...] = ()
    single: bool = False
    """Runs on one node even without an address."""
    front: bool = False
    """Runs on every node even with an address, which then stays where it runs."""
    replicated: bool = False
    """Runs on every node, and is promoted on one, where the address goes."""


SERVICES = (
    Service("mysql", ("mysql",), replicated=True),
    Service("rabbitmq", ("rabbitmq-server",)),
    Service("memcached", ("memcached",)),
    Service("redis", ("redis",), single=True),
    Service("mongodb", ("mongodb",), single=True),
    Service("haproxy", ("haproxy",), front=True),
    Service("keystone", ("keystone",), after=("mysql", "memcached")),
    Service("glance", ("glance-api",), after=("keystone",)),
    Service("placement", ("placement-api",), after=("keystone",)),
    Service("neutron", ("neutron-server",), after=("keystone", "rabbitmq")),
    Service(
        "network",
        ("neutron-openvswitch-agent", "neutron-dhcp-agent", "neutron-l3-agent", "neutron-metadata-agent"),
        after=("neutron",),
    ),
    Service(
        "nova",
        ("nova-api", "nova-conductor", "nova-scheduler", "nova-novncproxy"),
        # Conductor and scheduler end where Placement does not answer.
        after=("keystone", "placement", "rabbitmq"),
    ),
    Service("compute", ("nova-compute",), after=("nova",)),
    Service("cinder", ("cinder-api", "cinder-scheduler"), after=("keystone", "rabbitmq")),
    Service("volume", ("cinder-volume",), after=("cinder",), single=True),
    Service("heat", ("heat-api", "heat-api-cfn", "heat-engine"), after=("keystone", "rabbitmq")),
    Service("manila", ("manila-api",), after=("keystone", "rabbitmq")),
    Service("telemetry", ("ceilometer-agent-central",), after=("keystone", "rabbitmq"), single=True),
)
"""In the order in which they are started."""


def find(name: str) -> Service | None:
    """The service of this name."""
    return next((service for service in SERVICES if service.name == name), None)


def before(service: Service) -> tuple[str, ...]:
    """The services that this one is ordered behind: the next ones, and any database further away."""
    further = [name for next_one in service.after for name in behind(next_one)]
    return tuple(dict.fromkeys([name for name in further if replicated(name)] + [*service.after]))


def behind(name: str) -> tuple[str, ...]:
    """The service of this name and all that it stands behind."""
    service = find(name)
    after = service.after if service else ()
    return (name, *(one for each in after for one in behind(each)))


def replicated(name: str) -> bool:
    """Whether the service of this name is promoted on one node."""
    service = find(name)
    return bool(service and service.replicated)
