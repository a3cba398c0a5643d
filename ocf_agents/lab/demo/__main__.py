"""`python -m ocf_agents.lab.demo [--keep]`: exits 0 only if every step was seen to hold."""

from __future__ import annotations

import argparse
import shutil
import sys
from contextlib import ExitStack
from pathlib import Path

from .. import keystone
from ..commands import require_root_and_tools
from ..errors import LabError
from ..lab import Lab
from ..state import labs_that_are_up
from ..termination import raise_on_termination
from .narrator import Narrator
from .story import SERVICE, Story

EVIDENCE = 20
_TELLING = (SERVICE, "error:", "fence", "keystone(")
_NOISE = ("cib_perform_op", "<nvpair")
_INTERRUPTED = 130


def main() -> int:
    """The program's exit status."""
    parser = argparse.ArgumentParser(prog="python -m ocf_agents.lab.demo", description=__doc__)
    parser.add_argument("--keep", action="store_true", help="leave the cluster up")
    keep = parser.parse_args().keep
    try:
        require_root_and_tools()
    except LabError as error:
        print(f"demo: {error}", file=sys.stderr)
        return 1
    # The name that `ocf-agents lab` means when it is given none is for a cluster that stays.
    lab, narrator = Lab("lab" if keep else "demo", hosts=keystone.HOSTS), Narrator()
    raise_on_termination()
    try:
        require_absent(lab.spec.name)
        held = show(lab, narrator, keep)
    except LabError as error:
        print(f"demo: {error}", file=sys.stderr)
        return 1
    except (KeyboardInterrupt, SystemExit) as ending:
        print("interrupted", file=sys.stderr)
        nothing_left(lab, narrator)
        return (
            ending.code if isinstance(ending, SystemExit) and isinstance(ending.code, int) else _INTERRUPTED
        )
    return 0 if held and (keep or nothing_left(lab, narrator)) else 1


def require_absent(name: str) -> None:
    """No lab of this name is up, or a LabError says how to take it down."""
    if name in labs_that_are_up():
        raise LabError(f'lab "{name}": is up already; take it down with: {command()} lab down --name {name}')


def show(lab: Lab, narrator: Narrator, keep: bool) -> bool:
    """Whether every step held; the lab is down afterwards unless it is to be kept."""
    try:
        with ExitStack() as stack:
            with narrator.step("bring up two nodes with Corosync, Pacemaker and fencing"):
                lab.up()
                stack.callback(lab.down)
            held = tell(lab, narrator)
            if keep:
                stack.pop_all()
                print(how_to_go_on(), flush=True)
    except LabError as error:
        narrator.failed(str(error), [])
        held = False
    if not held and not keep:
        nothing_left(lab, narrator)
    return held


def tell(lab: Lab, narrator: Narrator) -> bool:
    """Whether every step after the first held; if not, the log lines that tell of it were shown."""
    try:
        Story(lab, narrator, Path.cwd()).tell()
    except LabError as error:
        narrator.failed(str(error), evidence(lab))
        return False
    narrator.timeline()
    return True


def evidence(lab: Lab) -> list[str]:
    """The last lines of the nodes' Pacemaker logs that are about Keystone, fencing or errors."""
    lines = []
    for node, logs in lab.logs.items():
        try:
            text = logs.pacemaker.read_text(errors="replace")
        except OSError:
            continue
        telling = [
            line
            for line in text.splitlines()
            if any(word in line for word in _TELLING) and not any(word in line for word in _NOISE)
        ]
        lines += [f"{node}: last lines of pacemaker.log", *telling[-EVIDENCE:]]
    return lines


def command() -> str:
    """How the operator's command is called here: by its path where it is not in PATH."""
    return "ocf-agents" if shutil.which("ocf-agents") else str(Path(sys.executable).with_name("ocf-agents"))


def how_to_go_on() -> str:
    """How to look around in a cluster that stays, and how to end it."""
    operator = command()
    return (
        "The cluster stays up. Look around with:\n"
        f"  {operator} lab crm status\n"
        f"  {operator} lab exec n1 -- crm_mon --one-shot\n"
        f"  {operator} lab shell n1\n"
        f"  {operator} lab client curl -s http://{keystone.NAME}:5000/v3\n"
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


if __name__ == "__main__":
    sys.exit(main())
