"""One action on a World, called as Pacemaker calls it, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Optional

from ocf_agents.ocf.context import Context
from ocf_agents.ocf.dispatch import dispatch
from ocf_agents.ocf.log import Log

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ocf_agents.ocf.agent import Agent

    from .world import World

INSTANCE = "p_keystone"


class Impossible(Exception):
    """The test asks for what Pacemaker never does."""


@dataclass
class Outcome:
    """How an action ended."""

    code: int
    reason: str = ""
    log: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def text(self) -> str:
        """Everything that was told to anybody."""
        return "\n".join([self.reason, *self.log])

    def lines(self, severity: str) -> list[str]:
        """The log lines of one severity."""
        return [line for line in self.log if line.startswith(f"{severity}: ")]


class Diary(Log):
    """A log that is kept in memory, with what is only said while debugging."""

    def __init__(self, name: str, environment: Mapping[str, str]) -> None:
        super().__init__(name, environment)
        self.lines: list[str] = []
        self.reasons: list[str] = []

    def debug(self, text: str) -> None:
        self.log("DEBUG", text)

    def log(self, severity: str, text: str) -> None:
        self.lines.append(f"{severity}: {text}")

    def reason(self, text: str) -> None:
        self.reasons.append(text)


def act(
    kind: type[Agent],
    action: str,
    world: World,
    *,
    timeout: float = 20,
    interval: float = 10,
    depth: int = 0,
    instance: str = INSTANCE,
    meta: Optional[Mapping[str, str]] = None,
    **parameters: str,
) -> Outcome:
    """The action was done; it fails the test if Pacemaker would have killed it for being late."""
    meta = meta or {}
    refuse(action, timeout, interval if action == "monitor" else 0, depth, meta)
    known = {name for key, one in kind.parameters.items() for name in (key, *one.aliases)}
    if not set(parameters) <= known:
        raise Impossible(f"{kind.name} has no parameter {set(parameters) - known}")
    environment = {
        "OCF_RESOURCE_INSTANCE": instance,
        "OCF_CHECK_LEVEL": str(depth),
        "OCF_RESKEY_crm_feature_set": "3.16.2",
        "OCF_RESKEY_CRM_meta_timeout": f"{timeout * 1000:.0f}",
        "OCF_RESKEY_CRM_meta_interval": f"{(interval if action == 'monitor' else 0) * 1000:.0f}",
        **{f"OCF_RESKEY_CRM_meta_{name}": value for name, value in meta.items()},
        **{f"OCF_RESKEY_{name}": value for name, value in parameters.items()},
    }
    diary = Diary(kind.name, environment)
    began = world.began = world.now()
    code = dispatch(kind, Context(action, environment), world, diary)
    seconds = world.now() - began
    assert seconds <= timeout, f"{action} took {seconds:.1f} s of {timeout} s: Pacemaker had killed it"
    assert len(diary.reasons) <= 1, f"one line is what crm_mon shows, not {diary.reasons}"
    return Outcome(code, "".join(diary.reasons), diary.lines, seconds)


def probe(kind: type[Agent], world: World, **more: str) -> Outcome:
    """Pacemaker asks what runs here."""
    return act(kind, "monitor", world, interval=0, **more)


def refuse(action: str, timeout: float, interval: float, depth: int, meta: Mapping[str, str]) -> None:
    """Raises Impossible for a call that no Pacemaker makes."""
    if timeout <= 0 or interval < 0 or depth < 0:
        raise Impossible("times and levels are not negative, and no action has no time at all")
    if action in ("promote", "demote") and not {"promoted_max", "master_max"} & set(meta):
        raise Impossible(f"{action} is for promotable clones: give meta promoted_max")
    if action == "notify" and meta.get("notify") != "true":
        raise Impossible("notifications are for clones with notify=true")
    if action != "notify" and "notify_type" in meta:
        raise Impossible("only notify has a notify_type")
    if depth and action not in ("monitor", "validate-all"):
        raise Impossible(f"{action} has no depth")
