"""A course of events in plain sentences, for people."""

from __future__ import annotations

from typing import Any

from model_pacemaker import SLOWLY, Event, Pacemaker
from model_world import World

SENTENCES = {
    "write": "a client writes on {0}",
    "receive": "{0} receives the next write",
    "apply": "{0} applies what it received",
    "kill": "the server on {0} is killed",
    "off": "{0} loses power",
    "cut": "{0} is cut from the others",
    "heal": "the network is whole again",
    "break": "the applier of {0} stops with an error",
    "boot": "{0} boots",
    "fence": "{0} is fenced",
    "monitor": "the monitor of {0} runs",
    "vigil": "the end of the server on {0} is noticed at once",
    "yield": "Pacemaker demotes {0}, which claims nothing",
    "start": "Pacemaker starts the server on {0}",
    "recover": "Pacemaker stops the failed server on {0}",
    "promote": "Pacemaker promotes {0}",
    "move": "an operator moves the primary away from {0}",
    "quit": "{0} has no quorum and stops its server",
    "resume": "the action that stood still goes on",
    "killed": "the action that stood still is killed",
}


def sentence(event: Event, before: World) -> str:
    """One event; where it is the next step of a plan, that step."""
    kind, *rest = event
    if kind == "plan":
        name, call = before.plan[0]
        text = f"next, {name} does {call}"
    else:
        text = SENTENCES[kind].format(*rest)
    if kind in ("kill", "off") and rest[1]:
        text += " before its last commit is on the disk"
    if rest and rest[-1] == SLOWLY:
        text += ", step by step"
    elif kind in ("monitor", "plan") and rest and isinstance(rest[-1], int):
        text += ", and stands still on the way"
    return text


def effect(before: World, after: World) -> list[str]:
    """What has changed for clients and for the record."""
    told = []
    for name, node in after.nodes.items():
        was = before.nodes[name]
        if node.up and not node.read_only and (was.read_only or not was.up):
            told.append(f"{name} is writable")
        if node.log != was.log and len(node.log) < len(was.log):
            told.append(f"{name} has rolled {len(was.log) - len(node.log)} back")
        if was.relay and not node.relay and node.log == was.log:
            told.append(f"the relay log of {name} is gone")
    told += [f"write {one} is confirmed" for one in after.confirmed if one not in before.confirmed]
    pacts = {node.pact for node in after.nodes.values() if node.on}
    if pacts - {node.pact for node in before.nodes.values() if node.on}:
        told.append("the record is " + " and elsewhere ".join(str(pact).replace(";", " ") for pact in pacts))
    return told


def story(pacemaker: Pacemaker, names: tuple[str, ...], start: Any, events: list[Event]) -> list[str]:
    """The whole course, a line for each event."""
    lines = []
    state = start
    for number, event in enumerate(events, 1):
        before, world = World.thaw(names, state), World.thaw(names, state)
        pacemaker.happen(world, event)
        line = f"{number:3}. {sentence(event, before)}"
        told = effect(before, world)
        lines.append(line + (f": {'; '.join(told)}" if told else ""))
        state = world.freeze()
    return lines
