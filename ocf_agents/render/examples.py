"""An agent in the cluster's configuration, as one types it with crmsh and with pcs."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..ocf.actions import Action
    from ..ocf.agent import Agent

PROVIDER = "ocf:openstack"
STASHED = "lrm://"
"""Stands for a value that cibsecret keeps outside of the configuration."""
LOGIN = {"os_username": "monitor", "os_password": STASHED, "os_tenant_name": "service"}
"""What a monitor with a token needs."""
REPLICATION = {"replication_user": "replicator", "replication_passwd": STASHED}
TOKEN_DEPTH = 20
RUN = ("start", "stop", "promote", "demote", "notify")
"""The actions besides monitors that Pacemaker runs with a timeout of its own if none is given."""


def crm(agent: type[Agent]) -> list[str]:
    """The lines for `crm configure`; all but the last of a command end in a backslash."""
    name = resource(agent)
    lines = [f"primitive {name} {PROVIDER}:{agent.name}"]
    if settings(agent):
        lines.append("params " + pairs(settings(agent), '"'))
    lines += ["op " + one.name + " " + pairs(operation(one), '"') for one in operations(agent)]
    text = continued(lines)
    if promotable(agent):
        text.append(f"clone {name}-clone {name} meta promotable=true notify=true")
    return text


def pcs(agent: type[Agent]) -> list[str]:
    """The lines of one `pcs resource create`; all but the last end in a backslash."""
    lines = [f"pcs resource create {resource(agent)} {PROVIDER}:{agent.name}"]
    if settings(agent):
        lines.append(pairs(settings(agent), ""))
    lines += [f"op {one.name} {pairs(operation(one), '')}" for one in operations(agent)]
    if promotable(agent):
        lines.append("promotable notify=true")
    return continued(lines)


def resource(agent: type[Agent]) -> str:
    """The name that the examples give to a resource."""
    return f"p_{agent.name}"


def settings(agent: type[Agent]) -> dict[str, str]:
    """What must be given, and what the monitors and the replication of the example need."""
    given = {name: one.show() or "..." for name, one in agent.parameters.items() if one.required}
    if "os_username" in agent.parameters and operations(agent)[-1].depth >= TOKEN_DEPTH:
        given.update(LOGIN)
    if promotable(agent):
        given.update({name: value for name, value in REPLICATION.items() if name in agent.parameters})
    return given


def operations(agent: type[Agent]) -> list[Action]:
    """The actions to configure: of monitors that differ in depth only, the first and the deepest."""
    chosen = [one for name in RUN for one in agent.actions.get(name, ())]
    monitors = agent.actions["monitor"]
    if any(one.role for one in monitors):
        return [*chosen, *(one for one in monitors if one.role)]
    return [*chosen, *dict.fromkeys((monitors[0], monitors[-1]))]


def operation(one: Action) -> dict[str, str]:
    """The attributes of an operation."""
    given = {"timeout": f"{one.timeout}s"}
    if one.interval:
        given["interval"] = f"{one.interval}s"
    if one.depth:
        given["OCF_CHECK_LEVEL"] = str(one.depth)
    if one.role:
        given["role"] = one.role
    return given


def promotable(agent: type[Agent]) -> bool:
    """Whether an instance can be promoted."""
    return "promote" in agent.actions


def pairs(values: dict[str, str], quote: str) -> str:
    """Names with their values, as either shell takes them."""
    return " ".join(f"{name}={quote}{value}{quote}" for name, value in values.items())


def continued(lines: list[str]) -> list[str]:
    """One command over several lines."""
    first, *rest = lines
    indented = [first, *(f"    {line}" for line in rest)]
    return [*(f"{line} \\" for line in indented[:-1]), indented[-1]]
