"""Every course of events up to a bound, the shortest first, and none twice."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any, Optional

from model_words import story
from model_world import World

from ocf_agents.mysql.pact import Pact

if TYPE_CHECKING:
    from model_pacemaker import Event, Pacemaker

CALM = 60
"""After so many rounds of calm, what has not come right never will."""


class Found(Exception):
    """A course of events that must not be: the shortest one."""

    def __init__(self, flaw: str, lines: list[str]) -> None:
        self.flaw = flaw
        super().__init__("\n".join(["", *lines, f"So {flaw}."]))


class Search:
    """A walk through the states that can be reached."""

    def __init__(self, pacemaker: Pacemaker, names: tuple[str, ...], live: bool = True) -> None:
        self.pacemaker, self.names, self.live = pacemaker, names, live
        self.parents: dict[Any, Optional[tuple[Any, Event]]] = {}
        self.depth = 0
        self.calmed: dict[Any, str] = {}

    def run(self, start: World, most: int) -> int:
        """How many states were seen; raises Found. All courses up to `self.depth` events were followed."""
        first = self.first = start.freeze()
        self.parents[first] = None
        queue = deque([(first, 0)])
        while queue:
            state, level = queue.popleft()
            self.depth = level
            if len(self.parents) >= most:
                break
            for event in self.pacemaker.events(World.thaw(self.names, state)):
                world = World.thaw(self.names, state)
                self.pacemaker.happen(world, event)
                after = world.freeze()
                if after in self.parents:
                    continue
                self.parents[after] = (state, event)
                if world.flaw:
                    raise Found(world.flaw, self.told(after))
                if self.live:
                    flaw = self.alive(after, world)
                    if flaw:
                        raise Found(flaw, self.told(after))
                queue.append((after, level + 1))
        return len(self.parents)

    def alive(self, state: Any, world: World) -> str:
        """Whether the cluster comes right by itself: with all nodes, and without those that are not needed."""
        flaw = self.calm(state, True)
        if not flaw and provable(world):
            flaw = self.calm(state, False)
        return flaw

    def calm(self, state: Any, boots: bool) -> str:
        """What is wrong once nothing more goes wrong and all has come to rest; empty if nothing is.

        `boots` says whether nodes that are off come back.
        """
        chain: list[Any] = []
        verdict: Optional[str] = None
        while verdict is None:
            verdict = self.calmed.get((state, boots))
            if verdict is not None:
                break
            chain.append(state)
            if len(chain) > CALM or state in chain[:-1]:
                verdict = "the cluster never comes to rest"
                break
            world = World.thaw(self.names, state)
            self.pacemaker.settle_down(world, boots)
            if world.flaw:
                verdict = world.flaw
                break
            after = world.freeze()
            if after == state:
                verdict = at_rest(world)
            state = after
        for one in chain:
            self.calmed[one, boots] = verdict
        return verdict

    def told(self, state: Any) -> list[str]:
        """The course of events that led to a state, in sentences."""
        return story(self.pacemaker, self.names, self.first, self.course(state))

    def course(self, state: Any) -> list[Event]:
        """The events that led to a state."""
        events = []
        while True:
            parent = self.parents[state]
            if parent is None:
                return events[::-1]
            state, event = parent
            events.append(event)


def provable(world: World) -> bool:
    """Whether a node can lead without those that are off: the primary, or all standbys, is there unharmed."""
    newest = max(world.nodes.values(), key=lambda node: node.version)
    pact = Pact.read(newest.pact)
    if pact is None:
        return False
    there = {node.name: node for node in world.nodes.values() if node.on}
    if 2 * len(there) <= len(world.nodes) and len(world.nodes) > 2:
        return False
    if pact.primary in there and not there[pact.primary].rebooted:
        return True
    return bool(pact.standbys) and all(name in there and not there[name].harmed for name in pact.standbys)


def at_rest(world: World) -> str:
    """What is wrong in a cluster in which nothing happens any more; empty if nothing is."""
    leads = [node for node in world.nodes.values() if node.up and not node.read_only]
    if not leads:
        return "nobody leads, and nobody ever will"
    primary = leads[0]
    for node in world.nodes.values():
        if not node.on or node is primary or "quarantine=it" in dict(node.files).get("mysql", ""):
            continue
        if node.trouble:
            continue
        if not world.connected(node):
            return f"{node.name} follows nobody, and is not set apart"
        if node.log != primary.log:
            return f"{node.name} follows {primary.name}, and its data differ"
    return ""


def at_work(pacemaker: Pacemaker, names: tuple[str, ...]) -> World:
    """A cluster that has come to rest after its first start and one write; the limits count from here."""
    world = World(names)
    for _ in range(3):
        pacemaker.settle_down(world, boots=True)
    assert not at_rest(world), at_rest(world)
    pacemaker.happen(world, ("write", names[0]))
    for _ in range(3):
        pacemaker.settle_down(world, boots=True)
    assert world.confirmed == (1,)
    world.written = 1
    return world
