"""What the man page and the reference say of parameters and actions, beside their own texts."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

from ..ocf.parameters import Arguments, Duration, Integer, Path, Secret, UrlParameter

if TYPE_CHECKING:
    from ..ocf.actions import Action
    from ..ocf.agent import Agent
    from ..ocf.parameters import Parameter

KINDS = {Secret: "secret", Path: "absolute path", Duration: "time", UrlParameter: "URL", Arguments: "words"}
"""What an operator calls values that are mere strings to Pacemaker."""
OBSOLETE = "Obsolete: "
"""How the summary begins of a parameter that nothing needs any more."""


def kind(parameter: Parameter[Any]) -> str:
    """What values the parameter takes, in a word or a range."""
    words: tuple[str, ...] = getattr(parameter, "words", ())
    if words:
        return " or ".join(words)
    if isinstance(parameter, Integer) and (parameter.low, parameter.high) != (Integer.low, Integer.high):
        return f"integer from {parameter.low} to {parameter.high}"
    return next((word for cls, word in KINDS.items() if isinstance(parameter, cls)), parameter.content)


def said(parameter: Parameter[Any]) -> list[str]:
    """Whether it must be given, what values it takes, its default, and what else is to know."""
    default = parameter.show()
    words = [
        "unique" if parameter.unique else "",
        "required" if parameter.required else "optional",
        kind(parameter),
        f'default "{default}"' if default else "no default",
        "may change while the service runs" if parameter.reloadable else "",
    ]
    return [word for word in words if word]


def text(parameter: Parameter[Any]) -> str:
    """What the parameter is, and its detail where that says more."""
    more = "" if parameter.detail == parameter.summary else f" {parameter.detail}"
    return f"{parameter.summary}.{more}"


def obsolete(parameter: Parameter[Any]) -> bool:
    """Whether the parameter is accepted without having an effect."""
    return parameter.summary.startswith(OBSOLETE)


def current(agent: type[Agent]) -> list[tuple[str, Parameter[Any]]]:
    """The agent's parameters, those without an effect last."""
    return sorted(agent.parameters.items(), key=lambda item: obsolete(item[1]))


def title(one: Action) -> str:
    """An action's name with what tells several of the same name apart."""
    words = [f"depth {one.depth}" if one.depth else "", f"role {one.role}" if one.role else ""]
    said = ", ".join(filter(None, words))
    return f"{one.name} ({said})" if said else one.name


def purpose(agent: type[Agent], one: Action) -> str:
    """What an action does: the first paragraph of its method."""
    text = inspect.cleandoc(getattr(agent, one.name.replace("-", "_")).__doc__ or "")
    return " ".join(text.partition("\n\n")[0].split())


def times(one: Action) -> str:
    """The advertised timeout and interval of an action."""
    return f"timeout {one.timeout}s" + (f", interval {one.interval}s" if one.interval else "")


def actions(agent: type[Agent]) -> list[Action]:
    """All advertised actions."""
    return [one for several in agent.actions.values() for one in several]
