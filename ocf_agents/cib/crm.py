"""A configuration from and to the language of crmsh."""

from __future__ import annotations

import shlex
from dataclasses import replace
from typing import TYPE_CHECKING

from .model import (
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
    Unreadable,
    truth,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

PLAIN = set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./:@%+,-")
SECTIONS = ("params", "meta", "op", "operations", "utilization", "attributes")
UNREAD = ("fencing_topology", "user", "role", "acl_target", "acl_group", "alert", "monitor", "rsc_ticket",
          "xml", "commit")  # fmt: skip
"""Statements that say nothing about what is looked at here."""
KINDS = {"inf": "Mandatory", "infinity": "Mandatory", "mandatory": "Mandatory", "0": "Optional",
         "optional": "Optional", "serialize": "Serialize"}  # fmt: skip


# Writing.


def write(configuration: Configuration) -> str:
    """The text that `crm configure load update` takes."""
    return "".join(f"{line}\n" for line in lines(configuration))


def lines(configuration: Configuration) -> Iterator[str]:
    """The statements, each on one line or on continued ones."""
    for node in configuration.nodes:
        if node.attributes:
            yield f"node {node.name} attributes {pairs(node.attributes)}"
    for primitive in configuration.primitives:
        yield statement(primitive)
    for group in configuration.groups:
        yield " ".join(("group", group.name, *group.members)) + section("meta", group.meta)
    for clone in configuration.clones:
        yield f"clone {clone.name} {clone.child}" + section("meta", clone.meta)
    for location in configuration.locations:
        yield f"location {location.name} {location.resource} {score(location.score)}: {location.node}"
    for colocation in configuration.colocations:
        ends = f"{colocation.dependent} {colocation.anchor}"
        yield f"colocation {colocation.name} {score(colocation.score)}: {ends}"
    for order in configuration.orders:
        yield f"order {order.name} {order.kind}: {order.first} {order.then}{order.options}"
    for words, values in (
        ("property", configuration.properties),
        ("rsc_defaults", configuration.resource_defaults),
        ("op_defaults", configuration.operation_defaults),
    ):
        if values:
            yield f"{words} {pairs(values)}"


def statement(primitive: Primitive) -> str:
    """A primitive with each of its operations on a line of its own."""
    text = f"primitive {primitive.name} {primitive.agent}" + section("params", primitive.parameters)
    for one in primitive.operations:
        text += f" \\\n\top {one.name} {pairs(times(one))}"
    return text + section("meta", primitive.meta)


def times(operation: Operation) -> dict[str, str]:
    """What an operation says beside its name, in the order of reading."""
    told = {"role": operation.role, "interval": operation.interval, "timeout": operation.timeout}
    return {**{key: value for key, value in told.items() if value}, **operation.options}


def section(title: str, values: Mapping[str, str]) -> str:
    """A continued line with these values, if there are any."""
    return f" \\\n\t{title} {pairs(values)}" if values else ""


def pairs(values: Mapping[str, str]) -> str:
    """Names and values."""
    return " ".join(f"{name}={quoted(value)}" for name, value in values.items())


def quoted(value: str) -> str:
    """A value as crmsh reads it back; it knows no way to write both sorts of quotes in one."""
    if value and set(value) <= PLAIN:
        return value
    return f"'{value}'" if '"' in value else f'"{value}"'


def score(text: str) -> str:
    """A score as crmsh writes it."""
    return text.replace("INFINITY", "inf")


# Reading.


def read(text: str) -> Configuration:
    """The configuration in statements of crmsh, with or without `crm configure` before them."""
    found = Configuration()
    for number, typed in statements(text):
        words = typed[2:] if typed[:2] == ["crm", "configure"] else typed
        verb = words[0] if words else ""
        if verb in UNREAD:
            continue
        reader = READERS.get(verb)
        if reader is None:
            raise Unreadable(f"line {number}: {verb!r} is no statement of crmsh's configure level")
        try:
            found = reader(found, words[1:])
        except (IndexError, ValueError):
            raise Unreadable(f"line {number}: this {verb} statement is not complete") from None
    return found


def statements(text: str) -> Iterator[tuple[int, list[str]]]:
    """The words of each statement, with the line that it begins on."""
    start, pending = 0, ""
    for number, line in enumerate([*text.splitlines(), ""], 1):
        if not pending and (not line.strip() or line.lstrip().startswith("#")):
            continue
        start = start or number
        if line.rstrip().endswith("\\"):
            pending += line.rstrip()[:-1] + " "
            continue
        try:
            yield start, shlex.split(pending + line)
        except ValueError as error:
            raise Unreadable(f"line {start}: {str(error).lower()}") from None
        start, pending = 0, ""


def values(words: Iterable[str]) -> dict[str, str]:
    """Names and values; rules and ids of sets ($id=) are passed over."""
    split = (word.partition("=") for word in words)
    return {name: value for name, mark, value in split if mark and not name.startswith("$")}


def sections(words: list[str]) -> list[tuple[str, list[str]]]:
    """The words below each title; those before the first one are parameters."""
    found: list[tuple[str, list[str]]] = [("params", [])]
    for word in words:
        if word in SECTIONS:
            found.append((word, []))
        else:
            found[-1][1].append(word)
    return found


def merged(words: list[str], title: str) -> dict[str, str]:
    """The values below all titles of this name."""
    return {
        key: value for name, rest in sections(words) if name == title for key, value in values(rest).items()
    }


def read_node(found: Configuration, words: list[str]) -> Configuration:
    """`node 1: name attributes a=b`."""
    words = words[1:] if words[0].endswith(":") and len(words) > 1 else words
    name = words[0].split(":")[0]
    return replace(found, nodes=(*found.nodes, ClusterNode(name, merged(words[1:], "attributes"))))


def read_template(found: Configuration, words: list[str]) -> Configuration:
    """`rsc_template name agent params a=b op monitor interval=10s`."""
    return replace(found, templates=(*found.templates, resource(words)))


def read_primitive(found: Configuration, words: list[str]) -> Configuration:
    """`primitive name agent params a=b op monitor interval=10s`, or of a template: `primitive name @template`."""
    made = resource(words)
    for template in found.templates:
        if words[1] == f"@{template.name}":
            made = made.made_of(template)
    return replace(found, primitives=(*found.primitives, made))


def resource(words: list[str]) -> Primitive:
    """The resource in a statement; without an agent where a template names it."""
    name, agent, *rest = words
    operations = []
    for title, told in sections(rest):
        if title == "op":
            known = values(told[1:])
            taken = [known.pop(key, "") for key in ("interval", "timeout", "role")]
            operations.append(Operation(told[0], taken[0] or "0", taken[1], taken[2], known))
    if agent.startswith("@"):
        agent = ""
    elif ":" not in agent:
        agent = f"ocf:heartbeat:{agent}"
    return Primitive(name, agent, merged(rest, "params"), tuple(operations), merged(rest, "meta"))


def read_group(found: Configuration, words: list[str]) -> Configuration:
    """`group name member member meta a=b`."""
    first = sections(words[1:])[0][1]
    members = tuple(word for word in first if "=" not in word)
    return replace(found, groups=(*found.groups, Group(words[0], members, merged(words[1:], "meta"))))


def read_clone(found: Configuration, words: list[str]) -> Configuration:
    """`clone name child meta a=b`."""
    return replace(found, clones=(*found.clones, Clone(words[0], words[1], merged(words[2:], "meta"))))


def read_ms(found: Configuration, words: list[str]) -> Configuration:
    """`ms name child meta a=b`, as promotable clones were once written."""
    made = Clone(words[0], words[1], merged(words[2:], "meta"), old=True)
    return replace(found, clones=(*found.clones, made))


def ends(words: list[str]) -> list[End]:
    """The ends in a constraint; brackets of sets are passed over, as are its options."""
    plain = [word.strip("()[]") for word in words if "=" not in word]
    return [End(word.partition(":")[0], word.partition(":")[2]) for word in plain if word]


def read_order(found: Configuration, words: list[str]) -> Configuration:
    """`order name kind: first:action then:action`."""
    name, *rest = words
    kind = "Mandatory"
    if rest[0].endswith(":"):
        kind = KINDS.get(rest.pop(0)[:-1].lower().lstrip("+"), "Mandatory")
    told = values(rest)
    kind, symmetrical = told.get("kind", kind), truth(told.get("symmetrical", "true"))
    # What starts together says little about order; it is read as one after the other.
    steps = ends(rest)
    if len(steps) < 2:
        raise ValueError(name)
    made = tuple(Order(name, first, then, kind, symmetrical) for first, then in zip(steps, steps[1:]))
    return replace(found, orders=(*found.orders, *made))


def read_colocation(found: Configuration, words: list[str]) -> Configuration:
    """`colocation name score: dependent:role anchor:role`."""
    name, number, *rest = words
    steps = ends(rest)
    if len(steps) < 2:
        raise ValueError(name)
    told = number.rstrip(":").lower().replace("infinity", "inf").replace("inf", "INFINITY")
    made = tuple(Colocation(name, told, one, anchor) for one, anchor in zip(steps, steps[1:]))
    return replace(found, colocations=(*found.colocations, *made))


def read_location(found: Configuration, words: list[str]) -> Configuration:
    """`location name resource score: node`; a rule is only known to be there."""
    name, resource, *rest = words
    simple = len(rest) == 2 and rest[0].endswith(":")
    told = rest[0][:-1].replace("inf", "INFINITY") if simple else ""
    made = Location(name, resource, told, rest[1] if simple else "")
    return replace(found, locations=(*found.locations, made))


def read_further(found: Configuration, words: list[str]) -> Configuration:
    """`bundle name ...` or `tag name: ...`."""
    return replace(found, further=(*found.further, words[0].rstrip(":")))


def read_property(found: Configuration, words: list[str]) -> Configuration:
    """`property stonith-enabled=true`."""
    return replace(found, properties={**found.properties, **values(words)})


def read_resource_defaults(found: Configuration, words: list[str]) -> Configuration:
    """`rsc_defaults resource-stickiness=100`."""
    return replace(found, resource_defaults={**found.resource_defaults, **values(words)})


def read_operation_defaults(found: Configuration, words: list[str]) -> Configuration:
    """`op_defaults timeout=120s`."""
    return replace(found, operation_defaults={**found.operation_defaults, **values(words)})


READERS = {
    "node": read_node,
    "rsc_template": read_template,
    "primitive": read_primitive,
    "group": read_group,
    "clone": read_clone,
    **dict.fromkeys(("ms", "master"), read_ms),
    "order": read_order,
    **dict.fromkeys(("colocation", "collocation"), read_colocation),
    "location": read_location,
    **dict.fromkeys(("bundle", "tag"), read_further),
    "property": read_property,
    "rsc_defaults": read_resource_defaults,
    "op_defaults": read_operation_defaults,
}
