"""Rules about orders and names."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from . import mending
from .finding import DANGER, WARNING, Rule, Seen
from .subjects import addresses

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..cib.model import Configuration, Order


def takes_down_more(configuration: Configuration) -> Iterator[Seen]:
    """A restart of the first restarts the second."""
    for order in configuration.orders:
        if order.kind == "Mandatory" and order.symmetrical and not needed(configuration, order):
            yield Seen(
                order.name,
                f"a restart of {order.first.resource} restarts {order.then.resource}",
                mending.order(order.name, replace(order, kind="Optional"), exists=True),
            )


def needed(configuration: Configuration, order: Order) -> bool:
    """Whether the second cannot go on without the first: an address behind a promotion, or foreign."""
    if order.first.word in ("promote", "demote") and order.then.resource in {
        one.name for one in addresses(configuration)
    }:
        return True
    first = [one.declared for one in configuration.within(order.first.resource)]
    then = [one.declared for one in configuration.within(order.then.resource)]
    return not (any(first) and any(then))


def dangling(configuration: Configuration) -> Iterator[Seen]:
    """A constraint of something that does not exist."""
    known = configuration.names()
    pairs = [
        *((one.name, (one.first.resource, one.then.resource)) for one in configuration.orders),
        *((one.name, (one.dependent.resource, one.anchor.resource)) for one in configuration.colocations),
        *((one.name, (one.resource,)) for one in configuration.locations if one.node),
    ]
    for name, resources in pairs:
        for resource in resources:
            if resource and resource not in known and not resource.startswith("/"):
                yield Seen(name, f"names {resource}, which does not exist", mending.removed(name))


def left_behind(configuration: Configuration) -> Iterator[Seen]:
    """A ban that `crm resource move` or `pcs resource move` left."""
    for one in configuration.locations:
        if one.name.startswith(("cli-ban-", "cli-prefer-", "cli-standby-")):
            yield Seen(
                one.name,
                f"is left of a move or a ban of {one.resource}",
                mending.both(f"crm_resource --resource {one.resource} --clear"),
            )


RULES = (
    Rule(
        "order-takes-down-more",
        WARNING,
        "APIs and daemons connect again by themselves; the outage of one becomes that of all behind it",
        takes_down_more,
    ),
    Rule("constraint-dangling", WARNING, "it has no effect, and may hide a typing error", dangling),
    Rule(
        "move-left-behind",
        DANGER,
        "the resource stays tied to a node, or away from it, also when that is the only one left",
        left_behind,
    ),
)
