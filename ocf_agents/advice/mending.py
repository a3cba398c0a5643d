"""Commands that mend a configuration, in the languages of both tools."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..cib.crm import pairs, times

if TYPE_CHECKING:
    from ..cib.model import Operation, Order, Primitive


@dataclass(frozen=True)
class Mend:
    """What an operator types, with crmsh and with pcs; what neither can do is the same in both."""

    crm: str
    pcs: str


def both(command: str) -> Mend:
    """A command of Pacemaker itself, or an advice."""
    return Mend(command, command)


def cluster_property(name: str, value: str) -> Mend:
    """A property of the cluster."""
    return Mend(f"crm configure property {name}={value}", f"pcs property set {name}={value}")


def resource_default(name: str, value: str) -> Mend:
    """A default of all resources."""
    return Mend(f"crm configure rsc_defaults {name}={value}", f"pcs resource defaults update {name}={value}")


def meta(resource: str, name: str, value: str) -> Mend:
    """A meta attribute of a resource, a group or a clone."""
    return Mend(
        f"crm resource meta {resource} set {name} {value}", f"pcs resource meta {resource} {name}={value}"
    )


def without_meta(resource: str, name: str) -> Mend:
    """A meta attribute that is to go."""
    return Mend(f"crm resource meta {resource} delete {name}", f"pcs resource meta {resource} {name}=")


def parameter(resource: str, name: str, value: str) -> Mend:
    """A parameter of a resource."""
    value = shlex.quote(value)
    return Mend(
        f"crm resource param {resource} set {name} {value}", f"pcs resource update {resource} {name}={value}"
    )


def without_parameter(resource: str, name: str) -> Mend:
    """A parameter that is to go."""
    return Mend(f"crm resource param {resource} delete {name}", f"pcs resource update {resource} {name}=")


def node_attribute(node: str, name: str, value: str) -> Mend:
    """A lasting attribute of a node."""
    return Mend(f"crm node attribute {node} set {name} {value}", f"pcs node attribute {node} {name}={value}")


def operation(resource: Primitive, old: Operation | None, new: Operation) -> Mend:
    """An operation in the place of another, or one more."""
    words = f"op {new.name} {pairs(times(new))}"
    add = f"pcs resource op add {resource.name} {words[3:]}"
    if old is None:
        return Mend(f"crm configure edit {resource.name}  # add: {words}", add)
    before = f"op {old.name} {pairs(times(old))}"
    remove = f"pcs resource op remove {resource.name} {before[3:]}"
    return Mend(f"crm configure edit {resource.name}  # {before} becomes: {words}", f"{remove} && {add}")


def order(name: str, made: Order, exists: bool) -> Mend:
    """An order, in the place of the one of that name if there is one."""
    first, then = made.first, made.then
    ends = [" ".join(filter(None, (one.word, one.resource))) for one in (first, then)]
    crm = f"crm configure order {name} {made.kind}: {first} {then}{made.options}"
    pcs = f"pcs constraint order {ends[0]} then {ends[1]} kind={made.kind}{made.options} id={name}"
    if exists:
        return Mend(f"crm configure delete {name} && {crm}", f"pcs constraint delete {name} && {pcs}")
    return Mend(crm, pcs)


def colocation(name: str, vip: str, clone: str) -> Mend:
    """An address where the promoted instance is."""
    return Mend(
        f"crm configure colocation {name} inf: {vip} {clone}:Promoted",
        f"pcs constraint colocation add {vip} with Promoted {clone} INFINITY id={name}",
    )


def removed(name: str) -> Mend:
    """A constraint that is to go."""
    return Mend(f"crm configure delete {name}", f"pcs constraint delete {name}")


def removed_resource(name: str) -> Mend:
    """A resource that is to go."""
    return Mend(f"crm configure delete {name}", f"pcs resource delete {name}")


def promotable(old: str, child: str, promoted: str) -> Mend:
    """A promotable clone in today's words."""
    values = f"promotable=true promoted-max={promoted} notify=true interleave=true"
    return Mend(
        f"crm configure edit {old}  # becomes: clone {old} {child} meta {values}",
        f"pcs resource meta {old} {values} master-max= master-node-max=",
    )
