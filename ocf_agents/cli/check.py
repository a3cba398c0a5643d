"""`ocf-agents check`: what an agent finds now, in plain words."""

from __future__ import annotations

import signal
import sys
import time
from dataclasses import asdict, replace
from typing import TYPE_CHECKING

import click

from .agents import AgentName
from .presenting import FOUND, Unusable, as_json, coloured, write_json

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import FrameType

    from ..inspection.trial import Outcome, Subject, Trial
    from ..ocf.agent import Agent


ASK = "-"
"""The value of a password that is to be asked for."""


@click.command()
@click.argument("agent", type=AgentName(), required=False)
@click.option(
    "-p",
    "--parameter",
    "given",
    multiple=True,
    metavar="NAME=VALUE",
    help="A parameter; may be repeated. A password is written as NAME=- and asked for.",
)
@click.option(
    "--resource", metavar="NAME", help="Take agent and parameters from the cluster's configuration."
)
@click.option(
    "--watch",
    is_flag=True,
    help="Go on looking, and write a line when something changes; with --json each is an object (JSON lines).",
)
@click.option(
    "--every",
    type=click.FloatRange(0, min_open=True),
    default=2.0,
    show_default=True,
    help="Seconds between two looks of --watch.",
)
@click.option("--times", type=click.IntRange(0), default=0, help="End --watch after so many looks.")
@as_json
@click.pass_context
def check(
    context: click.Context,
    *,
    agent: type[Agent] | None,
    given: tuple[str, ...],
    resource: str | None,
    watch: bool,
    every: float,
    times: int,
    as_json: bool,
) -> None:
    """Run AGENT's validate-all and monitors as Pacemaker does, and say what they looked at and found.

    Run it as root on the node in question. Nothing is started or stopped, the agent's own records are
    left alone, and what it would tell the cluster does not reach the cluster.

    Exit codes: 0 all is well; 1 something is not; 2 it could not be looked at.
    """
    from ..inspection.trial import NoAgent, Trial

    subject = subject_of(agent, parameters(given), resource)
    subject = replace(subject, parameters=completed(subject, parameters(given)))
    try:
        with Trial(subject) as trial:
            bad = follow(trial, every, times, as_json) if watch else once(trial, as_json)
    except (NoAgent, OSError) as error:
        raise Unusable(str(error)) from None
    context.exit(FOUND if bad else 0)


def parameters(given: Sequence[str]) -> dict[str, str]:
    """The parameters of the command line."""
    found = {}
    for one in given:
        name, mark, value = one.partition("=")
        if not mark or not name:
            raise Unusable(f"-p {name}: not NAME=VALUE")
        found[name] = value
    return found


def completed(subject: Subject, given: dict[str, str]) -> dict[str, str]:
    """The parameters; passwords are asked for, since a command line is for all to see."""
    from ..advice.parameters import COMMON, names
    from ..ocf.parameters import Secret

    found, known = dict(subject.parameters), names(subject.agent)
    for name, value in given.items():
        if name not in (*known, *COMMON):
            agent = subject.agent.name
            raise Unusable(f"{name}: {agent} has no such parameter; see ocf-agents describe {agent}")
        if isinstance(known.get(name), Secret):
            if value != ASK:
                raise Unusable(
                    f"{name}: everyone can read a command line; write -p {name}={ASK} and type it then"
                )
            typed = sys.stdin.readline().rstrip("\n") if not sys.stdin.isatty() else ""
            found[name] = typed or click.prompt(name, hide_input=True, err=True)
    return found


def subject_of(agent: type[Agent] | None, given: dict[str, str], resource: str | None) -> Subject:
    """What is to be looked at."""
    from ..inspection.trial import Subject

    if resource is None:
        if agent is None:
            raise Unusable("name an AGENT, or a resource of the cluster with --resource")
        return Subject(agent, given, agent.name)
    if agent is not None:
        raise Unusable("AGENT and --resource are one too many; give one of them")
    from ..cib.model import Unreadable
    from ..inspection.database import NoSuchResource
    from ..inspection.resource import subject
    from ..system.errors import Missing, Refused

    try:
        return subject(resource, given)
    except (Missing, Refused, NoSuchResource, Unreadable) as error:
        raise Unusable(str(error)) from None


def once(trial: Trial, as_json: bool) -> bool:
    """Whether anything is bad, after one look at each level."""
    from ..inspection.trial import IDLE, steps

    outcomes: list[Outcome] = []
    for action, level in steps(trial.subject.agent):
        if any(one.verdict == IDLE for one in outcomes):
            # Whoever does not run has nothing to say at any other level.
            break
        outcomes.append(trial.call(action, level))
        if not as_json:
            show(outcomes[-1])
    if as_json:
        write_json([asdict(one) for one in outcomes])
    return any(one.verdict != "ok" for one in outcomes)


def show(one: Outcome) -> None:
    """One outcome for a reader."""
    title = one.action if one.action != "monitor" else f"monitor, level {one.level}"
    click.echo(
        f"{coloured(one.verdict, 8)} {click.style(title, bold=True)} ({one.seconds:.2f} s): {one.meaning}"
    )
    for line in one.looked_at:
        click.echo(f"           looked at: {line}")
    if one.reason:
        click.echo(f"           found: {one.reason}")


def follow(trial: Trial, every: float, times: int, as_json: bool) -> bool:
    """Whether the last look was bad; a line for each change until then, or until SIGINT."""
    from ..inspection.trial import steps

    action, level = list(steps(trial.subject.agent))[-1]
    last: tuple[int, str] | None = None
    looks, bad = 0, False
    before = signal.getsignal(signal.SIGINT)
    try:
        signal.signal(signal.SIGINT, leave)
        while True:
            one = trial.call(action, level)
            looks, bad = looks + 1, one.verdict != "ok"
            if (one.code, one.reason) != last:
                last = (one.code, one.reason)
                moment = time.strftime("%H:%M:%S")
                if as_json:
                    write_json({"time": moment, **asdict(one)}, line=True)
                else:
                    click.echo(f"{moment}  {coloured(one.verdict, 8)} {one.reason or one.meaning}")
            if times and looks >= times:
                signal.signal(signal.SIGINT, before)
                return bad
            time.sleep(every)
    except KeyboardInterrupt:
        return bad


def leave(_number: int, _frame: FrameType | None) -> None:
    """The watch ends, and no second SIGINT, such as timeout(1) sends, disturbs it in clearing up."""
    # Not ignored: Python complains of one that came in the meantime, and it restores the default as it exits.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    raise KeyboardInterrupt
