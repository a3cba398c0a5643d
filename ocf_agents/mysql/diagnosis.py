"""What a look at a server means: a closed table, from the first line that fits.

Invariant: only "primary" is told as promoted and well; no state in which a transaction may be
lacking has a score. A state says nothing of the cluster: that the cluster's record agrees is asked
again, of the cluster, when a server is to be promoted.
"""

from __future__ import annotations

from ..lean import TYPE_CHECKING, Record
from ..ocf.codes import (
    DEGRADED,
    DEGRADED_PROMOTED,
    ERR_GENERIC,
    FAILED_PROMOTED,
    NOT_RUNNING,
    RUNNING_PROMOTED,
    SUCCESS,
    Degraded,
    DegradedPromoted,
    FailedPromoted,
    Failure,
)
from .look import CROWDED, DENIED, SILENT

if TYPE_CHECKING:
    from typing import Callable

    from .look import Look

PROMOTED_SCORE, BEST, FAIR = 10_000, 1_000, 500
"""Scores of the primary, of a replica that may take over, and of a server that follows nobody."""
ALONE = 60.0
"""Seconds after which a replica that receives nothing is no longer taken for one on its way."""
KEEP = -1
"""The score stays as it is: this look shows nothing that could change it."""


class Case(Record):
    """All that a diagnosis looks at."""

    look: Look
    replicated: bool = True
    """Whether the resource is a promotable clone; if not, the server is to be writable."""
    single: bool = False
    """Whether the server was started before its resource was made a promotable clone."""
    opened: bool = False
    """Whether this very server process was opened for writing by promote."""
    quarantine: str = ""
    """Why this server must not follow or lead, as found when it joined."""
    eligible: bool = True
    """Whether the cluster's record, as last read here, names this node as one that may lead."""
    stray: str = ""
    """Where the writers' address is, if it is not where this primary is."""
    closed: bool = False
    """Whether this primary was just closed because of that."""
    most_lag: int = 3600
    evict: bool = False
    doubt: str = ""
    """Why this server cannot lead, although nobody else does."""
    turned_away: str = ""
    """Why the primary, which is there, does not have this server as its replica."""
    alone: bool = False
    """Whether this replica has had no connection to a primary for longer than a failover takes."""
    rebuilding: str = ""
    """What there is to tell of its being rebuilt, with or without a server that answers meanwhile."""


def too_late(case: Case) -> bool:
    """Whether the lag is beyond the limit; an unknown lag is."""
    return case.look.lag is None or case.look.lag > case.most_lag


class State(Record):
    """What a look means: what monitor answers, the score, and whether readers are sent here."""

    name: str
    fits: Callable[[Case], bool]
    code: int
    score: int | None
    readable: bool
    meaning: str


STATES = (
    State("rebuilding", lambda case: bool(case.rebuilding), DEGRADED, None, False, "{rebuilding}"),
    State("silent", lambda case: case.look.answer == SILENT, ERR_GENERIC, None, False,
          "runs but does not answer: {error}"),
    State("crowded", lambda case: case.look.answer == CROWDED, DEGRADED, KEEP, False,
          "has no connection left for the monitor: {error}"),
    State("denied", lambda case: case.look.answer == DENIED, DEGRADED, KEEP, True,
          "refuses the monitor: {error}"),
    State("plain", lambda case: not case.replicated, SUCCESS, None, True, "serves"),
    State("single", lambda case: case.single, FAILED_PROMOTED, None, False,
          "was started as a single server; it has to be started again as one that replicates"),
    State("misplaced", lambda case: case.closed, FAILED_PROMOTED, None, False,
          "was the primary, but {stray} for longer than writer_vip_grace; it takes no more writes"),
    State("two-minded", lambda case: not case.look.read_only and bool(case.look.source), FAILED_PROMOTED,
          None, False, "is writable although it replicates from {source}"),
    State("opened by hand", lambda case: not case.look.read_only and not case.opened, FAILED_PROMOTED, None,
          False, "is writable, but no promote of the cluster opened it; it has to close"),
    State("stray", lambda case: not case.look.read_only and bool(case.stray), DEGRADED, PROMOTED_SCORE, True,
          "is the primary, but {stray}"),
    State("primary", lambda case: not case.look.read_only, RUNNING_PROMOTED, PROMOTED_SCORE, True,
          "is the primary"),
    State("quarantined", lambda case: bool(case.quarantine), DEGRADED, None, False,
          "is kept apart: {quarantine}"),
    State("unfit", lambda case: bool(case.look.unfit), DEGRADED, None, False, "{unfit}"),
    State("turned away", lambda case: not case.look.source and bool(case.turned_away), DEGRADED, None, False,
          "follows nobody: {turned_away}"),
    State("doubtful", lambda case: bool(case.doubt), DEGRADED, None, False, "cannot lead: {doubt}"),
    State("long detached", lambda case: case.alone and not case.look.source, DEGRADED, FAIR, False,
          "has followed nobody for more than a minute: none leads, or its server cannot be reached from here"),
    State("detached", lambda case: not case.look.source, SUCCESS, FAIR, False, "follows nobody yet"),
    State("broken", lambda case: bool(case.look.trouble) or case.look.applying == "No", DEGRADED, None, False,
          "cannot replicate from {source}: {trouble}"),
    State("deaf", lambda case: bool(case.look.refusal), DEGRADED, BEST, False,
          "has all that it received, but cannot go on receiving from {source}: {refusal}"),
    State("long cut off", lambda case: case.alone and case.look.receiving != "Yes", DEGRADED, BEST, False,
          "has had no connection to {source} for more than a minute"),
    State("cut off", lambda case: case.look.receiving != "Yes", SUCCESS, BEST, False,
          "has no connection to {source}"),
    State("outdated", lambda case: case.evict and too_late(case), ERR_GENERIC, None, False,
          "lags {lag} s behind {source}, more than max_slave_lag, and evict_outdated_slaves is set"),
    State("lagging", too_late, DEGRADED, None, False,
          "lags {lag} s behind {source}, more than max_slave_lag"),
    State("joining", lambda case: not case.eligible, SUCCESS, None, True,
          "replicates from {source} and is not yet recorded as one that may take over"),
    State("replica", lambda _: True, SUCCESS, BEST, True, "replicates from {source}"),
)  # fmt: skip
"""Every state there is, in the order in which they are tried."""


class Diagnosis(Record):
    """A state with its words, and the score that goes with it in this case."""

    state: State
    text: str
    score: int | None


def diagnose(case: Case) -> Diagnosis:
    """The first state that fits."""
    state = next(known for known in STATES if known.fits(case))
    seen = case.look
    text = state.meaning.format(
        error=seen.error,
        source=seen.source,
        quarantine=case.quarantine,
        doubt=case.doubt,
        stray=case.stray,
        turned_away=case.turned_away,
        rebuilding=case.rebuilding,
        refusal=seen.refusal,
        unfit=seen.unfit,
        trouble=seen.trouble or "its applier stopped",
        lag="unknown" if seen.lag is None else seen.lag,
    )
    score = state.score
    if score not in (None, KEEP, PROMOTED_SCORE) and not case.eligible:
        score = None
    return Diagnosis(state, text, score)


def code_of(state: State, opened: bool) -> int:
    """Monitor's exit code, which tells a promoted instance's trouble as such."""
    if not opened or state.code in (RUNNING_PROMOTED, NOT_RUNNING, FAILED_PROMOTED):
        return state.code
    return {ERR_GENERIC: FAILED_PROMOTED, DEGRADED: DEGRADED_PROMOTED}.get(state.code, state.code)


FAILURES = {DEGRADED: Degraded, DEGRADED_PROMOTED: DegradedPromoted, FAILED_PROMOTED: FailedPromoted}


def failure(code: int, text: str) -> Failure:
    """The failure that stands for an exit code of this table."""
    return FAILURES.get(code, Failure)(text)
