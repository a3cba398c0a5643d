"""Rules about clones: promotion, its notifications and addresses, numbers and names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..cib.model import PROMOTED, End, Order, truth
from . import mending
from .finding import ADVICE, DANGER, WARNING, Rule, Seen
from .subjects import addresses, databases, promotable, replicated

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..cib.model import Clone, Configuration, Primitive

ANY_ROLE = ("", "Started")
"""Where a constraint names no role, and what pcs writes for that."""
OLD_META = {"master-max": "promoted-max", "master-node-max": "promoted-node-max"}
OLD_ROLES = {"Master": "Promoted", "Slave": "Unpromoted"}


def notify_missing(configuration: Configuration) -> Iterator[Seen]:
    """Replicas are not told of a promotion."""
    for clone, _one in replicated(configuration):
        if not truth(clone.meta.get("notify", "")):
            yield Seen(clone.name, "notify is not true", mending.meta(clone.name, "notify", "true"))


def several_primaries(configuration: Configuration) -> Iterator[Seen]:
    """More than one instance may be promoted."""
    for clone, _one in replicated(configuration):
        for name in ("promoted-max", "master-max", "promoted-node-max", "master-node-max"):
            if clone.meta.get(name, "1") not in ("0", "1"):
                yield Seen(clone.name, f"{name}={clone.meta[name]}", mending.meta(clone.name, name, "1"))


def one_instance(configuration: Configuration) -> Iterator[Seen]:
    """A clone with more instances than nodes, or with several on one."""
    nodes = len(configuration.nodes)
    for clone in configuration.clones:
        most = clone.meta.get("clone-max", "")
        if nodes and most.isdigit() and int(most) > nodes and clone.meta.get("clone-node-max", "1") == "1":
            yield Seen(
                clone.name,
                f"clone-max={most}, and there are {nodes} nodes",
                mending.meta(clone.name, "clone-max", str(nodes)),
            )


def interleave_missing(configuration: Configuration) -> Iterator[Seen]:
    """What is ordered behind a clone waits for all of its instances."""
    bound = {end.resource for order in configuration.orders for end in (order.first, order.then)}
    bound |= {end.resource for one in configuration.colocations for end in (one.dependent, one.anchor)}
    for clone in configuration.clones:
        if clone.name in bound and not truth(clone.meta.get("interleave", "")):
            yield Seen(clone.name, "interleave is not true", mending.meta(clone.name, "interleave", "true"))


def address_attribute_missing(configuration: Configuration) -> Iterator[Seen]:
    """A node does not say where replicas reach it."""
    for _clone, one in replicated(configuration):
        name = f"{one.name}_mysql_master_IP"
        for node in configuration.nodes if one.declared else ():
            if name not in node.attributes:
                yield Seen(
                    node.name, f"has no attribute {name}", mending.node_attribute(node.name, name, "ADDRESS")
                )


def writers(configuration: Configuration) -> Iterator[tuple[Clone, Primitive]]:
    """The clones of a database, each with every address that is its writer_vip or is bound to its promotion."""
    for clone, one in replicated(configuration):
        vip = one.parameters.get("writer_vip", "")
        for address in addresses(configuration):
            told = vip and address.parameters.get("ip", "") == vip
            if told or colocated(configuration, address, clone) or ordered(configuration, address, clone):
                yield clone, address


def colocated(configuration: Configuration, address: Primitive, clone: Clone) -> bool:
    """Whether the address, or its group, is where the promoted instance is."""
    names = (address.name, group_name(configuration, address))
    ends = [End(clone.name, role) for role in PROMOTED]
    return any(one.dependent.resource in names and one.anchor in ends for one in configuration.colocations)


def ordered(configuration: Configuration, address: Primitive, clone: Clone) -> bool:
    """Whether the address, or its group, comes after the promotion."""
    names, first = (address.name, group_name(configuration, address)), End(clone.name, "promote")
    return any(order.first == first and order.then.resource in names for order in configuration.orders)


def group_name(configuration: Configuration, primitive: Primitive) -> str:
    """The group that a resource is in."""
    group = configuration.group_of(primitive.name)
    return group.name if group else primitive.name


def address_not_bound(configuration: Configuration) -> Iterator[Seen]:
    """The writers' address may be where no primary is."""
    for clone, address in writers(configuration):
        if not colocated(configuration, address, clone):
            yield Seen(
                address.name,
                f"is not colocated with the promoted instance of {clone.name}",
                mending.colocation(f"{address.name}_on_{clone.name}", address.name, clone.name),
            )


def address_without_order(configuration: Configuration) -> Iterator[Seen]:
    """The writers' address may come before the primary takes writes."""
    for clone, address in writers(configuration):
        if not ordered(configuration, address, clone):
            made = Order("", End(clone.name, "promote"), End(address.name, "start"))
            yield Seen(
                address.name,
                f"is not ordered behind the promotion of {clone.name}",
                mending.order(f"{clone.name}_before_{address.name}", made, exists=False),
            )


def any_instance(configuration: Configuration) -> Iterator[Seen]:
    """An address goes where any replica runs."""
    clones = {clone.name for clone, _one in replicated(configuration)}
    vips = {one.name for one in addresses(configuration)}
    for known in configuration.colocations:
        if (
            known.anchor.resource in clones
            and known.anchor.word in ANY_ROLE
            and known.dependent.resource in vips
        ):
            dependent, anchor = known.dependent.resource, known.anchor.resource
            remove, add = mending.removed(known.name), mending.colocation(known.name, dependent, anchor)
            yield Seen(
                known.name,
                f"binds {dependent} to any instance of {anchor}",
                mending.Mend(f"{remove.crm} && {add.crm}", f"{remove.pcs} && {add.pcs}"),
            )


def not_replicated(configuration: Configuration) -> Iterator[Seen]:
    """A database as a clone that is not promotable."""
    for one in databases(configuration):
        clone = configuration.clone_of(one.name)
        if clone and one.declared and not clone.promotable:
            yield Seen(
                clone.name,
                f"clones {one.name} and is not promotable",
                mending.meta(clone.name, "promotable", "true"),
            )


def old_words(configuration: Configuration) -> Iterator[Seen]:
    """Words that Pacemaker has given up."""
    for clone in configuration.clones:
        found = [name for name in OLD_META if name in clone.meta]
        if clone.old or found:
            words = (["ms"] if clone.old else []) + found
            promoted = clone.meta.get("master-max", "1")
            yield Seen(
                clone.name,
                f"is written with {', '.join(words)}",
                mending.promotable(clone.name, clone.child, promoted),
            )
    for _clone, one in promotable(configuration):
        for operation in one.operations:
            if operation.role in OLD_ROLES:
                told = f"{operation.name} every {operation.interval} has role={operation.role}"
                yield Seen(one.name, told, both_roles(one.name, operation.role))
    for known in configuration.colocations:
        for end in (known.dependent, known.anchor):
            if end.word in OLD_ROLES:
                yield Seen(known.name, f"names the role {end.word}", both_roles(known.name, end.word))


def both_roles(name: str, role: str) -> mending.Mend:
    """How a role gets its new name: the schema's upgrade brings the word, an edit uses it."""
    return mending.Mend(
        f"crm configure upgrade force && crm configure edit {name}  # {role} becomes {OLD_ROLES[role]}",
        f"pcs cluster cib-upgrade && pcs cluster edit  # in {name}, {role} becomes {OLD_ROLES[role]}",
    )


def durability(configuration: Configuration) -> Iterator[Seen]:
    """Confirmed writes may be lost."""
    for one in databases(configuration):
        if one.declared and one.parameters.get("durability", "") == "async":
            yield Seen(one.name, "durability=async", mending.parameter(one.name, "durability", "semi-sync"))


RULES = (
    Rule(
        "notify-missing",
        DANGER,
        "replicas do not publish how far they are before a promotion, and do not follow the new primary after it",
        notify_missing,
    ),
    Rule("several-primaries", DANGER, "two servers take writes, and their data part", several_primaries),
    Rule(
        "clone-not-promotable", DANGER, "every instance is a server of its own, and all of them are writable",
        not_replicated,
    ),
    Rule("durability-async", WARNING, "the last confirmed writes are lost with the primary", durability),
    Rule(
        "clone-max-above-nodes",
        WARNING,
        "the instances that have no node show as failed to start for ever",
        one_instance,
    ),
    Rule(
        "interleave-missing",
        WARNING,
        "an instance that restarts on one node restarts what depends on the clone on all nodes",
        interleave_missing,
    ),
    Rule(
        "node-address-missing",
        WARNING,
        "replicas then use the node's name as its address, which may lead through another network or nowhere",
        address_attribute_missing,
    ),
    Rule("vip-without-colocation", DANGER, "clients write where no primary is", address_not_bound),
    Rule("vip-without-order", DANGER, "clients arrive before the server takes writes", address_without_order),
    Rule("vip-on-any-instance", DANGER, "clients write to a replica", any_instance),
    Rule("old-words", ADVICE, "Pacemaker 3 does not read them any more", old_words),
)  # fmt: skip
