"""Which faults a drill goes through: all of them in turn, or drawn by lot from a seed."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

LONGEST_DELAY = 8.0
"""Seconds within which the second fault of a pair strikes: most failovers are under way by then."""
PAIRS = 0.4
"""The part of the random rounds that are pairs."""


@dataclass(frozen=True)
class Round:
    """One round: a fault, perhaps a second one so many seconds after the first, and who is tried."""

    number: int
    agent: str
    faults: tuple[str, ...]
    delay: float = 0.0

    @property
    def title(self) -> str:
        """The faults in a few words."""
        after = f" + {self.delay:.1f} s + "
        return after.join(self.faults)

    def replay(self, setting: Mapping[str, Any]) -> str:
        """The command that plays this round alone, in the same setting."""
        seed, fencing = setting["seed"], setting["fencing"]
        words = ["ocf-agents drill run", f"--agent {self.agent.removeprefix('ocf:')}"]
        names = self.faults if seed is None else setting["faults"]
        words += [f"--fault {name}" for name in names]
        words += [] if seed is None else [f"--seed {seed}", f"--only {self.number}"]
        workload, threshold, server = setting["workload"], setting["threshold"], setting["server"]
        words += ["" if workload == "database" else f"--workload {workload}"]
        words += [f"--server {server}" if server else ""]
        words += ["" if threshold is None else f"--threshold {threshold}"]
        words += [f"--nodes {setting['nodes']}", "" if fencing else "--no-fencing"]
        return " ".join(filter(None, words))


def in_turn(faults: Sequence[str], rounds: int, agent: str) -> list[Round]:
    """Every fault alone, all of them so many times."""
    return [
        Round(number, agent, (fault,))
        for number, fault in enumerate((fault for _ in range(rounds) for fault in faults), 1)
    ]


def by_lot(faults: Sequence[str], rounds: int, agent: str, seed: int) -> list[Round]:
    """So many rounds, each drawn by itself, so that any of them can be drawn again alone."""
    drawn = []
    for number in range(1, rounds + 1):
        lot = random.Random(f"{seed}:{number}")  # noqa: S311  # to be drawn again is the point
        if lot.random() < PAIRS:
            pair = (lot.choice(faults), lot.choice(faults))
            drawn.append(Round(number, agent, pair, round(lot.uniform(0, LONGEST_DELAY), 1)))
        else:
            drawn.append(Round(number, agent, (lot.choice(faults),)))
    return drawn
