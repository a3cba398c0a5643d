"""A configuration from the XML that `cibadmin --query` and `pcs cluster cib` print."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree

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
    from collections.abc import Iterator
    from xml.etree.ElementTree import Element

NODE_PARTS = ("first", "then")
CLONES = ("clone", "master")
FURTHER = ("resources/bundle", "tags/tag")


def read(text: str) -> Configuration:
    """The configuration that a CIB holds; Unreadable if it is none."""
    try:
        root = ElementTree.fromstring(text)  # noqa: S314  # the operator's own cluster wrote it
    except ElementTree.ParseError as error:
        raise Unreadable(f"not XML: {error}") from None
    body = root if root.tag == "configuration" else root.find("configuration")
    if body is None:
        raise Unreadable(f"<{root.tag}> is no CIB: it has no <configuration>")
    templates = {one.get("id", ""): primitive(one, {}) for one in body.iterfind("resources//template")}
    return Configuration(
        nodes=tuple(node(one) for one in body.iterfind("nodes/node")),
        templates=tuple(templates.values()),
        primitives=tuple(primitive(one, templates) for one in body.iterfind("resources//primitive")),
        groups=tuple(group(one) for one in body.iterfind("resources//group")),
        clones=tuple(clone(one) for tag in CLONES for one in body.iterfind(f"resources/{tag}")),
        further=tuple(one.get("id", "") for path in FURTHER for one in body.iterfind(path)),
        orders=tuple(order for one in body.iterfind("constraints/rsc_order") for order in orders(one)),
        colocations=tuple(
            found for one in body.iterfind("constraints/rsc_colocation") for found in colocations(one)
        ),
        locations=tuple(location(one) for one in body.iterfind("constraints/rsc_location")),
        properties=bootstrap(body),
        resource_defaults=defaults(body, "rsc_defaults"),
        operation_defaults=defaults(body, "op_defaults"),
        feature_set=root.get("crm_feature_set", ""),
    )


def node(element: Element) -> ClusterNode:
    """One node."""
    return ClusterNode(element.get("uname", ""), pairs(element, "instance_attributes"))


def group(element: Element) -> Group:
    """One group."""
    members = tuple(member.get("id", "") for member in element.iterfind("primitive"))
    return Group(element.get("id", ""), members, pairs(element, "meta_attributes"))


def location(element: Element) -> Location:
    """One location, simple or with a rule; of no resource where it is of a set, and a pattern between slashes."""
    resource, pattern = element.get("rsc", ""), element.get("rsc-pattern", "")
    name, score, node = (element.get(word, "") for word in ("id", "score", "node"))
    return Location(name, f"/{pattern}/" if pattern else resource, score, node)


def pairs(element: Element, tag: str) -> dict[str, str]:
    """The names and values in the sets of this tag; the first of a name wins, as in Pacemaker."""
    found: dict[str, str] = {}
    for one in element.iterfind(f"{tag}/nvpair"):
        found.setdefault(one.get("name", ""), one.get("value", ""))
    return found


def bootstrap(body: Element) -> dict[str, str]:
    """The cluster's properties, of all sets."""
    section = body.find("crm_config")
    return {} if section is None else pairs(section, "cluster_property_set")


def defaults(body: Element, section: str) -> dict[str, str]:
    """The defaults of resources or of operations."""
    found = body.find(section)
    return {} if found is None else pairs(found, "meta_attributes")


def primitive(element: Element, templates: dict[str, Primitive]) -> Primitive:
    """One resource, with what its template gives it."""
    words = (element.get("class"), element.get("provider"), element.get("type"))
    made = Primitive(
        element.get("id", ""),
        ":".join(word for word in words if word),
        pairs(element, "instance_attributes"),
        tuple(operation(one) for one in element.iterfind("operations/op")),
        pairs(element, "meta_attributes"),
    )
    template = templates.get(element.get("template", ""))
    return made.made_of(template) if template else made


def operation(element: Element) -> Operation:
    """One operation; its attributes may stand in it or in sets below it."""
    told = {**pairs(element, "meta_attributes"), **pairs(element, "instance_attributes"), **element.attrib}
    known = {key: told.pop(key, "") for key in ("name", "interval", "timeout", "role", "id")}
    return Operation(known["name"], known["interval"] or "0", known["timeout"], known["role"], told)


def clone(element: Element) -> Clone:
    """One clone; it has one child."""
    child = next((one for one in element if one.tag in ("primitive", "group")), None)
    name = "" if child is None else child.get("id", "")
    return Clone(element.get("id", ""), name, pairs(element, "meta_attributes"), element.tag == "master")


def orders(element: Element) -> Iterator[Order]:
    """An order between two, or between each two that follow each other in sets."""
    name, kind = element.get("id", ""), element.get("kind") or by_score(element.get("score", ""))
    symmetrical = truth(element.get("symmetrical", "true"))
    if element.get("first"):
        first, then = (End(element.get(part, ""), element.get(f"{part}-action", "")) for part in NODE_PARTS)
        yield Order(name, first, then, kind, symmetrical)
        return
    for before, after in steps(element, "action"):
        yield Order(name, before, after, kind, symmetrical)


def by_score(score: str) -> str:
    """The kind that a score stood for before there were kinds."""
    return "Optional" if score in ("0", "+0", "-0") else "Mandatory"


def colocations(element: Element) -> Iterator[Colocation]:
    """A colocation of two, or of each two that follow each other in sets."""
    name, score = element.get("id", ""), element.get("score", "INFINITY")
    if element.get("rsc"):
        dependent = End(element.get("rsc", ""), element.get("rsc-role", ""))
        yield Colocation(
            name, score, dependent, End(element.get("with-rsc", ""), element.get("with-rsc-role", ""))
        )
        return
    for before, after in steps(element, "role"):
        yield Colocation(name, score, after, before)


def steps(element: Element, word: str) -> Iterator[tuple[End, End]]:
    """The pairs that resource sets stand for: within a sequential set, and from one set to the next."""
    previous: list[End] = []
    for one in element.iterfind("resource_set"):
        ends = [End(rsc.get("id", ""), one.get(word, "")) for rsc in one.iterfind("resource_ref")]
        sequential = one.get("sequential", "true") != "false"
        yield from ((before, after) for before in previous for after in (ends[:1] if sequential else ends))
        if sequential:
            yield from zip(ends, ends[1:])
        previous = ends[-1:] if sequential else ends
