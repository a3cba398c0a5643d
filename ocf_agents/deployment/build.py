"""A deployment as the configuration of its cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..cib.model import (
    SECRET,
    Clone,
    ClusterNode,
    Colocation,
    Configuration,
    End,
    Group,
    Location,
    Operation,
    Order,
    Primitive,
)
from ..system.cluster import RECHECK
from .catalogue import before

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ..ocf.actions import Action
    from ..ocf.agent import Agent
    from .description import Address, Deployment, Machine, Wanted

VIP_MONITOR, FENCE_MONITOR = "10s", "60s"
FOREIGN_TIMEOUT = "20s"
"""What ocf:heartbeat:IPaddr2 advertises, and Pacemaker's own default for fence devices."""
HEAD_START = 5
"""Seconds that the first of two nodes has when both shoot."""
RESOURCE_DEFAULTS = {
    "resource-stickiness": "100",
    "migration-threshold": "3",
    "failure-timeout": "10min",
}
ACTIONS = ("start", "stop", "promote", "demote", "notify", "monitor")
PASSWORDS = ("password", "passwd", "password_script", "passwd_script", "identity_file")
DATABASE = "clustermysql"
DATABASE_CLONE = "ms_MySQL"
DATABASE_IP = "mysqlmasterIP"


def build(deployment: Deployment) -> Configuration:
    """The whole configuration: properties, nodes, fencing, services and what binds them."""
    primitives: list[Primitive] = []
    groups: list[Group] = []
    clones: list[Clone] = []
    colocations: list[Colocation] = []
    orders: list[Order] = []
    for wanted in deployment.wanted:
        made = service(deployment, wanted)
        primitives += made.primitives
        groups += made.groups
        clones += made.clones
        colocations += made.colocations
        orders += made.orders
    return Configuration(
        nodes=tuple(nodes(deployment)),
        primitives=(*fences(deployment), *primitives),
        groups=tuple(groups),
        clones=tuple(clones),
        locations=tuple(elsewhere(deployment)),
        colocations=tuple(colocations),
        orders=(*orders, *sequence(deployment)),
        properties={
            "stonith-enabled": "true" if deployment.fenced else "false",
            "cluster-recheck-interval": RECHECK,
            **deployment.properties,
        },
        resource_defaults={**RESOURCE_DEFAULTS, **deployment.resource_defaults},
    )


def nodes(deployment: Deployment) -> Iterator[ClusterNode]:
    """The nodes, with the addresses that replicas reach them at."""
    replicated = any(wanted.service.replicated for wanted in deployment.wanted)
    for machine in deployment.machines:
        name = f"{DATABASE}_mysql_master_IP"
        yield ClusterNode(machine.name, {name: machine.address} if replicated else {})


def fences(deployment: Deployment) -> Iterator[Primitive]:
    """A fence device for each node; of two nodes the first one has a head start when both shoot."""
    for number, machine in enumerate(deployment.machines):
        if machine.fence_agent:
            delay = len(deployment.machines) == 2 and number == 0
            yield fence(machine, delay)


def fence(machine: Machine, delay: bool) -> Primitive:
    """The fence device of a node."""
    given = {"pcmk_host_list": machine.name, **machine.fence}
    if "username" in given and not any(name in given for name in PASSWORDS):
        given["password"] = SECRET
    if delay and "pcmk_delay_base" not in given:
        # As a mapping: Pacemaker 2.1.5 obeys a bare time too, but logs an error for it.
        given["pcmk_delay_base"] = f"{machine.name}:{HEAD_START}s"
    monitor = Operation("monitor", FENCE_MONITOR, FOREIGN_TIMEOUT)
    return Primitive(f"fence-{machine.name}", f"stonith:{machine.fence_agent}", given, (monitor,))


def elsewhere(deployment: Deployment) -> Iterator[Location]:
    """No node looks after the device that is to switch it off."""
    for machine in deployment.machines:
        if machine.fence_agent:
            device = f"fence-{machine.name}"
            yield Location(f"{device}-elsewhere", device, "-INFINITY", machine.name)


def service(deployment: Deployment, wanted: Wanted) -> Configuration:
    """What one service adds."""
    if wanted.service.replicated:
        return database(deployment, wanted)
    members = tuple(primitive(deployment, wanted, agent) for agent in wanted.agents)
    if wanted.service.front:
        return front(wanted, members)
    title = wanted.service.name.capitalize()
    if wanted.vip:
        vip = address(f"{wanted.service.name}IP", wanted.vip)
        group = Group(title, (vip.name, *(one.name for one in members)))
        return Configuration(primitives=(vip, *members), groups=(group,))
    if wanted.service.single:
        groups = (Group(title, tuple(one.name for one in members)),) if len(members) > 1 else ()
        return Configuration(primitives=members, groups=groups)
    return Configuration(primitives=members, clones=clones(wanted))


def database(deployment: Deployment, wanted: Wanted) -> Configuration:
    """The replicated database, and the address that writers use."""
    agent = wanted.agents[0]
    given = dict(wanted.parameters[agent.name])
    if wanted.vip:
        given.setdefault("writer_vip", wanted.vip.ip)
    monitors = [one for one in agent.actions["monitor"] if one.role]
    server = Primitive(DATABASE, name_of(agent), hidden(agent, given), operations(agent, monitors))
    meta = {
        "promotable": "true",
        "promoted-max": "1",
        "promoted-node-max": "1",
        "clone-max": str(len(deployment.machines)),
        "clone-node-max": "1",
        "notify": "true",
        "interleave": "true",
    }
    clone = Clone(DATABASE_CLONE, DATABASE, meta)
    if not wanted.vip:
        return Configuration(primitives=(server,), clones=(clone,))
    promoted = End(DATABASE_CLONE, "Promoted")
    return Configuration(
        primitives=(address(DATABASE_IP, wanted.vip), server),
        clones=(clone,),
        colocations=(Colocation("masterIP_on_mysqlMaster", "INFINITY", End(DATABASE_IP), promoted),),
        orders=(Order("mysqlPromote_before_IP", End(DATABASE_CLONE, "promote"), End(DATABASE_IP, "start")),),
    )


def front(wanted: Wanted, members: tuple[Primitive, ...]) -> Configuration:
    """What runs on every node, with an address that stays where it runs."""
    if not wanted.vip:
        return Configuration(primitives=members, clones=clones(wanted))
    vip = address(f"{wanted.service.name}IP", wanted.vip)
    everywhere = [one.name for one in clones(wanted)]
    return Configuration(
        primitives=(vip, *members),
        clones=clones(wanted),
        colocations=tuple(
            Colocation(f"{vip.name}_with_{name}", "INFINITY", End(vip.name), End(name)) for name in everywhere
        ),
        orders=tuple(
            Order(f"{vip.name}_before_{name}", End(vip.name), End(name), "Optional") for name in everywhere
        ),
    )


def clones(wanted: Wanted) -> tuple[Clone, ...]:
    """Each agent on every node; a restart on one node concerns no other."""
    names = [camel(agent.name) for agent in wanted.agents]
    return tuple(Clone(name, f"{name}Service", {"interleave": "true"}) for name in names)


def primitive(deployment: Deployment, wanted: Wanted, agent: type[Agent]) -> Primitive:
    """A resource of one agent, with the login if it takes one."""
    given = dict(wanted.parameters[agent.name])
    if "os_username" in agent.parameters and deployment.login:
        login = {"os_auth_url": keystone(deployment), **deployment.login}
        given = {**{name: value for name, value in login.items() if value}, **given}
    # Without a login a monitor of level 20 looks at nothing more than one of level 10.
    monitors = [one for one in agent.actions["monitor"] if one.depth < 20 or "os_username" in given]
    return Primitive(
        f"{camel(agent.name)}Service", name_of(agent), hidden(agent, given), operations(agent, monitors)
    )


def keystone(deployment: Deployment) -> str:
    """Where the monitors log in, unless the file says it: at Keystone's address, or the one in front."""
    found = {wanted.service.name: wanted.vip.ip for wanted in deployment.wanted if wanted.vip}
    host = found.get("keystone") or found.get("haproxy") or ""
    return f"http://{f'[{host}]' if ':' in host else host}:5000/v3" if host else ""


def hidden(agent: type[Agent], given: dict[str, str]) -> dict[str, str]:
    """The parameters; a password that the file leaves out is one that cibsecret keeps."""
    for login, password in PAIRS:
        if given.get(login) and password in agent.parameters and not given.get(password):
            given[password] = SECRET
    return given


PAIRS = (
    ("os_username", "os_password"),
    ("replication_user", "replication_passwd"),
    ("test_user", "test_passwd"),
)
"""The parameter that names a login, and that of its password."""


def secrets(configuration: Configuration) -> list[tuple[str, str]]:
    """The resources and parameters whose values are for cibsecret to keep."""
    return [
        (one.name, name)
        for one in configuration.primitives
        for name, value in one.parameters.items()
        if value == SECRET
    ]


def operations(agent: type[Agent], monitors: Iterable[Action]) -> tuple[Operation, ...]:
    """The operations with the times that the agent advertises, and these of its monitors."""
    known = {**agent.actions, "monitor": tuple(monitors)}
    return tuple(Operation.advertised(one) for name in ACTIONS for one in known.get(name, ()))


def address(name: str, place: Address) -> Primitive:
    """A virtual address."""
    given = {"ip": place.ip, "cidr_netmask": place.netmask, "nic": place.nic}
    made = tuple(Operation(action, "0s", FOREIGN_TIMEOUT) for action in ("start", "stop"))
    monitor = Operation("monitor", VIP_MONITOR, FOREIGN_TIMEOUT)
    return Primitive(
        name, "ocf:heartbeat:IPaddr2", {key: value for key, value in given.items() if value}, (*made, monitor)
    )


def sequence(deployment: Deployment) -> Iterator[Order]:
    """Each service after those it needs, when both start; a restart of one leaves the other alone.

    What needs a database that is promoted waits for it: a promotion is later than all that is about to
    start, and Optional does not wait for what cannot start yet.
    """
    there = {wanted.service.name: wanted for wanted in deployment.wanted}
    for wanted in deployment.wanted:
        for name in before(wanted.service):
            ends = outward(wanted) if name in there else ()
            for then in ends:
                # Of several clones the first one stands for the service.
                first = outward(there[name])[0]
                label = then.resource if len(ends) > 1 else wanted.service.name
                waits = there[name].service.replicated
                yield Order(
                    f"{label}_after_{name}", first, then, "Mandatory" if waits else "Optional", not waits
                )


def outward(wanted: Wanted) -> tuple[End, ...]:
    """What constraints name of a service."""
    service = wanted.service
    if service.replicated:
        return (End(DATABASE_IP),) if wanted.vip else (End(DATABASE_CLONE, "promote"),)
    grouped = wanted.vip and not service.front
    if grouped or (service.single and len(wanted.agents) > 1):
        return (End(service.name.capitalize()),)
    suffix = "Service" if service.single else ""
    return tuple(End(f"{camel(agent.name)}{suffix}") for agent in wanted.agents)


def name_of(agent: type[Agent]) -> str:
    """The agent as the cluster names it."""
    return f"ocf:openstack:{agent.name}"


def camel(name: str) -> str:
    """nova-api as novaApi."""
    first, *rest = name.split("-")
    return first + "".join(word.capitalize() for word in rest)
