"""What a cluster's configuration holds, as far as resources and their safety go."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..agents import find
from ..ocf.codes import Misconfigured
from ..ocf.parameters import Boolean, Duration

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from ..ocf.actions import Action
    from ..ocf.agent import Agent

SECRET = "lrm://"  # noqa: S105  # what stands in the place of a value that cibsecret keeps
OURS = ("openstack", "percona")
PROMOTED = ("Promoted", "Master")
UNPROMOTED = ("Unpromoted", "Slave")


class Unreadable(Exception):
    """A configuration cannot be read; the text is one line that names the place."""


@dataclass(frozen=True)
class Operation:
    """One operation of a resource; times are as they are written."""

    name: str
    interval: str = "0"
    timeout: str = ""
    role: str = ""
    options: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def advertised(cls, action: Action) -> Operation:
        """The operation as an agent advertises it."""
        level = {"OCF_CHECK_LEVEL": str(action.depth)} if action.depth else {}
        return cls(action.name, f"{action.interval}s", f"{action.timeout}s", action.role, level)

    @property
    def recurring(self) -> bool:
        """Whether it is repeated."""
        return bool(seconds(self.interval))

    @property
    def depth(self) -> int:
        """Its OCF_CHECK_LEVEL."""
        level = self.options.get("OCF_CHECK_LEVEL", "0")
        return int(level) if level.isdigit() else 0

    def plays(self, roles: tuple[str, ...]) -> bool:
        """Whether it is for one of these roles."""
        return self.role in roles


@dataclass(frozen=True)
class Primitive:
    """One resource; `agent` is standard:provider:type or standard:type."""

    name: str
    agent: str
    parameters: Mapping[str, str] = field(default_factory=dict)
    operations: tuple[Operation, ...] = ()
    meta: Mapping[str, str] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        """The agent's own name."""
        return self.agent.rpartition(":")[2]

    @property
    def fences(self) -> bool:
        """Whether it is a fence device."""
        return self.agent.startswith("stonith:")

    @property
    def declared(self) -> type[Agent] | None:
        """The agent's class, if it is one of these agents."""
        words = self.agent.split(":")
        ours = words[0] == "ocf" and len(words) == 3 and words[1] in OURS
        return find(words[2]) if ours else None

    def made_of(self, template: Primitive) -> Primitive:
        """The resource with what its template gives it; of operations, those that it has none of itself."""
        own = {(one.name, one.role) for one in self.operations}
        inherited = (one for one in template.operations if (one.name, one.role) not in own)
        return Primitive(
            self.name,
            template.agent,
            {**template.parameters, **self.parameters},
            (*inherited, *self.operations),
            {**template.meta, **self.meta},
        )

    def monitors(self) -> tuple[Operation, ...]:
        """The recurring monitors."""
        return tuple(one for one in self.operations if one.name == "monitor" and one.recurring)


@dataclass(frozen=True)
class Group:
    """Resources that run on one node, each started after the one before."""

    name: str
    members: tuple[str, ...]
    meta: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Clone:
    """A resource or group that runs on several nodes; `old` if written as ms or master."""

    name: str
    child: str
    meta: Mapping[str, str] = field(default_factory=dict)
    old: bool = False

    @property
    def promotable(self) -> bool:
        """Whether its instances can be promoted."""
        return self.old or truth(self.meta.get("promotable", ""))


@dataclass(frozen=True)
class End:
    """One end of a constraint: a resource, and an action or a role of it."""

    resource: str
    word: str = ""

    def __str__(self) -> str:
        return f"{self.resource}:{self.word}" if self.word else self.resource


@dataclass(frozen=True)
class Order:
    """The first before the second; kind is Mandatory, Optional or Serialize."""

    name: str
    first: End
    then: End
    kind: str = "Mandatory"
    symmetrical: bool = True
    """Whether they stop the other way round; if not, the second outlives a restart of the first."""

    @property
    def options(self) -> str:
        """What both tools write behind the ends, after a space."""
        return "" if self.symmetrical else " symmetrical=false"


@dataclass(frozen=True)
class Colocation:
    """The dependent one where the anchor is."""

    name: str
    score: str
    dependent: End
    anchor: End


@dataclass(frozen=True)
class Location:
    """A resource's preference for a node; a rule that is not read has no node."""

    name: str
    resource: str
    score: str = ""
    node: str = ""


@dataclass(frozen=True)
class ClusterNode:
    """A node with its lasting attributes."""

    name: str
    attributes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Configuration:
    """A whole configuration."""

    nodes: tuple[ClusterNode, ...] = ()
    templates: tuple[Primitive, ...] = ()
    """What primitives are made of; these have it in them."""
    primitives: tuple[Primitive, ...] = ()
    groups: tuple[Group, ...] = ()
    clones: tuple[Clone, ...] = ()
    further: tuple[str, ...] = ()
    """The names of bundles and tags, of which no more is known."""
    orders: tuple[Order, ...] = ()
    colocations: tuple[Colocation, ...] = ()
    locations: tuple[Location, ...] = ()
    properties: Mapping[str, str] = field(default_factory=dict)
    resource_defaults: Mapping[str, str] = field(default_factory=dict)
    operation_defaults: Mapping[str, str] = field(default_factory=dict)
    feature_set: str = ""
    """The crm_feature_set of the cluster that it is from."""

    def primitive(self, name: str) -> Primitive | None:
        """The resource of this name."""
        return next((one for one in self.primitives if one.name == name), None)

    def group_of(self, name: str) -> Group | None:
        """The group that a resource is in."""
        return next((group for group in self.groups if name in group.members), None)

    def clone_of(self, name: str) -> Clone | None:
        """The clone that a resource is in, by itself or with its group."""
        group = self.group_of(name)
        names = (name, group.name) if group else (name,)
        return next((clone for clone in self.clones if clone.child in names), None)

    def within(self, name: str) -> tuple[Primitive, ...]:
        """The primitives that a name stands for: a resource's, a group's or a clone's."""
        clone = next((one for one in self.clones if one.name == name), None)
        name = clone.child if clone else name
        group = next((one for one in self.groups if one.name == name), None)
        names = group.members if group else (name,)
        return tuple(one for one in self.primitives if one.name in names)

    def names(self) -> set[str]:
        """The names of all that a constraint may be about."""
        named: Iterable[Primitive | Group | Clone]
        named = (*self.templates, *self.primitives, *self.groups, *self.clones)
        return {*(one.name for one in named), *self.further}

    def meta(self, primitive: Primitive, name: str) -> str:
        """A meta attribute as Pacemaker sees it: of the resource, what it is in, or the default."""
        containers = (primitive, self.clone_of(primitive.name), self.group_of(primitive.name))
        for one in containers:
            if one and name in one.meta:
                return one.meta[name]
        return self.resource_defaults.get(name, "")

    def ours(self) -> Iterator[tuple[Primitive, type[Agent]]]:
        """The resources of these agents, with what the agents declare."""
        for one in self.primitives:
            declared = one.declared
            if declared is not None:
                yield one, declared


def seconds(text: str) -> float | None:
    """A time as Pacemaker writes it; None where it is none."""
    try:
        return Duration(0.0, "").parse(text) if text else None
    except Misconfigured:
        return None


def truth(text: str) -> bool:
    """A truth value as Pacemaker writes it; what is none is false."""
    return Boolean.spellings.get(text.lower(), False)
