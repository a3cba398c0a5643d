"""What a deployment's file says, understood: or every fault in it, each with its line."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..agents import find as find_agent
from ..ocf.codes import Misconfigured
from ..ocf.parameters import Secret
from . import catalogue
from .document import Faults, Sequence, Table, Value, read

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from ..ocf.agent import Agent
    from ..ocf.parameters import Parameter
    from .document import Fault

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")
TOP = ("nodes", "network", "login", "services", "resource_defaults", "properties")
LOGIN = {
    "url": "os_auth_url",
    "user": "os_username",
    "password": "os_password",
    "project": "os_tenant_name",
    "user_domain": "os_user_domain_name",
    "project_domain": "os_project_domain_name",
    "region": "os_region_name",
    "cacert": "os_cacert",
}
"""What the file calls them, and what the agents do."""
PLACE = ("vip", "netmask", "nic")
NONE = "none"
IPV4_BITS, IPV6_BITS = 32, 128


class Wrong(Exception):
    """A file cannot be used; `faults` are all that are in it."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("; ".join(map(str, faults)))
        self.faults = sorted(faults, key=lambda fault: fault.line)


@dataclass(frozen=True)
class Machine:
    """A node of the cluster; without a fence agent if it is not to be fenced."""

    name: str
    address: str
    fence_agent: str = ""
    fence: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Address:
    """A virtual address."""

    ip: str
    netmask: str = ""
    nic: str = ""


@dataclass(frozen=True)
class Wanted:
    """A service of the deployment, with the parameters of each of its agents."""

    service: catalogue.Service
    agents: tuple[type[Agent], ...]
    parameters: Mapping[str, Mapping[str, str]]
    vip: Address | None = None


@dataclass(frozen=True)
class Deployment:
    """What is to run where."""

    machines: tuple[Machine, ...]
    wanted: tuple[Wanted, ...]
    login: Mapping[str, str]
    """The parameters of the monitors' login; empty without one."""
    resource_defaults: Mapping[str, str]
    properties: Mapping[str, str]

    @property
    def fenced(self) -> bool:
        """Whether lost nodes are switched off."""
        return all(machine.fence_agent for machine in self.machines)


def understand(text: str) -> Deployment:
    """The deployment that a file describes; raises Wrong, or Absent without a reader of YAML."""
    faults = Faults()
    root = read(text, faults)
    if root is None:
        raise Wrong(faults.found)
    faults.only(root, TOP, "the file")
    login = login_of(faults.table(root, "login"), faults)
    made = Deployment(
        machines(root, faults),
        services(root, faults),
        login,
        faults.texts(faults.table(root, "resource_defaults")),
        faults.texts(faults.table(root, "properties")),
    )
    if faults.found:
        raise Wrong(faults.found)
    return made


def machines(root: Table, faults: Faults) -> tuple[Machine, ...]:
    """The nodes."""
    table = faults.table(root, "nodes")
    if len(table.entries) < 2:
        faults.add(table.line, "nodes: a cluster has two nodes or more")
    found = tuple(machine(name, faults.table(table, name), faults) for name in table.entries)
    seen: dict[str, str] = {}
    for one in found:
        if one.address and seen.setdefault(one.address, one.name) != one.name:
            faults.add(table.lines(one.name), f"{one.name}: has the address of {seen[one.address]}")
    if len({bool(one.fence_agent) for one in found}) > 1:
        bare = next(one for one in found if not one.fence_agent)
        faults.add(table.lines(bare.name), f"{bare.name}: some nodes are fenced and this one is not")
    return found


def machine(name: str, table: Table, faults: Faults) -> Machine:
    """One node."""
    if not NAME.fullmatch(name):
        faults.add(table.line, f"{name}: no name for a node")
    faults.only(table, ("address", "fence"), f"node {name}")
    address = ip(table, "address", faults, f"node {name}")
    told = table.entries.get("fence")
    if told is None:
        faults.add(
            table.line,
            f"{name}: how is it fenced? Give a mapping such as fence: {{agent: fence_ipmilan, ip: ...}}, "
            "or fence: none, which risks the data",
        )
    if isinstance(told, Value) and told.text == NONE:
        return Machine(name, address)
    fence = faults.table(table, "fence")
    agent = faults.text(fence, "agent")
    if told is not None and not agent:
        faults.add(fence.line, f"{name}: fence names no agent, such as agent: fence_ipmilan")
    elif agent and not NAME.fullmatch(agent):
        faults.add(fence.lines("agent"), f"{agent!r} is no name of a fence agent")
    return Machine(name, address, agent, faults.texts(fence, without=("agent",)))


def ip(table: Table, name: str, faults: Faults, what: str) -> str:
    """An entry that is an IP address."""
    text = faults.text(table, name)
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        fact = f"{text!r} is no IP address" if text else "has no address"
        faults.add(table.lines(name), f"{what}: {fact}; write {name}: 10.0.0.1")
        return ""


def login_of(table: Table, faults: Faults) -> dict[str, str]:
    """The login of the monitors, as parameters of the agents."""
    faults.only(table, tuple(LOGIN), "login")
    if table.entries:
        for name in ("user", "project"):
            if not faults.text(table, name):
                faults.add(table.line, f"login: has no {name}")
    return {LOGIN[name]: faults.text(table, name) for name in table.entries if name in LOGIN}


def services(root: Table, faults: Faults) -> tuple[Wanted, ...]:
    """The services, in the order in which they are started."""
    network = faults.table(root, "network")
    faults.only(network, ("netmask", "nic"), "network")
    place(network, faults)
    table = faults.table(root, "services")
    if not table.entries:
        faults.add(table.line, "services: names none")
    found = [one for name in table.entries if (one := wanted(name, table, network, faults))]
    seen: dict[str, str] = {}
    for one in found:
        if one.vip and one.vip.ip and seen.setdefault(one.vip.ip, one.service.name) != one.service.name:
            faults.add(
                table.lines(one.service.name), f"{one.service.name}: has the vip of {seen[one.vip.ip]}"
            )
    return tuple(sorted(found, key=lambda one: catalogue.SERVICES.index(one.service)))


def wanted(name: str, services: Table, network: Table, faults: Faults) -> Wanted | None:
    """One service."""
    service = catalogue.find(name)
    if service is None:
        known = ", ".join(one.name for one in catalogue.SERVICES)
        faults.add(services.lines(name), f"{name}: no such service; there are {known}")
        return None
    table = faults.table(services, name)
    agents = agents_of(service, table, faults)
    address = None
    if "vip" in table.entries:
        mask, nic = place(table, faults)
        masked = table if mask else network
        mask, nic = faults.text(masked, "netmask"), nic or faults.text(network, "nic")
        address = Address(ip(table, "vip", faults, name), mask, nic)
        if "." in address.ip and IPV4_BITS < bits(mask) <= IPV6_BITS:
            fact = f"netmask: {mask!r} is more than the {IPV4_BITS} bits of an IPv4 vip; write one such as 24"
            faults.add(masked.lines("netmask"), fact)
    given = parameters(table, agents, faults)
    made = Wanted(service, agents, given, address)
    if service.replicated and not given.get("mysql", {}).get("replication_user"):
        faults.add(table.line, f"{name}: has no replication_user, which its replicas log in with")
    return made


def place(table: Table, faults: Faults) -> tuple[str, str]:
    """The netmask and the interface."""
    mask, nic = faults.text(table, "netmask"), faults.text(table, "nic")
    if mask and bits(mask) > IPV6_BITS:
        faults.add(table.lines("netmask"), f"netmask: {mask!r} is no number of bits such as 24")
    return mask, nic


def bits(mask: str) -> int:
    """The number that a netmask is; one that is too large for any other text."""
    return int(mask) if mask.isascii() and mask.isdigit() and len(mask) <= 3 else IPV6_BITS + 1


def agents_of(service: catalogue.Service, table: Table, faults: Faults) -> tuple[type[Agent], ...]:
    """The agents of a service: its usual ones, or those that the file names."""
    told = table.entries.get("agents")
    if told is not None and not (isinstance(told, Sequence) and told.items):
        faults.add(told.line, f"agents: is to be a list such as [{', '.join(service.agents)}]")
        told = None
    items = told.items if isinstance(told, Sequence) else tuple(Value(one, 0) for one in service.agents)
    found = []
    for item in items:
        agent = find_agent(item.text)
        if agent is None:
            faults.add(item.line, f"{item.text}: no such agent; `ocf-agents list` names them")
        else:
            found.append(agent)
    return tuple(found)


def parameters(table: Table, agents: tuple[type[Agent], ...], faults: Faults) -> dict[str, dict[str, str]]:
    """The parameters of each agent: those for all of them that know such a one, and its own."""
    given: dict[str, dict[str, str]] = {agent.name: {} for agent in agents}
    for name, entry in table.entries.items():
        if name in (*PLACE, "agents"):
            continue
        if isinstance(entry, Table):
            named = [agent for agent in agents if agent.name == name]
            if not named:
                faults.add(entry.line, f"{name}: no agent of this service")
            for own, value in entry.entries.items():
                given_one(given, named, own, value, faults)
        else:
            given_one(given, [one for one in agents if known(one, name)] or list(agents), name, entry, faults)
    return given


def given_one(
    given: dict[str, dict[str, str]],
    agents: list[type[Agent]],
    name: str,
    entry: Value | Table | Sequence,
    faults: Faults,
) -> None:
    """The parameter is given to these agents, or it is a fault."""
    if not isinstance(entry, Value):
        faults.add(entry.line, f"{name}: is to be one value")
        return
    for agent in agents:
        parameter = known(agent, name)
        if not entry.text.isprintable():
            # This is a fault already.
            return
        if parameter is None:
            faults.add(
                entry.line,
                f"{name}: {agent.name} has no such parameter; see ocf-agents describe {agent.name}",
            )
            return
        try:
            parameter.read(entry.text)
        except Misconfigured as wrong:
            shown = f"{name}: is no such value" if isinstance(parameter, Secret) else str(wrong)
            faults.add(entry.line, shown)
            return
        given[agent.name][name] = entry.text


def known(agent: type[Agent], name: str) -> Parameter[Any] | None:
    """The parameter of this name, or of this former one."""
    return next((one for key, one in agent.parameters.items() if name in (key, *one.aliases)), None)
