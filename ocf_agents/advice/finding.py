"""Findings and the rules that make them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Callable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..cib.model import Configuration
    from .mending import Mend

DANGER, WARNING, ADVICE = "danger", "warning", "advice"
SEVERITIES = (DANGER, WARNING, ADVICE)
"""Data or a service is at risk; something will not work as meant; it could be better."""


@dataclass(frozen=True)
class Seen:
    """One thing that a rule has found: where, what, and how it is mended."""

    subject: str
    fact: str
    mend: Mend


@dataclass(frozen=True)
class Rule:
    """One thing to look for, and why it matters."""

    name: str
    severity: str
    why: str
    look: Callable[[Configuration], Iterable[Seen]]


@dataclass(frozen=True)
class Finding:
    """What a rule has found, with the rule's own words."""

    rule: str
    severity: str
    subject: str
    fact: str
    why: str
    crm: str
    pcs: str
