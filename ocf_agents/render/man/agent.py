"""An agent's man page, in the shape that those of the resource-agents project have."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import examples, facts
from ..metadata import long_description
from .roff import entry, literal, page, paragraphs, prose, verbatim

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ...ocf.actions import Action
    from ...ocf.agent import Agent
    from ...ocf.parameters import Parameter

SECTION = 7
SEE_ALSO = ("ocf-agents(1)", "crm(8)", "pcs(8)", "crm_mon(8)", "crm_resource(8)", "cibsecret(8)")


def title(name: str) -> str:
    """The page's name for an agent's name."""
    return f"ocf_openstack_{name}"


def render(agent: type[Agent], others: Iterable[str] = ()) -> str:
    """The whole page of an agent; `others` are further names of it."""
    names = " | ".join(agent.actions)
    parameters = [line for name, one in facts.current(agent) for line in parameter(name, one)]
    parts = {
        "SYNOPSIS": [f"\\fB{literal(agent.name)}\\fR [{literal(names)}]"],
        "DESCRIPTION": paragraphs(long_description(agent)),
        "SUPPORTED PARAMETERS": parameters,
        "SUPPORTED ACTIONS": [
            "The times are what to configure if nothing speaks against it.",
            *(line for one in facts.actions(agent) for line in action(agent, one)),
        ],
        "EXAMPLE CRM SHELL": ["As lines of", "\\fBcrm configure\\fR:", *verbatim(examples.crm(agent))],
        "EXAMPLE PCS": ["With", "\\fBpcs\\fR(8):", *verbatim(examples.pcs(agent))],
        "SEE ALSO": prose(", ".join(SEE_ALSO)),
    }
    return page(title(agent.name), SECTION, agent.summary, parts, *map(title, others))


def parameter(name: str, one: Parameter[Any]) -> list[str]:
    """One parameter with its former names."""
    former = f"Also accepted as {', '.join(one.aliases)}." if one.aliases else ""
    return entry(name, facts.text(one), f"({', '.join(facts.said(one))})", former)


def action(agent: type[Agent], one: Action) -> list[str]:
    """One action."""
    return entry(facts.title(one), facts.purpose(agent, one), f"({facts.times(one)})")
