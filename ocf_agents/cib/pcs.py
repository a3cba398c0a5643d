"""A configuration as commands of pcs."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from .crm import times

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from .model import Configuration, End, Primitive

FILE = "cluster.xml"
ACTIONS = ("start", "stop", "promote", "demote")


def write(configuration: Configuration) -> str:
    """A shell script: into a file first, so that nothing starts before everything is known."""
    steps = [["pcs", "cluster", "cib", FILE]]
    steps += [["pcs", "-f", FILE, *words] for words in commands(configuration)]
    steps += [["pcs", "cluster", "cib-push", FILE]]
    return "".join(f"{shlex.join(step)}\n" for step in steps)


def commands(configuration: Configuration) -> Iterator[list[str]]:
    """The words of each command."""
    for node in configuration.nodes:
        if node.attributes:
            yield ["node", "attribute", node.name, *pairs(node.attributes)]
    yield from properties(configuration)
    for primitive in configuration.primitives:
        yield create(primitive)
    for group in configuration.groups:
        yield ["resource", "group", "add", group.name, *group.members]
        if group.meta:
            yield ["resource", "meta", group.name, *pairs(group.meta)]
    for clone in configuration.clones:
        verb = "promotable" if clone.promotable else "clone"
        meta = {name: value for name, value in clone.meta.items() if name != "promotable"}
        yield ["resource", verb, clone.child, clone.name, *section("meta", meta)]
    for location in configuration.locations:
        place = f"{location.node}={location.score}"
        verb = "avoids" if location.score.startswith("-") else "prefers"
        yield ["constraint", "location", location.resource, verb, place.replace("=-", "=")]
    for one in configuration.colocations:
        words = [*role(one.dependent), "with", *role(one.anchor)]
        yield ["constraint", "colocation", "add", *words, one.score, f"id={one.name}"]
    for order in configuration.orders:
        words = [*action(order.first), "then", *action(order.then)]
        options = [f"kind={order.kind}", *order.options.split(), f"id={order.name}"]
        yield ["constraint", "order", *words, *options]


def properties(configuration: Configuration) -> Iterator[list[str]]:
    """The cluster's properties and defaults."""
    if configuration.properties:
        yield ["property", "set", *pairs(configuration.properties)]
    if configuration.resource_defaults:
        yield ["resource", "defaults", "update", *pairs(configuration.resource_defaults)]
    if configuration.operation_defaults:
        yield ["resource", "op", "defaults", "update", *pairs(configuration.operation_defaults)]


def create(primitive: Primitive) -> list[str]:
    """The command that makes a resource, with these operations and no others."""
    operations = [word for one in primitive.operations for word in ("op", one.name, *pairs(times(one)))]
    # pcs takes "op a ... op b ..." and gives the first op word to all that follow.
    rest = [*pairs(primitive.parameters), *operations, *section("meta", primitive.meta)]
    if primitive.fences:
        return ["stonith", "create", primitive.name, primitive.kind, *rest]
    return ["resource", "create", primitive.name, primitive.agent, "--no-default-ops", *rest]


def section(title: str, values: Mapping[str, str]) -> list[str]:
    """A title with values, if there are any."""
    return [title, *pairs(values)] if values else []


def pairs(values: Mapping[str, str]) -> list[str]:
    """Names and values, each a word."""
    return [f"{name}={value}" for name, value in values.items()]


def role(end: End) -> list[str]:
    """A role as pcs writes it: before the resource."""
    return [end.word, end.resource] if end.word else [end.resource]


def action(end: End) -> list[str]:
    """An action as pcs writes it: before the resource."""
    return [end.word, end.resource] if end.word in ACTIONS else [end.resource]
