"""The man page of the operator's command."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .roff import entry, literal, page, paragraphs, prose

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..commands import Command

SECTION = 1
SEE_ALSO = ("crm(8)", "pcs(8)", "crm_mon(8)", "pacemaker(7)")


def render(commands: Iterable[Command], agents: Iterable[str]) -> str:
    """The whole page; the first command is the root, and `agents` are the pages to see also."""
    root, *rest = commands
    parts = {
        "SYNOPSIS": [f"\\fB{literal(root.usage)}\\fR"],
        "DESCRIPTION": paragraphs(root.text),
        "OPTIONS": [line for term, text in root.options for line in entry(term, text)],
        "COMMANDS": [line for one in rest for line in section(one)],
        "SEE ALSO": prose(", ".join((*SEE_ALSO, *(f"{name}(7)" for name in agents)))),
    }
    return page(root.path, SECTION, root.text.partition("\n")[0].rstrip("."), parts)


def section(one: Command) -> list[str]:
    """One command below the root."""
    lines = [f'.SS "{literal(one.path)}"', *paragraphs(one.text)]
    if not one.group:
        lines += [".PP", f"\\fB{literal(one.usage)}\\fR"]
    return lines + [line for term, text in one.options for line in entry(term, text)]
