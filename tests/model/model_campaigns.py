"""Which worlds are searched, and how far: in continuous integration, and by `make model`."""

from __future__ import annotations

from typing import NamedTuple

from model_pacemaker import Limits, Pacemaker
from model_search import Search, at_work

NODES = ("n1", "n2", "n3")
DEEPER = 20
"""How many times more states `make model` looks at."""

ALL = frozenset({"kill", "off", "cut", "break", "move"})
MENDING = ALL - {"break"}
"""What needs no person to be mended."""


class Campaign(NamedTuple):
    """A search: how many nodes, what may happen how often, and how many states are looked at."""

    nodes: int
    states: int
    writes: int = 1
    faults: int = 2
    pauses: int = 0
    live: bool = False
    kinds: frozenset[str] = ALL

    def search(self, times: int = 1) -> Search:
        """The finished search; raises Found."""
        names = NODES[: self.nodes]
        # The cluster comes to rest with one write before anything is counted.
        pacemaker = Pacemaker(Limits(self.writes + 1, self.faults, self.pauses, self.kinds))
        search = Search(pacemaker, names, self.live)
        search.run(at_work(pacemaker, names), self.states * times)
        return search


CAMPAIGNS = {
    "two nodes and three faults": Campaign(2, 25_000, faults=3),
    "two nodes, and others come between": Campaign(2, 20_000, pauses=1),
    "two nodes, which come right by themselves": Campaign(2, 6_000, live=True, kinds=MENDING),
    "three nodes": Campaign(3, 20_000),
    "three nodes, which come right by themselves": Campaign(3, 3_000, faults=1, live=True, kinds=MENDING),
}
