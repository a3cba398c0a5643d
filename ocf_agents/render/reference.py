"""The reference in Markdown: a page for each agent, one for the command, and the list of them all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import examples, facts
from .metadata import long_description

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..ocf.agent import Agent
    from .commands import Command

NOTE = "<!-- Made by `make generate`; a change here is lost. -->"
MARKS = str.maketrans({"|": "\\|", "*": "\\*", "<": "&lt;"})


def agent_page(agent: type[Agent]) -> str:
    """The page of one agent."""
    also = ", ".join(f"`{name}`" for name in agent.aliases)
    parts = [
        NOTE,
        f"# {agent.name}",
        f"{plain(agent.summary)}: `{examples.PROVIDER}:{agent.name}`"
        + (f", also {also}" if also else "")
        + ".",
        plain(long_description(agent)),
        "## Parameters",
        table(("parameter", "value", "default", ""), parameter_rows(agent)),
        "A value marked with * may change while the service runs: Pacemaker then does not restart it.",
        "## Actions",
        table(("action", "timeout", "interval", ""), action_rows(agent)),
        "## In the cluster's configuration",
        "As lines of `crm configure`:",
        fenced(examples.crm(agent)),
        "With pcs:",
        fenced(examples.pcs(agent)),
    ]
    return "\n\n".join(parts) + "\n"


def parameter_rows(agent: type[Agent]) -> list[tuple[str, ...]]:
    """A row for each parameter, those without an effect last."""
    rows: list[tuple[str, ...]] = []
    for name, one in facts.current(agent):
        former = (
            f" Also accepted as {', '.join(f'`{alias}`' for alias in one.aliases)}." if one.aliases else ""
        )
        value = facts.kind(one) + (", required" if one.required else "") + ("\\*" if one.reloadable else "")
        default = f"`{one.show()}`" if one.show() else ""
        rows.append((f"`{name}`", value, default, plain(facts.text(one)) + former))
    return rows


def action_rows(agent: type[Agent]) -> list[tuple[str, ...]]:
    """A row for each advertised action."""
    return [
        (
            f"`{facts.title(one)}`",
            f"{one.timeout} s",
            f"{one.interval} s" if one.interval else "",
            plain(facts.purpose(agent, one)),
        )
        for one in facts.actions(agent)
    ]


def index(agents: Iterable[type[Agent]]) -> str:
    """The list of all agents."""
    rows = [
        (
            f"[{agent.name}]({agent.name}.md)",
            plain(agent.summary),
            ", ".join(f"`{name}`" for name in agent.aliases),
        )
        for agent in agents
    ]
    parts = [
        NOTE,
        "# Reference",
        "Made from the declarations that the agents and the command run by. `make man` writes the same as man "
        "pages. The command: [ocf-agents](ocf-agents.md). The agents:",
        table(("agent", "", "other names"), rows),
    ]
    return "\n\n".join(parts) + "\n"


def decisions(titles: Iterable[tuple[str, str]]) -> str:
    """The list of the decisions, each a file and a numbered title."""
    items = "\n".join(f"- [{title}]({name})" for name, title in titles)
    return "\n\n".join((NOTE, "# Decisions", "Each is a fact, a choice, and its price.", items)) + "\n"


def command_page(commands: Iterable[Command]) -> str:
    """The page of the operator's command; the first command is the root."""
    parts = [NOTE]
    for one in commands:
        parts += [f"{'##' if ' ' in one.path else '#'} {one.path}", plain(one.text)]
        if not one.group:
            parts.append(fenced([one.usage]))
        if one.options:
            parts.append(
                table(("option", ""), [(f"`{plain(term)}`", plain(text)) for term, text in one.options])
            )
    return "\n\n".join(part for part in parts if part) + "\n"


def table(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """A table."""
    return "\n".join(row(cells) for cells in (heads, ("---",) * len(heads), *rows))


def row(cells: tuple[str, ...]) -> str:
    """One row of a table."""
    return " ".join(("|", *(f"{cell} |" for cell in cells))).replace("  ", " ")


def fenced(lines: Iterable[str]) -> str:
    """Lines as they stand."""
    return "\n".join(("```", *lines, "```"))


def plain(text: str) -> str:
    """Prose in which no character means anything to Markdown."""
    return text.strip().translate(MARKS)
