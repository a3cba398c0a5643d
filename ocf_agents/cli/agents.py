"""`ocf-agents list`, `describe` and `meta-data`: what agents there are and what they say of themselves."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

import click

from ..agents import everyone, find
from .presenting import Unusable, as_json, columns, write_json

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from ..ocf.agent import Agent

WIDTH = 100


class AgentName(click.ParamType):  # type: ignore[type-arg,unused-ignore]  # only new releases want it
    """The name of an agent, or a former one, or ocf:openstack:NAME; becomes its class."""

    name = "agent"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The agent's class."""
        if not isinstance(value, str):
            return value
        agent = find(value.removeprefix("ocf:").rpartition(":")[2])
        if agent is None:
            raise Unusable(f"{value}: no such agent; `ocf-agents list` names them")
        return agent

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """The names that begin so."""
        from click.shell_completion import CompletionItem

        return [
            CompletionItem(agent.name, help=agent.summary)
            for agent in everyone()
            if agent.name.startswith(incomplete)
        ]


@click.command("list")
@as_json
def list_agents(as_json: bool) -> None:
    """Show every agent, with the names that it also answers to."""
    agents = everyone()
    if as_json:
        write_json(
            [{"name": one.name, "summary": one.summary, "aliases": list(one.aliases)} for one in agents]
        )
        return
    columns(
        (one.name, one.summary + (f" (also {', '.join(one.aliases)})" if one.aliases else ""))
        for one in agents
    )


@click.command()
@click.argument("agent", type=AgentName())
@as_json
def describe(agent: type[Agent], as_json: bool) -> None:
    """Show what AGENT does, its parameters with their defaults, and its actions."""
    if as_json:
        write_json(described(agent))
        return
    told = described(agent)
    click.echo(click.style(f"ocf:openstack:{agent.name}", bold=True) + f" - {agent.summary}\n")
    for paragraph in told["description"].split("\n\n"):
        click.echo(textwrap.fill(" ".join(paragraph.split()), WIDTH) + "\n")
    click.echo(click.style("Parameters", bold=True))
    for parameter in told["parameters"]:
        notes = [parameter["kind"]]
        notes += ["required"] if parameter["required"] else []
        notes += [f"default {parameter['default']}"] if parameter["default"] else []
        notes += [f"also {', '.join(parameter['aliases'])}"] if parameter["aliases"] else []
        click.echo(f"  {click.style(parameter['name'], bold=True)} ({'; '.join(notes)})")
        click.echo(textwrap.indent(textwrap.fill(parameter["description"], WIDTH - 6), " " * 6))
    click.echo("\n" + click.style("Actions", bold=True))
    columns(
        (
            f"  {one['name']}",
            f"timeout {one['timeout']} s",
            f"every {one['interval']} s" if one["interval"] else "",
            f"level {one['depth']}" if one["depth"] else "",
            one["role"],
        )
        for one in told["actions"]
    )


def described(agent: type[Agent]) -> dict[str, Any]:
    """All that an agent declares."""
    from ..render.facts import kind
    from ..render.metadata import long_description

    return {
        "name": agent.name,
        "summary": agent.summary,
        "aliases": list(agent.aliases),
        "description": long_description(agent),
        "parameters": [
            {
                "name": name,
                "type": one.content,
                "kind": kind(one),
                "required": one.required,
                "default": one.show(),
                "aliases": list(one.aliases),
                "reloadable": one.reloadable,
                "summary": one.summary,
                "description": one.detail,
            }
            for name, one in agent.parameters.items()
        ],
        "actions": [
            {
                "name": one.name,
                "timeout": one.timeout,
                "interval": one.interval,
                "depth": one.depth,
                "role": one.role,
            }
            for several in agent.actions.values()
            for one in several
        ],
    }


@click.command("meta-data")
@click.argument("agent", type=AgentName())
def meta_data(agent: type[Agent]) -> None:
    """Print AGENT's meta-data, as Pacemaker reads it."""
    from ..render.metadata import render

    click.echo(render(agent), nl=False)
