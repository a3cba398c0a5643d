"""A resource of the running cluster, as something that can be looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..cib import live, xml
from ..system.host import Host
from .database import NoSuchResource
from .trial import Subject

if TYPE_CHECKING:
    from collections.abc import Mapping


def subject(name: str, given: Mapping[str, str]) -> Subject:
    """The resource with its parameters, some of them replaced; raises NoSuchResource, Missing, Refused."""
    configuration = xml.read(live.query())
    found = configuration.primitive(name)
    if found is None:
        names = ", ".join(one.name for one, _agent in configuration.ours()) or "none"
        raise NoSuchResource(f"{name}: the cluster has no such resource; of these agents it has {names}")
    agent = found.declared
    if agent is None:
        raise NoSuchResource(f"{name}: runs {found.agent}, which is none of these agents")
    clone = configuration.clone_of(name)
    meta = dict(clone.meta) if clone else {}
    if clone and clone.promotable:
        # What Pacemaker fills in where the configuration says nothing.
        meta = {
            "clone-max": str(len(configuration.nodes)),
            "clone-node-max": "1",
            "promoted-max": "1",
            **meta,
        }
    return Subject(agent, {**found.parameters, **given}, name, meta, node_name(), configuration.feature_set)


def node_name() -> str:
    """This node's name in the cluster; empty where it is in none."""
    host = Host({})
    program = host.which("crm_node")
    done = host.run((program, "--name"), live.SECONDS) if program else None
    return done.output.strip() if done and done.code == 0 else ""
