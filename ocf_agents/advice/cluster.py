"""Rules about the cluster as a whole: fencing, quorum, defaults."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..cib.model import seconds, truth
from ..system.cluster import RECHECK
from . import mending
from .finding import ADVICE, DANGER, WARNING, Rule, Seen
from .subjects import databases

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..cib.model import Clone, Configuration, Group, Primitive

CLUSTER = "cluster"
RARELY = 600.0
"""Seconds between two looks of the cluster at itself that are too many."""


def fencing_off(configuration: Configuration) -> Iterator[Seen]:
    """Fencing is switched off."""
    given = configuration.properties.get("stonith-enabled", "true")
    if not truth(given):
        yield Seen(CLUSTER, f"stonith-enabled={given}", mending.cluster_property("stonith-enabled", "true"))


def no_fence_device(configuration: Configuration) -> Iterator[Seen]:
    """Nothing can fence."""
    if not any(one.fences for one in configuration.primitives):
        yield Seen(
            CLUSTER,
            "there is no fence device",
            mending.Mend(
                "crm configure primitive fence-NODE stonith:fence_ipmilan params pcmk_host_list=NODE ip=BMC",
                "pcs stonith create fence-NODE fence_ipmilan pcmk_host_list=NODE ip=BMC",
            ),
        )


def hosts(device: Primitive) -> set[str]:
    """The nodes that a device names; none if it finds them out by itself."""
    listed = device.parameters.get("pcmk_host_list", "").replace(",", " ").replace(";", " ").split()
    mapped = device.parameters.get("pcmk_host_map", "").replace(";", " ").split()
    return {*listed, *(word.partition(":")[0] for word in mapped)}


def node_without_fence(configuration: Configuration) -> Iterator[Seen]:
    """Each device names nodes, and one node is in none of them."""
    devices = [one for one in configuration.primitives if one.fences]
    if not devices or not all(hosts(one) for one in devices):
        return
    fenced = {host for one in devices for host in hosts(one)}
    for node in configuration.nodes:
        if node.name not in fenced:
            device = devices[0]
            yield Seen(
                node.name,
                f"none of {', '.join(one.name for one in devices)} can fence this node",
                mending.Mend(
                    f"crm configure primitive fence-{node.name} {device.agent} "
                    f"params pcmk_host_list={node.name} ip=BMC",
                    f"pcs stonith create fence-{node.name} {device.kind} pcmk_host_list={node.name} ip=BMC",
                ),
            )


def quorum_ignored(configuration: Configuration) -> Iterator[Seen]:
    """A part of the cluster goes on without the rest."""
    if configuration.properties.get("no-quorum-policy", "") == "ignore":
        yield Seen(CLUSTER, "no-quorum-policy=ignore", mending.cluster_property("no-quorum-policy", "stop"))


def fence_race(configuration: Configuration) -> Iterator[Seen]:
    """Two nodes shoot each other at the same moment."""
    devices = [one for one in configuration.primitives if one.fences]
    if len(configuration.nodes) != 2 or not devices:
        return
    delays = ("pcmk_delay_base", "pcmk_delay_max", "delay")
    if any(name in one.parameters for one in devices for name in delays):
        return
    if seconds(configuration.properties.get("priority-fencing-delay", "")):
        return
    first = devices[0]
    value = f"{next(iter(sorted(hosts(first))), configuration.nodes[0].name)}:5s"
    yield Seen(
        first.name,
        "no fence device of the two nodes has a delay",
        mending.Mend(
            f"crm resource param {first.name} set pcmk_delay_base {value}",
            f"pcs stonith update {first.name} pcmk_delay_base={value}",
        ),
    )


def not_looked_after(configuration: Configuration) -> Iterator[Seen]:
    """The cluster looks after nothing."""
    if truth(configuration.properties.get("maintenance-mode", "")):
        yield Seen(CLUSTER, "maintenance-mode=true", mending.cluster_property("maintenance-mode", "false"))


def unmanaged(configuration: Configuration) -> Iterator[Seen]:
    """The cluster leaves a resource alone."""
    everything: list[Primitive | Group | Clone] = []
    for part in (configuration.primitives, configuration.groups, configuration.clones):
        everything += part
    for one in everything:
        for name, bad in (("is-managed", False), ("maintenance", True)):
            if name in one.meta and truth(one.meta[name]) is bad:
                yield Seen(one.name, f"{name}={one.meta[name]}", mending.without_meta(one.name, name))


def services(configuration: Configuration) -> list[Primitive]:
    """What is not a fence device."""
    return [one for one in configuration.primitives if not one.fences]


def threshold_missing(configuration: Configuration) -> Iterator[Seen]:
    """A resource is restarted in place for ever."""
    bare = [one for one in services(configuration) if not configuration.meta(one, "migration-threshold")]
    if bare and len(configuration.nodes) != 1:
        names = ", ".join(one.name for one in bare)
        yield Seen(
            CLUSTER,
            f"no migration-threshold for {names}",
            mending.resource_default("migration-threshold", "3"),
        )


def failure_timeout_missing(configuration: Configuration) -> Iterator[Seen]:
    """Failures are remembered for ever."""
    bare = [
        one
        for one in services(configuration)
        if configuration.meta(one, "migration-threshold")
        and not seconds(configuration.meta(one, "failure-timeout"))
    ]
    if bare:
        names = ", ".join(one.name for one in bare)
        yield Seen(
            CLUSTER, f"no failure-timeout for {names}", mending.resource_default("failure-timeout", "10min")
        )


def no_stickiness(configuration: Configuration) -> Iterator[Seen]:
    """The database goes home when a node comes back."""
    for one in databases(configuration):
        if configuration.meta(one, "resource-stickiness") in ("", "0"):
            yield Seen(
                one.name, "resource-stickiness is 0", mending.resource_default("resource-stickiness", "100")
            )


def recheck_rare(configuration: Configuration) -> Iterator[Seen]:
    """A failure that was passed over stays so for a quarter of an hour."""
    name = "cluster-recheck-interval"
    given = configuration.properties.get(name, "15min")
    if (seconds(given) or RARELY) >= RARELY:
        yield Seen(CLUSTER, f"{name}={given}", mending.cluster_property(name, RECHECK))


def ready_to_stop(configuration: Configuration) -> Iterator[Seen]:
    """Everything is told to stop."""
    if truth(configuration.properties.get("stop-all-resources", "")):
        yield Seen(
            CLUSTER, "stop-all-resources=true", mending.cluster_property("stop-all-resources", "false")
        )


RULES = (
    Rule(
        "fencing-off",
        DANGER,
        "a node that is lost but alive goes on writing, and its addresses are in two places",
        fencing_off,
    ),
    Rule("no-fence-device", DANGER, "a lost node is never certainly off, so its services are never safe to move",
         no_fence_device),
    Rule("node-without-fence", DANGER, "when that node is lost its services stay blocked", node_without_fence),
    Rule("quorum-ignored", DANGER, "after a split both sides run everything", quorum_ignored),
    Rule("fence-race", WARNING, "when they lose each other both shoot at once, and both are off", fence_race),
    Rule("maintenance-mode", WARNING, "no resource is monitored or recovered", not_looked_after),
    Rule("stopped-cluster", WARNING, "no resource is started", ready_to_stop),
    Rule("unmanaged", WARNING, "the cluster neither starts, stops nor recovers it", unmanaged),
    Rule(
        "migration-threshold-missing",
        ADVICE,
        "a resource that fails on one node is restarted there for ever and never tried on another",
        threshold_missing,
    ),
    Rule(
        "failure-timeout-missing",
        ADVICE,
        "failures are counted for ever: after a few in a year the resource may not run on that node any more",
        failure_timeout_missing,
    ),
    Rule(
        "recheck-rare",
        ADVICE,
        "Pacemaker passes over the failure of a monitor that began in a transition which still goes on, and the "
        "resource is recovered only when the cluster looks at itself again",
        recheck_rare,
    ),
    Rule(
        "stickiness-zero",
        WARNING,
        "a node that comes back takes the primary's place at once: a second outage for nothing",
        no_stickiness,
    ),
)  # fmt: skip
