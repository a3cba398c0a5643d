"""A family of agents as a table: each row says what tells one member from the others."""

from __future__ import annotations

from ..lean import TYPE_CHECKING, Record
from ..ocf.actions import Action
from ..ocf.parameters import Text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any, Callable

    from ..ocf.agent import Agent
    from ..ocf.parameters import Parameter
    from .checks import Check
    from .service import Service


class Row(Record):
    """One agent of a family; `binary` and `text` default to its name and to its summary."""

    name: str
    summary: str
    text: str = ""
    binary: str = ""
    checks: tuple[Check, ...] = ()
    defaults: Mapping[str, object] = {}
    """Other defaults for parameters that the family has."""
    parameters: Mapping[str, Parameter[Any]] = {}
    """Parameters that only this member has."""
    traits: Mapping[str, object] = {}
    """Attributes of the family's class that are different here."""
    aliases: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    """Parameters of the family that mean nothing here."""
    gone: str = ""
    """Since when no current release has the service, and what to use in its place."""
    start: int = 120
    stop: int = 60
    """Advertised timeouts in seconds."""


def table(base: type[Service], *rows: Row, **common: object) -> tuple[type[Agent], ...]:
    """The agents of a family; `common` are defaults of parameters that all of them share."""
    return tuple(member(base, row, common) for row in rows)


def member(base: type[Service], row: Row, common: dict[str, object]) -> type[Agent]:
    """The agent that a row describes."""
    checks = row.checks or base.checks
    # An agent is found in the module of its project, so that is where it belongs.
    module = f"{__name__.rpartition('.kinds.')[0]}.agents.{row.name.partition('-')[0]}"
    namespace = {"__doc__": describe(base, row), "__module__": module, "checks": checks}
    defaults = {"binary": row.binary or row.name, **common, **row.defaults}
    words = {"name": row.name, "summary": row.summary, "aliases": row.aliases, "without": row.without}
    # A metaclass takes keywords for __init_subclass__, which its type does not tell.
    create: Callable[..., type[Agent]] = type
    created = create(row.name, (base,), {**namespace, **row.parameters, **row.traits}, **words, **defaults)
    deepest = max((check.depth for check in checks), default=0)
    created.actions = {name: adapted(several, row, deepest) for name, several in created.actions.items()}
    return created


def adapted(several: tuple[Action, ...], row: Row, deepest: int) -> tuple[Action, ...]:
    """The advertised actions with this row's timeouts, and no monitor deeper than its checks."""
    timeouts = {"start": row.start, "stop": row.stop}
    return tuple(
        Action(one.name, timeouts.get(one.name, one.timeout), one.interval, one.depth, one.role)
        for one in several
        if one.depth <= deepest
    )


def describe(base: type[Service], row: Row) -> str:
    """What operators read: about this member, about its end upstream, and about the family."""
    family = (base.__doc__ or "").partition("\n\n")[2]
    parts = [f"Runs {row.name}: {row.summary}. {row.text}".rstrip()]
    if row.gone:
        parts.append(f"Gone upstream: {row.gone} The agent still runs it where an old release is installed.")
    # The family's text is indented as docstrings are; its first line is for readers of the source.
    lines = [line.strip() for line in family.split("\n")]
    return "\n\n".join([*parts, "\n".join(lines).strip()]).strip() + "\n"


def obsolete(what: str, why: str) -> Text:
    """A parameter of the agents of old that nothing needs any more."""
    return Text("", f"Obsolete: {what}", f"Accepted for configurations of old, and without effect: {why}")
