"""What can happen in the modelled world: faults, the servers' own work, and Pacemaker's choices.

An event is a tuple of words; `events` lists those that are possible, `happen` makes one happen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Optional

from model_agent import VIGIL, Call
from model_memo import Memo
from model_world import World

if TYPE_CHECKING:
    from model_node import Node

Event = tuple[Any, ...]
UNPROMOTED, PROMOTED, STOPPED, FAILED = "unpromoted", "promoted", "stopped", "failed"
ACTIVE = (UNPROMOTED, PROMOTED, FAILED)
SLOWLY = "slowly"
WELL = {PROMOTED: (8, 191), UNPROMOTED: (0, 190)}
"""What monitor may answer in each role."""


class Limits:
    """How much may happen in one course of events."""

    def __init__(self, writes: int, faults: int, pauses: int, kinds: Optional[frozenset[str]] = None) -> None:
        self.writes, self.faults, self.pauses = writes, faults, pauses
        self.kinds = kinds or frozenset({"kill", "off", "cut", "break", "move"})


class Pacemaker:
    """The cluster's choices, with the real agent behind every action."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.memo = Memo()

    # What is possible.

    def events(self, world: World) -> list[Event]:
        found: list[Event] = []
        held = world.paused[0] if world.paused else ""
        if held:
            found += [("resume",), ("killed",)]
        for node in world.nodes.values():
            found += self.of_server(world, node)
            if node.on and node.role in (UNPROMOTED, PROMOTED) and node.name != held:
                found += self.ways(world, ("monitor", node.name))
                if not node.up and node.score is not None:
                    found.append(("vigil", node.name))
        if world.faults < self.limits.faults:
            found += self.faults(world)
        if world.cut:
            found.append(("heal",))
        found += [("boot", node.name) for node in world.nodes.values() if not node.on]
        return found + self.choices(world, held)

    def of_server(self, world: World, node: Node) -> list[Event]:
        """What a server does by itself, or for a client."""
        found: list[Event] = []
        if not node.up:
            return found
        if not node.read_only and not node.pending and world.written < self.limits.writes:
            found.append(("write", node.name))
        if node.receives and world.next_write(node):
            found.append(("receive", node.name))
        if node.applies and node.relay:
            found.append(("apply", node.name))
        return found

    def faults(self, world: World) -> list[Event]:
        kinds, found = self.limits.kinds, []
        for node in world.nodes.values():
            deaths = (0, 1) if node.up and node.log else (0,)
            if "kill" in kinds and node.up:
                found += [("kill", node.name, more) for more in deaths]
            if "off" in kinds and node.on:
                found += [("off", node.name, more) for more in deaths]
            if "cut" in kinds and node.on and not world.cut:
                found.append(("cut", node.name))
            if "break" in kinds and node.applies:
                found.append(("break", node.name))
            if "move" in kinds and node.role == PROMOTED and not world.plan and not world.paused:
                found += self.paces(world, ("move", node.name))
        return found

    def ways(self, world: World, event: Event) -> list[Event]:
        """An action done at once; or up to a point where it stands still, if that may happen."""
        if world.pauses >= self.limits.pauses or world.paused:
            return [event]
        return [event, *((*event, halt) for halt in range(1, self.length(world, event)))]

    def paces(self, world: World, event: Event) -> list[Event]:
        """What Pacemaker decided is done in one go; or step by step, so that others can come between."""
        return [event] if world.pauses >= self.limits.pauses else [event, (*event, SLOWLY)]

    def length(self, world: World, event: Event) -> int:
        """After how many questions that others have to do with the action is over."""
        halt, state, names = 1, world.freeze(), tuple(world.nodes)
        while True:
            trial = World.thaw(names, state)
            self.happen(trial, (*event, halt))
            if trial.paused is None:
                return halt
            halt += 1

    def choices(self, world: World, held: str) -> list[Event]:
        """What Pacemaker can do next, in any part of the cluster that has a quorum, or must in one without."""
        found: list[Event] = []
        for name in world.nodes:
            group = world.together(name)
            if not group or group[0].name != name:
                continue
            if not self.quorate(world, group):
                found += [("quit", node.name) for node in group if node.role in ACTIVE and node.name != held]
                continue
            found += [
                ("fence", node.name) for node in world.nodes.values() if node not in group and not node.fenced
            ]
            if world.plan:
                if world.plan[0][0] in [node.name for node in group if node.name != held]:
                    found += self.ways(world, ("plan",))
            elif held not in [node.name for node in group]:
                found += self.plans(world, group)
        return found

    def quorate(self, world: World, group: list[Node]) -> bool:
        return len(world.nodes) == 2 or 2 * len(group) > len(world.nodes)

    def plans(self, world: World, group: list[Node]) -> list[Event]:
        found: list[Event] = []
        for node in group:
            if node.role == FAILED:
                found += self.paces(world, ("recover", node.name))
            if node.role == STOPPED:
                found += self.paces(world, ("start", node.name))
            if node.role == PROMOTED and int(node.score or 0) <= 0:
                found.append(("yield", node.name))
        sure = all(node in group or node.fenced for node in world.nodes.values())
        if sure and not any(node.role in (PROMOTED, FAILED) for node in group):
            able = [node for node in group if node.role == UNPROMOTED and int(node.score or 0) > 0]
            best = max((int(node.score or 0) for node in able), default=0)
            for node in able:
                if int(node.score or 0) == best:
                    found += self.paces(world, ("promote", node.name))
        return found

    # Calm.

    def settle_down(self, world: World, boots: bool) -> None:
        """One round in which nothing goes wrong: what stood still goes on, and everyone has its turn."""
        if world.paused:
            self.happen(world, ("resume",))
        if world.cut:
            self.happen(world, ("heal",))
        for node in world.nodes.values():
            if not node.on and boots:
                self.happen(world, ("boot", node.name))
            elif not node.on and not node.fenced and any(other.on for other in world.nodes.values()):
                self.happen(world, ("fence", node.name))
        while world.plan:
            self.happen(world, ("plan",))
        # A clone's promotion comes after all of its stops and starts.
        for kind in ("recover", "yield", "start", "promote"):
            for name in world.nodes:
                self.decide(world, (kind, name))
        for name, node in world.nodes.items():
            if node.on and node.role in (UNPROMOTED, PROMOTED):
                self.happen(world, ("monitor", name))
            if node.up:
                world.catch_up(name)
                world.settle()

    def decide(self, world: World, event: Event) -> None:
        """Pacemaker does this if it is due."""
        group = world.together(event[1])
        if group and self.quorate(world, group) and event in self.plans(world, group):
            self.happen(world, event)

    # What happens.

    def happen(self, world: World, event: Event) -> None:
        """The event has happened, and the world is settled."""
        kind, *rest = event
        getattr(self, f"do_{kind}")(world, *rest)
        world.settle()

    def do_write(self, world: World, name: str) -> None:
        world.write(name)

    def do_receive(self, world: World, name: str) -> None:
        world.receive(name)

    def do_apply(self, world: World, name: str) -> None:
        world.nodes[name].apply()

    def do_kill(self, world: World, name: str, more: int) -> None:
        world.faults += 1
        world.nodes[name].die(more)
        world.nodes[name].harmed = True

    def do_off(self, world: World, name: str, more: int) -> None:
        world.faults += 1
        world.part(name)
        world.nodes[name].lose_power(more)
        self.changed(world, name)

    def do_cut(self, world: World, name: str) -> None:
        world.faults += 1
        world.part(name)
        world.cut = name
        world.nodes[name].harmed = True
        self.changed(world)

    def do_heal(self, world: World) -> None:
        world.cut = ""
        self.agree(world)
        self.changed(world)

    def do_break(self, world: World, name: str) -> None:
        world.faults += 1
        node = world.nodes[name]
        node.applies, node.trouble, node.harmed = False, "1062", True

    def do_boot(self, world: World, name: str) -> None:
        node = world.nodes[name]
        node.on, node.fenced = True, False
        if world.together(name) == [node]:
            # Nobody is there who knows that the others are off.
            for other in world.nodes.values():
                other.fenced = False
        self.agree(world)
        self.changed(world)

    def do_fence(self, world: World, name: str) -> None:
        node = world.nodes[name]
        if node.on:
            world.part(name)
            node.lose_power(0)
            self.changed(world, name)
        node.fenced = True

    def agree(self, world: World) -> None:
        """Nodes that meet go on with the newest configuration that any of them has."""
        for name in world.nodes:
            group = world.together(name)
            if group:
                newest = max(group, key=lambda node: (node.version, node.name))
                for node in group:
                    node.pact, node.version = newest.pact, newest.version

    def changed(self, world: World, lost: str = "") -> None:
        """Who is there has changed: Pacemaker thinks anew, and an action on a dead node is gone."""
        world.plan = ()
        if lost and world.paused and world.paused[0] == lost:
            world.paused = None

    # Actions.

    def act(self, world: World, name: str, call: Call, halt: Optional[int] = None) -> None:
        """The action, whole or up to a point."""
        code = self.memo.go(world, name, call, halt=halt)
        if code is None:
            world.pauses += 1
        else:
            self.ended(world, name, call, code)

    def do_resume(self, world: World) -> None:
        assert world.paused
        name, call, answers = world.paused
        world.paused = None
        code = self.memo.go(world, name, call, answers)
        assert code is not None
        self.ended(world, name, call, code)

    def do_killed(self, world: World) -> None:
        assert world.paused
        name, call, _ = world.paused
        world.paused = None
        self.ended(world, name, call, 1)

    def ended(self, world: World, name: str, call: Call, code: int) -> None:
        """Pacemaker knows how the action ended."""
        node = world.nodes[name]
        if call.action == "monitor":
            if code not in WELL[node.role]:
                node.role = FAILED
        elif call.action in ("start", "promote"):
            node.role = FAILED if code else {"start": UNPROMOTED, "promote": PROMOTED}[call.action]
            if code:
                world.plan = ()
        elif call.action == "demote":
            # A demote that failed is followed by a stop.
            node.role = FAILED if code else UNPROMOTED
        elif call.action == "stop":
            node.role = FAILED if code else STOPPED

    def do_monitor(self, world: World, name: str, halt: Optional[int] = None) -> None:
        self.act(world, name, Call("monitor"), halt)

    def do_vigil(self, world: World, name: str) -> None:
        """The agent has looked since the server ended, and Pacemaker does not know."""
        self.memo.go(world, name, Call(VIGIL))

    def do_yield(self, world: World, name: str) -> None:
        self.act(world, name, Call("demote"))

    def do_plan(self, world: World, halt: Optional[int] = None) -> None:
        (name, call), world.plan = world.plan[0], world.plan[1:]
        node = world.nodes[name]
        if call.action == "promote" and node.role != UNPROMOTED:
            world.plan = ()
            return
        self.act(world, name, call, halt)

    def do_quit(self, world: World, name: str) -> None:
        """Without a quorum a node stops its resources."""
        node = world.nodes[name]
        if node.role == PROMOTED:
            self.act(world, name, Call("demote"))
        self.act(world, name, Call("stop"))

    def do_start(self, world: World, name: str, pace: str = "") -> None:
        self.schedule(world, [(name, Call("start")), *self.told(world, "post-start")], pace)

    def do_recover(self, world: World, name: str, pace: str = "") -> None:
        ends = [(name, Call("demote")), (name, Call("stop"))]
        self.schedule(world, [*ends, *self.told(world, "post-stop", name)], pace)

    def do_promote(self, world: World, name: str, pace: str = "") -> None:
        self.schedule(world, self.promotion(world, name), pace)

    def do_move(self, world: World, name: str, pace: str = "") -> None:
        """An operator moves the primary: to the best of the others."""
        world.faults += 1
        able = [node for node in world.together(name) if node.name != name and int(node.score or 0) > 0]
        best = max(able, key=lambda node: (int(node.score or 0), node.name), default=None)
        if best is not None:
            self.schedule(world, [(name, Call("demote")), *self.promotion(world, best.name, name)], pace)

    def promotion(self, world: World, name: str, demoting: str = "") -> list[tuple[str, Call]]:
        """The notifications around a promotion, and the promotion itself."""
        nodes = [node.name for node in world.together(name) if node.role in (UNPROMOTED, PROMOTED)]
        active = " ".join(nodes)
        return [
            *((node, Call("notify", "pre-promote", name, demoting, active)) for node in nodes),
            (name, Call("promote")),
            *((node, Call("notify", "post-promote", name, demoting, active)) for node in nodes),
        ]

    def told(self, world: World, event: str, but: str = "") -> list[tuple[str, Call]]:
        """Whoever is promoted is told of a start or a stop."""
        return [
            (node.name, Call("notify", event))
            for node in world.nodes.values()
            if node.role == PROMOTED and node.name != but
        ]

    def schedule(self, world: World, steps: list[tuple[str, Call]], pace: str) -> None:
        """The steps are done, or with SLOWLY are to be done one by one."""
        world.plan = tuple(steps)
        if pace == SLOWLY:
            world.pauses += 1
            return
        while world.plan:
            self.do_plan(world)
            world.settle()
