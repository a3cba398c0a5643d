"""Every rule over one configuration."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import cluster, constraints, operations, parameters, replication
from .finding import SEVERITIES, Finding

if TYPE_CHECKING:
    from ..cib.model import Configuration

RULES = (
    *cluster.RULES, *replication.RULES, *operations.RULES, *parameters.RULES, *constraints.RULES,
)  # fmt: skip


def lint(configuration: Configuration) -> list[Finding]:
    """What every rule finds, the gravest first."""
    found = [
        Finding(rule.name, rule.severity, seen.subject, seen.fact, rule.why, seen.mend.crm, seen.mend.pcs)
        for rule in RULES
        for seen in rule.look(configuration)
    ]
    return sorted(found, key=lambda one: SEVERITIES.index(one.severity))
