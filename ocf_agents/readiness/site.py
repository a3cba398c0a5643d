"""This node, and the services that the cluster may start on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..inspection.trial import NoAgent, revealed
from ..ocf.codes import Failure
from ..ocf.context import Context
from ..ocf.log import Log
from ..system.host import Host
from .line import fault

if TYPE_CHECKING:
    from ..cib.model import Configuration, Primitive
    from ..ocf.agent import Agent
    from .line import Line

SECONDS = 10
SILENT = {"HA_LOGFILE": "/dev/null"}
"""What an agent has to say on the way is for a cluster's log."""


@dataclass(frozen=True)
class Placed:
    """A resource, and its agent as if it were to start here."""

    resource: Primitive
    agent: Agent
    lacks: str = ""
    """A password that cannot be read here."""

    @property
    def name(self) -> str:
        """The resource's name."""
        return self.resource.name


@dataclass(frozen=True)
class Site:
    """All that is looked at."""

    host: Host
    configuration: Configuration
    placed: tuple[Placed, ...]
    wrong: tuple[Line, ...]
    """What nothing more can be said of: resources with a parameter that makes no sense."""


def site(configuration: Configuration) -> Site:
    """This node with the resources of these agents."""
    host = Host({})
    placed, wrong = [], []
    for one, kind in configuration.ours():
        made = place(one, kind, host)
        try:
            made.agent.check_parameters()
        except Failure as failure:
            wrong.append(unready(made, failure))
        else:
            placed.append(made)
    return Site(host, configuration, tuple(placed), tuple(wrong))


def unready(placed: Placed, failure: Exception) -> Line:
    """The line about a resource that its own agent refuses."""
    return fault(placed.name, str(failure), f"ocf-agents check --resource {placed.name}")


def place(resource: Primitive, kind: type[Agent], host: Host) -> Placed:
    """One resource's agent; what cibsecret keeps is in it where it can be read."""
    lacks = ""
    parameters = dict(resource.parameters)
    try:
        parameters = revealed(resource.name, parameters)
    except NoAgent as missing:
        lacks = str(missing)
    environment = {
        **SILENT,
        "OCF_RESOURCE_INSTANCE": resource.name,
        "OCF_RESKEY_CRM_meta_timeout": str(SECONDS * 1000),
        **{f"OCF_RESKEY_{name}": value for name, value in parameters.items()},
    }
    return Placed(resource, kind(Context("start", environment), host, Log(kind.name, environment)), lacks)
