"""What rules are about: the replicated databases, the virtual addresses, the constraints of both."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..cib.model import Clone, Configuration, Primitive

DATABASES = ("mysql", "mariadb", "galera", "percona")
ADDRESSES = ("IPaddr2", "IPaddr", "IPv6addr", "IPsrcaddr")


def databases(configuration: Configuration) -> tuple[Primitive, ...]:
    """The resources that run a database."""
    return tuple(one for one in configuration.primitives if one.kind in DATABASES)


def addresses(configuration: Configuration) -> tuple[Primitive, ...]:
    """The resources that are virtual addresses."""
    return tuple(one for one in configuration.primitives if one.kind in ADDRESSES)


def promotable(configuration: Configuration) -> Iterator[tuple[Clone, Primitive]]:
    """The promotable clones, each with what it runs."""
    for clone in configuration.clones:
        if clone.promotable:
            for primitive in configuration.within(clone.name):
                yield clone, primitive


def replicated(configuration: Configuration) -> Iterator[tuple[Clone, Primitive]]:
    """The promotable clones of a database."""
    known = databases(configuration)
    return ((clone, one) for clone, one in promotable(configuration) if one in known)
