"""Who would be promoted now, and why not the others: the agent's own decisions, made for the reader."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..mysql.election import Candidate, Verdict, elect
from ..mysql.gtid import domains
from ..mysql.pact import ASKS, BROKEN, TORN, UNABLE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..mysql.pact import Pact, Report

ONLINE = "online"
PRESENT = (ONLINE, "standby")
"""The states of nodes whose servers can be heard."""
STATES = {
    "pending": "is joining the cluster",
    "clean": "is off",
    "unclean": "is lost, and not certainly off",
    "standby": "is in standby",
}
WORDS = {
    ASKS: "asks the primary whether it may follow",
    BROKEN: "receives, but cannot apply what it receives",
    TORN: "may have lost a part of what it acknowledged: its relay log was restarted",
}


@dataclass(frozen=True)
class View:
    """What the cluster holds about one replicated database."""

    resource: str
    nodes: Mapping[str, str]
    """Each node as online, standby, pending, clean (surely off) or unclean."""
    primary: str = ""
    scores: Mapping[str, int] = field(default_factory=dict)
    reports: Mapping[str, Report] = field(default_factory=dict)
    pact: Pact | None = None
    lossless: bool = True


@dataclass(frozen=True)
class Prospect:
    """What would become of one node."""

    node: str
    chosen: bool
    text: str
    score: int | None = None
    position: str = ""


@dataclass(frozen=True)
class Explanation:
    """The whole answer."""

    primary: str
    chosen: tuple[str, ...]
    """Of several with one score Pacemaker takes any."""
    headline: str
    pact: str
    prospects: tuple[Prospect, ...]


def explain(view: View) -> Explanation:
    """Who is promoted now, who would be if that one were lost, and why not the others."""
    rivals = [name for name in sorted(view.nodes) if name != view.primary]
    reasons = {name: against(view, name) for name in rivals}
    able = [name for name in rivals if not reasons[name]]
    highest = max((view.scores.get(name, 0) for name in able), default=0)
    chosen = tuple(name for name in able if view.scores.get(name, 0) == highest)
    prospects = tuple(prospect(view, name, reasons.get(name, ""), chosen) for name in sorted(view.nodes))
    return Explanation(view.primary, chosen, headline(view, chosen), pact_words(view), prospects)


def headline(view: View, chosen: tuple[str, ...]) -> str:
    """The answer in a sentence."""
    then = f"{' or '.join(chosen) or 'nobody'} would be promoted"
    if view.primary:
        return f"{view.primary} is promoted; if it were lost now, {then}"
    return f"nobody is promoted; {then} now"


def pact_words(view: View) -> str:
    """Who may hold a confirmed write, as the cluster has recorded it."""
    if not view.lossless:
        return (
            "durability=async: nothing is recorded, and the last confirmed writes are lost with the primary"
        )
    if view.pact is None:
        return "nothing is recorded yet: no server was promoted so far"
    standbys = ", ".join(view.pact.standbys)
    if not standbys:
        return f"{view.pact.primary} alone has every confirmed write; nobody may take over from it"
    return f"every confirmed write is on {view.pact.primary}, and on one of: {standbys}"


def against(view: View, name: str) -> str:
    """Why this node would not be promoted; empty if it would."""
    state = view.nodes[name]
    if state != ONLINE:
        return STATES.get(state, f"is {state}")
    report = view.reports.get(name)
    if report is not None and report.word in (ASKS, *UNABLE):
        return WORDS[report.word]
    verdict = election(view, name)
    if not verdict.allowed:
        return verdict.reason
    score = view.scores.get(name)
    if score is None:
        return "has no promotion score: its agent holds it for broken, lagging, set apart or not running"
    return "" if score > 0 else f"its promotion score is {score}"


def election(view: View, name: str) -> Verdict:
    """What the agent would decide there, from what the servers have last published."""
    pact = view.pact if view.lossless else None
    heard = {
        other: found.position
        for other, found in view.reports.items()
        if other not in (name, view.primary)
        and view.nodes.get(other) in PRESENT
        # What it says of its position is not all that it acknowledged.
        and found.word != TORN
    }
    report = view.reports.get(name)
    if report is not None:
        return elect(Candidate(name, report.position, heard, pact))
    if pact is None or pact.names(name):
        return Verdict(pact is None, "has not published how far it is")
    return elect(Candidate(name, domains(""), heard, pact))


def prospect(view: View, name: str, reason: str, chosen: tuple[str, ...]) -> Prospect:
    """One node's part of the answer."""
    report = view.reports.get(name)
    position = str(report.position) if report else ""
    score = view.scores.get(name)
    if name == view.primary:
        text = "is promoted"
    elif name in chosen:
        text = "would be promoted: no confirmed write is lacking there, and no other score is higher"
        if len(chosen) > 1:
            text = "may be promoted: no confirmed write is lacking there, and Pacemaker takes any with that score"
    elif reason:
        text = reason
    else:
        text = f"could be promoted, but {chosen[0]} has the score {view.scores.get(chosen[0])}"
    return Prospect(name, name in chosen, text, score, position)
