"""Pacemaker as text: the first CIB of a node, and what crm_mon says of a cluster."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree

from ..system.cluster import RECHECK
from .errors import LabError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

LOG = "/var/log/pacemaker/pacemaker.log"
CIB = "/var/lib/pacemaker/cib/cib.xml"
ENVIRONMENT: Mapping[str, str] = {"PCMK_logfile": LOG, "PCMK_logfacility": "none"}
LOOK = ("crm_mon", "--one-shot", "--inactive", "--output-as=xml")

# What Pacemaker before 2.1 calls the roles.
_ROLES = {"Master": "Promoted", "Slave": "Unpromoted"}

# Schemas that configurations are written in: crmsh 5, which comes with Pacemaker 3, writes the second one only.
_SCHEMAS = ("pacemaker-3.0", "pacemaker-4.0")
_MS = re.compile(r"^ms (\S+) (\S+) meta\b", re.MULTILINE)
_ROLE = re.compile(r'(\brole="?|:)(Master|Slave)\b')
_LIMIT = re.compile(r"\bmaster-((?:node-)?max)=")
# The feature set is one that every Pacemaker upgrades: one above the daemon's own is refused.
_CIB = """\
<cib crm_feature_set="3.0.14" validate-with="{schema}" epoch="1" num_updates="0" \
admin_epoch="0">
  <configuration>
    <crm_config>
      <cluster_property_set id="cib-bootstrap-options">
{properties}      </cluster_property_set>
    </crm_config>
    <nodes/>
    <resources/>
    <constraints/>
  </configuration>
  <status/>
</cib>
"""


@dataclass(frozen=True)
class ClusterNode:
    """One node as Pacemaker sees it."""

    name: str
    online: bool
    pending: bool
    unclean: bool
    standby: bool

    @property
    def summary(self) -> str:
        """The node's condition in a word."""
        if self.unclean:
            return "unclean"
        if self.pending:
            return "pending"
        if not self.online:
            return "offline"
        return "standby" if self.standby else "online"


@dataclass(frozen=True)
class ResourceState:
    """One instance of a resource as Pacemaker sees it; `node` is None where it does not run."""

    name: str
    agent: str
    role: str
    active: bool
    failed: bool
    blocked: bool
    node: str | None


@dataclass(frozen=True)
class ClusterState:
    """What one node says of the whole cluster."""

    dc: str | None
    quorum: bool
    nodes: tuple[ClusterNode, ...]
    resources: tuple[ResourceState, ...]
    shots: tuple[str, ...] = ()
    """The nodes that are being fenced, or will be after a delay."""

    def node(self, name: str) -> ClusterNode | None:
        """The node of this name, None when the cluster does not know it."""
        return next((node for node in self.nodes if node.name == name), None)

    def has_joined(self, name: str) -> bool:
        """Whether this node is a member that shares the DC's configuration."""
        node = self.node(name)
        return self.dc is not None and node is not None and node.online and not node.pending

    def summary(self) -> str:
        """The nodes' conditions in one line."""
        nodes = ", ".join(f"{node.name} {node.summary}" for node in self.nodes)
        shots = f"; fencing {', '.join(self.shots)}" if self.shots else ""
        return f"{nodes or 'no nodes'}; DC {self.dc or 'none'}{shots}"


def first_cib(fencing: bool) -> str:
    """The CIB that a node has before its first start.

    Pacemaker's own dc-deadtime of 20 s would be most of the time that a lab needs to come up.
    Fencing starts disabled: a node that is first must not shoot one that has not come yet. The load of
    the machine is that of all nodes, and of whatever else it does: Pacemaker, which would take each node
    for busy and do one thing after the other, leaves it alone.
    """
    properties = {
        "dc-deadtime": "2s",
        "stonith-enabled": "false",
        "load-threshold": "10000%",
        "cluster-recheck-interval": RECHECK,
    }
    if not fencing:
        properties["no-quorum-policy"] = "ignore"
    lines = (
        f'        <nvpair id="cib-bootstrap-options-{name}" name="{name}" value="{value}"/>\n'
        for name, value in properties.items()
    )
    return _CIB.format(schema=_SCHEMAS[is_third()], properties="".join(lines))


def is_third() -> bool:
    """Whether this machine's Pacemaker is of version 3, which knows no ms and no Master any more."""
    return Path(f"/usr/share/pacemaker/{_SCHEMAS[1]}.rng").exists()


def of_today(text: str) -> str:
    """Lines of crmsh as they have to be today, where they were written in the words of 2012."""
    text = _LIMIT.sub(r"promoted-\1=", _MS.sub(r"clone \1 \2 meta promotable=true", text))
    return _ROLE.sub(lambda found: found[1] + _ROLES[found[2]], text)


def cluster_state(text: str) -> ClusterState:
    """The state that crm_mon's XML describes; a LabError when it is none."""
    try:
        root = ElementTree.fromstring(text)  # noqa: S314  # Pacemaker wrote it
    except ElementTree.ParseError as error:
        raise LabError(f"crm_mon: not XML: {error}") from None
    dc = root.find("summary/current_dc")
    nodes = tuple(
        ClusterNode(
            element.get("name", ""),
            _true(element, "online"),
            _true(element, "pending"),
            _true(element, "unclean"),
            _true(element, "standby"),
        )
        for element in root.findall("nodes/node")
    )
    return ClusterState(
        dc.get("name") if dc is not None and _true(dc, "present") else None,
        dc is not None and _true(dc, "with_quorum"),
        nodes,
        tuple(
            instance for element in root.findall("resources//resource") for instance in _instances(element)
        ),
        tuple(
            element.get("target", "")
            for element in root.findall("fence_history/fence_event[@status='pending']")
        ),
    )


def _instances(element: ElementTree.Element) -> Iterator[ResourceState]:
    role = element.get("role", "")
    nodes = [node.get("name") for node in element.findall("node")]
    for node in nodes or [None]:
        yield ResourceState(
            name=element.get("id", "").split(":")[0],
            agent=element.get("resource_agent", ""),
            role=_ROLES.get(role, role),
            active=_true(element, "active"),
            failed=_true(element, "failed"),
            blocked=_true(element, "blocked"),
            node=node,
        )


def _true(element: ElementTree.Element, attribute: str) -> bool:
    return element.get(attribute) == "true"
