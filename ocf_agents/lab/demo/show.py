"""How a demonstration is run: alone on its lab, interrupted or not, with nothing left behind."""

from __future__ import annotations

import argparse
import shutil
import sys
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Callable

from ..commands import require_root_and_tools
from ..errors import LabError
from ..lab import Lab
from ..state import labs_that_are_up
from ..termination import raise_on_termination
from .narrator import Narrator

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .stage import Stage

EVIDENCE = 20
_NOISE = ("cib_perform_op", "<nvpair")
_INTERRUPTED = 130


@dataclass(frozen=True)
class Show:
    """What is shown, and on what lab."""

    name: str
    program: str
    about: str
    story: Callable[[Lab, Narrator, Path], Stage]
    telling: tuple[str, ...]
    """What the lines of a log say that tell why a step did not hold."""
    try_this: str
    """What the client may be told to do in a cluster that stays."""
    hosts: Mapping[str, int]
    install: Sequence[str] | None = None
    narrator: Callable[[], Narrator] = Narrator
    require: Callable[[], None] = field(default=lambda: None)
    """Raises a LabError that says what is missing."""

    def main(self) -> int:
        """The program's exit status: 0 only if every step was seen to hold."""
        parser = argparse.ArgumentParser(prog=f"python -m {self.program}", description=self.about)
        parser.add_argument("--keep", action="store_true", help="leave the cluster up")
        keep = parser.parse_args().keep
        # The name that `ocf-agents lab` means when it is given none is for a cluster that stays.
        lab = Lab("lab" if keep else self.name, hosts=self.hosts, install=self.install)
        narrator = self.narrator()
        try:
            require_root_and_tools()
            self.require()
            raise_on_termination()
            require_absent(lab.spec.name)
            held = self.run(lab, narrator, keep)
        except LabError as error:
            print(f"{self.name}: {error}", file=sys.stderr)
            return 1
        except (KeyboardInterrupt, SystemExit) as ending:
            print("interrupted", file=sys.stderr)
            nothing_left(lab, narrator)
            status = ending.code if isinstance(ending, SystemExit) else None
            return status if isinstance(status, int) else _INTERRUPTED
        return 0 if held and (keep or nothing_left(lab, narrator)) else 1

    def run(self, lab: Lab, narrator: Narrator, keep: bool) -> bool:
        """Whether every step held; the lab is down afterwards unless it is to be kept."""
        try:
            with ExitStack() as stack:
                with narrator.step("bring up two nodes with Corosync, Pacemaker and fencing"):
                    lab.up()
                    stack.callback(lab.down)
                held = self.tell(lab, narrator)
                if keep:
                    stack.pop_all()
                    print(how_to_go_on(self.try_this), flush=True)
        except LabError as error:
            narrator.failed(str(error), [])
            held = False
        if not held and not keep:
            nothing_left(lab, narrator)
        return held

    def tell(self, lab: Lab, narrator: Narrator) -> bool:
        """Whether every step after the first held; if not, the log lines that tell of it were shown."""
        try:
            self.story(lab, narrator, Path.cwd()).tell()
        except LabError as error:
            narrator.failed(str(error), evidence(lab, self.telling))
            return False
        narrator.timeline()
        return True


def require_absent(name: str) -> None:
    """No lab of this name is up, or a LabError says how to take it down."""
    if name in labs_that_are_up():
        raise LabError(f'lab "{name}": is up already; take it down with: {command()} lab down --name {name}')


def evidence(lab: Lab, telling: Sequence[str]) -> list[str]:
    """The last lines of the nodes' Pacemaker logs that have one of these words."""
    lines = []
    for node, logs in lab.logs.items():
        try:
            text = logs.pacemaker.read_text(errors="replace")
        except OSError:
            continue
        found = [
            line
            for line in text.splitlines()
            if any(word in line for word in telling) and not any(word in line for word in _NOISE)
        ]
        lines += [f"{node}: last lines of pacemaker.log", *found[-EVIDENCE:]]
    return lines


def command() -> str:
    """How the operator's command is called here: by its path where it is not in PATH."""
    return "ocf-agents" if shutil.which("ocf-agents") else str(Path(sys.executable).with_name("ocf-agents"))


def how_to_go_on(try_this: str) -> str:
    """How to look around in a cluster that stays, and how to end it."""
    operator = command()
    return (
        "The cluster stays up. Look around with:\n"
        f"  {operator} lab crm status\n"
        f"  {operator} lab exec n1 -- crm_mon --one-shot\n"
        f"  {operator} lab shell n1\n"
        f"  {operator} lab client {try_this}\n"
        "Break it with lab kill, cut or freeze, and take it down with:\n"
        f"  {operator} lab down"
    )


def nothing_left(lab: Lab, narrator: Narrator) -> bool:
    """Whether no process, namespace, mount or control group of the lab is on the machine; it is said."""
    left = lab.leftovers()
    if left:
        narrator.failed("expected nothing to be left behind, saw:", left)
    else:
        narrator.say("the cluster is down; no process, mount or control group of it is left")
    return not left
