"""Attributes and promotion scores in the cluster: the only place that calls crm_* tools."""

from __future__ import annotations

from ..lean import TYPE_CHECKING, Record
from .errors import Missing, Refused

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .host import Host

INFINITY = 1_000_000
"""Pacemaker's largest score; it clamps whatever lies beyond."""
PROMOTION_OPTION = (3, 10, 0)
"""The first crm_feature_set whose crm_attribute knows promotion scores."""
RECHECK = "1min"
"""How often a cluster is to look at its resources unasked (cluster-recheck-interval). Pacemaker passes over the
failure of a monitor that began in a transition that goes on, as 2.1.5 does, and finds it only then."""
NO_SUCH = (105, 6)
"""Exit codes for "no such object": CRM_EX_NOSUCH, and ENXIO of the tools before 2.0."""
UNKNOWN = "attribute does not exist"
"""What attrd_updater says, with an exit code that it has for much else, of an attribute no node has."""
SECONDS = 10.0


class Membership(Record):
    """Who asks: the resource's name, its instance's, the node of its attributes, the cluster's age."""

    resource: str
    instance: str
    node: str = ""
    feature_set: tuple[int, ...] = ()


class Cluster:
    """The cluster as this resource on this node may change it: its own node's attributes only."""

    def __init__(self, host: Host, membership: Membership) -> None:
        self.host = host
        self.membership = membership

    def promotion_score(self) -> int | None:
        """This node's promotion score, or None where it has none."""
        told = self.ask(*self.promotion(), "--query", "--quiet")
        number = (told or "").strip()
        if number.lstrip("+-") == "INFINITY":
            return -INFINITY if number.startswith("-") else INFINITY
        return int(number) if number.lstrip("+-").isdigit() else None

    def set_promotion_score(self, score: int) -> None:
        """This node may be promoted with this score; kept within Pacemaker's range."""
        score = max(-INFINITY, min(INFINITY, score))
        self.tell(*self.promotion(), "--update", str(score))

    def withdraw_promotion_score(self) -> None:
        """This node has no promotion score, so that it is not promoted."""
        self.tell(*self.promotion(), "--delete")

    def promotion(self) -> tuple[str, ...]:
        """The tool for promotion scores that this cluster has, with its target.

        The attribute is named master-<resource> by either of them.
        """
        if self.membership.feature_set >= PROMOTION_OPTION:
            return ("crm_attribute", *self.target(), f"--promotion={self.membership.resource}")
        return ("crm_master", "-l", "reboot", "-r", self.membership.resource, *self.target())

    def attribute(self, name: str, node: str = "") -> str | None:
        """A transient attribute of a node (this one if not said), or None where there is none."""
        target = ("--node", node) if node else self.target()
        told = self.ask(
            "crm_attribute", *target, "--lifetime", "reboot", "--name", name, "--query", "--quiet"
        )
        return None if told is None else told.rstrip("\n")

    def set_attribute(self, name: str, value: str) -> None:
        """This node has this transient attribute."""
        self.tell("crm_attribute", *self.target(), "--lifetime", "reboot", "--name", name, "--update", value)

    def withdraw_attribute(self, name: str) -> None:
        """This node has no such transient attribute."""
        self.tell("crm_attribute", *self.target(), "--lifetime", "reboot", "--name", name, "--delete")

    def publish(self, name: str, value: str) -> None:
        """This node's private attribute: all nodes can read it, and it never touches the CIB."""
        self.tell("attrd_updater", *self.target(), "--private", "--name", name, "--update", value)

    def withdraw_report(self, name: str) -> None:
        """This node has no such private attribute."""
        self.tell("attrd_updater", *self.target(), "--name", name, "--delete")

    def published(self, name: str, node: str) -> str | None:
        """A node's private attribute, or None where it has none."""
        told = self.ask("attrd_updater", "--node", node, "--name", name, "--query")
        return None if told is None else value_of(told)

    def reports(self, name: str) -> dict[str, str]:
        """Every node's private attribute of this name, by node."""
        told = self.ask("attrd_updater", "--all", "--name", name, "--query") or ""
        values = ((host_of(line), value_of(line + "\n")) for line in told.splitlines())
        return {node: value for node, value in values if node and value is not None}

    def lasting(self, name: str, node: str) -> str | None:
        """A node's attribute that an operator set for ever, or None where there is none."""
        told = self.ask(
            "crm_attribute", "--node", node, "--lifetime", "forever", "--name", name, "--query", "--quiet"
        )
        return None if told is None else told.rstrip("\n")

    def fact(self, group: str, name: str) -> str | None:
        """What the cluster's configuration holds for ever under this name, or None."""
        told = self.ask("crm_attribute", *property_of(group, name), "--query", "--quiet")
        return None if told is None else told.rstrip("\n")

    def set_fact(self, group: str, name: str, value: str) -> None:
        """The cluster's configuration holds this; every node that is in the cluster has it."""
        self.tell("crm_attribute", *property_of(group, name), "--update", value)

    def members(self) -> dict[str, str]:
        """Every node of the cluster, as online, pending (it joins, and has not shared its configuration yet),
        clean (surely off) or unclean (perhaps still active).
        """
        told = self.ask("crm_mon", "--one-shot", "--output-as=xml", "--include=none,nodes") or ""
        found: dict[str, str] = {}
        for line in told.splitlines():
            words = attributes_of(line)
            if line.strip().startswith("<node ") and "online" in words:
                found[words["name"]] = state_of(words)
        return found

    def target(self) -> tuple[str, ...]:
        """The option that names our node; inside a bundle it may be the container's host."""
        return ("--node", self.membership.node) if self.membership.node else ()

    def tell(self, *argv: str) -> None:
        """The change is made, or Refused; deleting what is not there is no failure."""
        self.ask(*argv)

    def ask(self, tool: str, *arguments: str) -> str | None:
        """What a tool printed, or None where there is no such thing; raises Refused."""
        program = self.host.which(tool)
        if program is None:
            raise Missing(f"{tool}: not found in PATH; install pacemaker's command line tools")
        environment = {"PATH": self.host.path, "OCF_RESOURCE_INSTANCE": self.membership.instance}
        done = self.host.run((program, *arguments), SECONDS, "", environment)
        if done.code is None:
            raise Refused(f"{tool}: no answer within {SECONDS:.0f} s")
        if done.code in NO_SUCH or UNKNOWN in done.errors:
            return None
        if done.code:
            raise Refused(f"{tool}: {' '.join(done.errors.split()) or f'exit code {done.code}'}")
        return done.output


def state_of(words: Mapping[str, str]) -> str:
    """What a node is, by what crm_mon says of it."""
    if words.get("unclean") == "true":
        return "unclean"
    if words["online"] != "true":
        return "clean"
    return "pending" if words.get("pending") == "true" else "online"


def value_of(told: str) -> str | None:
    """The value in attrd_updater's answer: name="..." host="..." value="..."."""
    _, mark, rest = told.partition(' value="')
    if not mark:
        return None
    value = rest.partition('"\n')[0].removesuffix('"')
    for entity, character in (("&quot;", '"'), ("&apos;", "'"), ("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")):
        value = value.replace(entity, character)
    return value


def host_of(told: str) -> str:
    """The node in a line of attrd_updater's answer."""
    return attributes_of(told).get("host", "")


def attributes_of(line: str) -> dict[str, str]:
    """The attributes name="value" in a line, as long as no value holds a quote."""
    parts = line.split('"')
    return {key.split()[-1].rstrip("="): value for key, value in zip(parts[::2], parts[1::2]) if key.split()}


def property_of(group: str, name: str) -> tuple[str, ...]:
    """The options that name one property in a set of cluster properties."""
    return ("--type", "crm_config", "--set-name", group, "--name", name)
