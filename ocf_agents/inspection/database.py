"""What the running cluster holds about a replicated database."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree

from ..cib import live, xml
from ..cib.model import truth
from ..mysql.member import GROUP
from ..mysql.pact import Pact, Report
from ..mysql.settings import ASYNC
from ..system.cluster import INFINITY, Cluster, Membership
from ..system.host import Host
from .candidates import View

if TYPE_CHECKING:
    from ..cib.model import Configuration, Primitive

PROMOTED = ("Promoted", "Master")


class NoSuchResource(Exception):
    """The cluster has no such resource; one line."""


def resources(configuration: Configuration) -> list[Primitive]:
    """The replicated databases of these agents."""
    return [one for one, agent in configuration.ours() if agent.name == "mysql"]


def chosen(configuration: Configuration, name: str) -> Primitive:
    """The database of this name, or the only one."""
    found = resources(configuration)
    names = ", ".join(one.name for one in found) or "none"
    if name:
        found = [one for one in found if one.name == name]
    if len(found) != 1:
        wanted = f"{name}: is no resource of ocf:openstack:mysql" if name else "--resource is needed"
        raise NoSuchResource(f"{wanted}; the cluster has {names}")
    return found[0]


def view(name: str = "") -> View:
    """The cluster as it is now; raises NoSuchResource, Missing, Refused and Unreadable."""
    text = live.query()
    configuration = xml.read(text)
    database = chosen(configuration, name)
    cluster = Cluster(Host({}), Membership(database.name, database.name))
    reports = {
        node: report
        for node, told in cluster.reports(f"{database.name}-position").items()
        if (report := Report.read(told))
    }
    return View(
        database.name,
        {name: resting(configuration, name) or state for name, state in cluster.members().items()},
        primary(cluster, database.name),
        scores(text, database.name),
        reports,
        Pact.read(cluster.fact(GROUP, f"{database.name}_PACT")),
        database.parameters.get("durability", "") != ASYNC,
    )


def resting(configuration: Configuration, name: str) -> str:
    """The word standby for a node that an operator has put there."""
    attributes = next((one.attributes for one in configuration.nodes if one.name == name), {})
    return "standby" if truth(attributes.get("standby", "")) else ""


def scores(text: str, resource: str) -> dict[str, int]:
    """Each node's promotion score."""
    found = {}
    for state in ElementTree.fromstring(text).iterfind("status/node_state"):  # noqa: S314  # Pacemaker wrote it
        for pair in state.iter("nvpair"):
            if pair.get("name") == f"master-{resource}":
                found[state.get("uname", "")] = score(pair.get("value", ""))
    return found


def score(text: str) -> int:
    """A score as a number."""
    if text.lstrip("+-") == "INFINITY":
        return -INFINITY if text.startswith("-") else INFINITY
    return int(text) if text.lstrip("+-").isdigit() else 0


def primary(cluster: Cluster, resource: str) -> str:
    """The node on which the resource is promoted; empty if none."""
    told = cluster.ask("crm_mon", "--one-shot", "--output-as=xml", "--include=none,resources") or "<none/>"
    for one in ElementTree.fromstring(told).iter("resource"):  # noqa: S314  # Pacemaker wrote it
        if one.get("id", "").partition(":")[0] == resource and one.get("role") in PROMOTED:
            return next((node.get("name", "") for node in one.iterfind("node")), "")
    return ""
