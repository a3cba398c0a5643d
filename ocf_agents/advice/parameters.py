"""Rules about parameters: unknown, missing, wrong, and passwords that everyone can read."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from ..cib.model import SECRET, truth
from ..ocf.codes import Misconfigured
from ..ocf.parameters import Secret
from ..render import facts
from . import mending
from .finding import ADVICE, DANGER, WARNING, Rule, Seen
from .subjects import addresses

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from ..cib.model import Configuration, Primitive
    from ..ocf.agent import Agent
    from ..ocf.parameters import Parameter

COMMON = ("trace_ra", "trace_dir", "trace_file")
"""Parameters that every agent takes beside its own."""
PASSWORDS = ("passwd", "password", "login_passwd", "snmp_priv_passwd")
DAEMONS = {
    "mysql": ("mysql", "mysqld", "mariadb"),
    "nova-metadata": ("openstack-nova-metadata-api",),
    "ceilometer-agent-central": ("openstack-ceilometer-central",),
}
"""Names that a service has as a unit, where neither its agent nor its program is called so."""


def unit_names(agent: type[Agent]) -> set[str]:
    """What the service of an agent may be called as a unit, in one distribution or another."""
    program = str(agent.parameters["binary"].default).rpartition("/")[2]
    return {agent.name, f"openstack-{agent.name}", program, *DAEMONS.get(agent.name, ())} - {""}


def names(agent: type[Agent]) -> dict[str, Parameter[Any]]:
    """The parameters by all their names."""
    return {name: one for key, one in agent.parameters.items() for name in (key, *one.aliases)}


def unknown(configuration: Configuration) -> Iterator[Seen]:
    """A parameter that the agent does not have."""
    for one, agent in configuration.ours():
        known = names(agent)
        for name in one.parameters:
            if name not in known and name not in COMMON:
                close = get_close_matches(name, known, 1)
                hint = f"; is {close[0]} meant?" if close else ""
                yield Seen(
                    one.name,
                    f"{agent.name} has no parameter {name}{hint}",
                    mending.without_parameter(one.name, name),
                )


def missing(configuration: Configuration) -> Iterator[Seen]:
    """A parameter that the agent cannot do without."""
    for one, agent in configuration.ours():
        for name, parameter in agent.parameters.items():
            if parameter.required and not given(one, name, parameter):
                yield Seen(one.name, f"has no {name}", mending.parameter(one.name, name, "VALUE"))
        clone = configuration.clone_of(one.name)
        name = "replication_user"
        if clone and clone.promotable and name in agent.parameters and not one.parameters.get(name):
            yield Seen(one.name, f"has no {name}", mending.parameter(one.name, name, "USER"))
    for one in addresses(configuration):
        if not one.parameters.get("ip") and not one.parameters.get("ipv6addr"):
            yield Seen(one.name, "has no ip", mending.parameter(one.name, "ip", "ADDRESS"))


def given(one: Primitive, name: str, parameter: Parameter[Any]) -> bool:
    """Whether the resource has this parameter under any name."""
    return any(one.parameters.get(key) for key in (name, *parameter.aliases))


def wrong(configuration: Configuration) -> Iterator[Seen]:
    """A value that the agent cannot read."""
    for one, agent in configuration.ours():
        known = names(agent)
        for name, value in one.parameters.items():
            parameter = known.get(name)
            if parameter is None or not value:
                continue
            try:
                parameter.read(value)
            except Misconfigured as error:
                yield Seen(
                    one.name, str(error), mending.parameter(one.name, name, parameter.show() or "VALUE")
                )


def clear(configuration: Configuration) -> Iterator[Seen]:
    """A password in the configuration itself."""
    for one in configuration.primitives:
        agent = one.declared
        known = names(agent) if agent else {}
        for name, value in one.parameters.items():
            secret = isinstance(known.get(name), Secret) or (one.fences and name in PASSWORDS)
            if secret and value and value != SECRET:
                yield Seen(
                    one.name,
                    f"{name} stands in the configuration",
                    mending.both(f"cibsecret stash {one.name} {name}"),
                )


def half_a_login(configuration: Configuration) -> Iterator[Seen]:
    """A monitor of level 20 that cannot log in."""
    for one, agent in configuration.ours():
        deepest = any(monitor.depth >= 20 for monitor in one.monitors())
        if "os_username" not in agent.parameters or not deepest:
            continue
        login = ("os_username", "os_password", "os_tenant_name")
        lacking = [name for name in login if not given(one, name, agent.parameters[name])]
        if lacking:
            yield Seen(
                one.name,
                f"a monitor has OCF_CHECK_LEVEL 20, and {', '.join(lacking)} is missing",
                mending.both(f"cibsecret set {one.name} os_password")
                if lacking == ["os_password"]
                else mending.parameter(one.name, lacking[0], "VALUE"),
            )


def run_twice(configuration: Configuration) -> Iterator[Seen]:
    """One service under two resources."""
    seen: dict[tuple[str, str], str] = {}
    for one, agent in configuration.ours():
        place = (
            one.parameters.get("config", "") + one.parameters.get("url", "") + one.parameters.get("port", "")
        )
        key = (agent.name, place)
        if key in seen:
            yield Seen(
                one.name, f"runs the same {agent.name} as {seen[key]}", mending.removed_resource(one.name)
            )
        seen.setdefault(key, one.name)
        # Where our agent only watches, the unit is what runs the service.
        watched = truth(one.parameters.get("hosted", "")) or one.parameters.get("systemd_unit")
        titles = set() if watched else unit_names(agent)
        for other in configuration.primitives:
            unit = other.kind.removesuffix(".service")
            if other.agent.startswith(("systemd:", "lsb:", "service:")) and unit in titles:
                yield Seen(
                    other.name, f"runs the same service as {one.name}", mending.removed_resource(other.name)
                )


def address_twice(configuration: Configuration) -> Iterator[Seen]:
    """One address under two resources."""
    seen: dict[str, str] = {}
    for one in addresses(configuration):
        ip = one.parameters.get("ip", "")
        if ip in seen:
            yield Seen(one.name, f"has the address {ip} of {seen[ip]}", mending.removed_resource(one.name))
        if ip:
            seen.setdefault(ip, one.name)


def obsolete(configuration: Configuration) -> Iterator[Seen]:
    """A parameter without effect."""
    for one, agent in configuration.ours():
        known = names(agent)
        for name in one.parameters:
            if name in known and facts.obsolete(known[name]):
                yield Seen(
                    one.name, f"{name} has no effect any more", mending.without_parameter(one.name, name)
                )


RULES = (
    Rule(
        "parameter-unknown",
        WARNING,
        "the agent never reads it, so what it was meant for does not happen",
        unknown,
    ),
    Rule("parameter-missing", DANGER, "the agent cannot work without it", missing),
    Rule("parameter-wrong", DANGER, "the agent refuses every action but stop (OCF_ERR_CONFIGURED)", wrong),
    Rule(
        "password-in-clear",
        DANGER,
        "whoever may read the cluster's configuration, or a report that is sent to someone, has it",
        clear,
    ),
    Rule("login-incomplete", WARNING, "that monitor asks for nothing, or is refused", half_a_login),
    Rule(
        "run-twice",
        DANGER,
        "each of the two finds the other's processes, and restarts it or fails",
        run_twice,
    ),
    Rule("address-twice", DANGER, "one address is on two nodes, and clients reach either", address_twice),
    Rule("parameter-obsolete", ADVICE, "it tells the next reader something that is not so", obsolete),
)
