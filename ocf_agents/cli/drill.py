"""`ocf-agents drill`: what faults cost a cluster, in numbers and pictures."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .presenting import FOUND, Unusable, columns
from .staging import cluster

if TYPE_CHECKING:
    from ..drill.plan import Round

PEERS = ("heartbeat:mysql", "heartbeat:mariadb")
FILE = click.Path(dir_okay=False, path_type=Path)


@click.group()
def drill() -> None:
    """Faults on a real cluster, in a lab on this machine or on a staging one, while an application writes."""


drill.add_command(cluster)


@drill.command("list")
def list_faults() -> None:
    """Show every fault, and every workload."""
    from ..drill.session import CATALOGUE
    from ..drill.workload import WORKLOADS

    told = {name: fault.__doc__ or "" for name, fault in CATALOGUE.items()}
    told |= {f"--workload {name}": workload.about for name, workload in WORKLOADS.items()}
    width = max(map(len, told))
    for name, text in told.items():
        click.echo(f"{name.ljust(width)}  {' '.join(text.split())}")


@drill.command()
@click.option("--rounds", type=click.IntRange(1), default=1, show_default=True, help="How many.")
@click.option("--seed", type=int, help="Draw faults by lot, alone and in pairs; without it all in turn.")
@click.option("--only", type=int, help="Of the rounds of a seed, only this one.")
@click.option("--fault", "names", multiple=True, help="Only this fault; may be given again.")
@click.option(
    "--agent",
    "agents",
    multiple=True,
    help="openstack:mysql if not said; given again, for heartbeat:mysql or heartbeat:mariadb too, all go "
    "through the same faults and stand side by side.",
)
@click.option("--nodes", type=click.IntRange(2, 3), default=2, show_default=True)
@click.option("--threshold", type=click.IntRange(1), help="The database's migration-threshold.")
@click.option("--fencing/--no-fencing", default=True, show_default=True)
@click.option(
    "--workload",
    default="database",
    show_default=True,
    help="What stands on the database and is asked all the time: see ocf-agents drill list.",
)
@click.option(
    "--server",
    type=click.Path(path_type=Path, exists=True, file_okay=False, resolve_path=True),
    help="MySQL's own, 8.0.22 or later, in this directory, as packaging/mysql-servers makes them; without it "
    "this machine's MariaDB.",
)
@click.option("--json", "record", type=FILE, help="Keep the results here, and go on from what it holds.")
@click.option("--report", type=FILE, help="Write a report in HTML, with a picture of each round.")
@click.option("--plan", is_flag=True, help="Show the rounds that it would play, and play none.")
def run(
    *,
    rounds: int,
    seed: int | None,
    only: int | None,
    names: tuple[str, ...],
    agents: tuple[str, ...],
    nodes: int,
    threshold: int | None,
    fencing: bool,
    workload: str,
    server: Path | None,
    record: Path | None,
    report: Path | None,
    plan: bool,
) -> None:
    """Play rounds of faults; exit code 1 if ours lost a confirmed write, or left the cluster broken."""
    from ..lab import LabError

    for path in filter(None, (record, report)):
        if not path.parent.is_dir():
            raise Unusable(f"{path.parent}: no such directory")
    among = allowed(names, seed, agents, workload, server)
    wanted = planned(max(rounds, only or 0), seed, among, agents)
    if only is not None:
        wanted = [one for one in wanted if one.number == only]
    setting: dict[str, Any] = {"seed": seed, "faults": list(names), "nodes": nodes, "fencing": fencing}
    setting |= {"threshold": threshold, "workload": workload, "server": str(server or "")}
    document = begun(record, {**setting, "rounds": []})
    left = unplayed(document, wanted)
    if plan:
        columns([(f"{one.number:4}", one.agent.removeprefix("ocf:"), one.title) for one in left])
        return
    try:
        play(document, left, record)
    except LabError as error:
        raise Unusable(str(error)) from None
    finish(document, report)


def allowed(
    names: tuple[str, ...],
    seed: int | None,
    agents: tuple[str, ...],
    workload: str,
    server: Path | None = None,
) -> list[str]:
    """The faults to choose from: these, or all that there are with the workload."""
    from ..drill.session import CATALOGUE, NEEDS_NO_FENCING, faults_with
    from ..drill.workload import WORKLOADS

    if workload not in WORKLOADS:
        raise Unusable(f"workload {workload}: no such one; take {', '.join(WORKLOADS)}")
    known = faults_with(workload)
    for name in names:
        if name not in CATALOGUE:
            raise Unusable(f"{name}: no such fault; see: ocf-agents drill list")
        if name not in known:
            raise Unusable(f"{name}: the workload {workload} has no such service; take another --workload")
    if server and not (server / "bin/mysqld").exists():
        raise Unusable(f"server {server}: has no bin/mysqld; packaging/mysql-servers makes such directories")
    if server and workload != "database":
        raise Unusable(f"workload {workload}: stands on MariaDB; leave --server away")
    if (server or workload != "database") and {*map(full_name, agents)} - {full_name("openstack:mysql")}:
        what = f"workload {workload}" if workload != "database" else f"server {server}"
        raise Unusable(f"{what}: runs on openstack:mysql alone; leave --agent away")
    # What is drawn by lot goes on in the same cluster.
    return [*names] or [name for name in known if seed is None or name not in NEEDS_NO_FENCING]


def planned(rounds: int, seed: int | None, faults: list[str], agents: tuple[str, ...]) -> list[Round]:
    """The rounds of all agents, one agent after the other, since each needs a cluster of its own."""
    from ..drill.plan import by_lot, in_turn

    wanted: list[Round] = []
    for agent in map(full_name, agents or ("openstack:mysql",)):
        wanted += in_turn(faults, rounds, agent) if seed is None else by_lot(faults, rounds, agent, seed)
    return wanted


def full_name(agent: str) -> str:
    """The agent as Pacemaker calls it; ours under the name of 2012, which the configuration has."""
    from ..lab.mariadb import OURS

    if agent in ("openstack:mysql", OURS.removeprefix("ocf:")):
        return OURS
    if agent not in PEERS:
        raise Unusable(f"{agent}: no agent of this database; take openstack:mysql, {' or '.join(PEERS)}")
    return f"ocf:{agent}"


def begun(record: Path | None, fresh: dict[str, Any]) -> dict[str, Any]:
    """What an earlier run of the same drill has left, or a fresh document."""
    if record is None or not record.exists():
        return fresh
    try:
        document: dict[str, Any] = {"server": "", **json.loads(record.read_text())}
        same = all(document[key] == fresh[key] for key in fresh if key != "rounds")
    except (ValueError, KeyError, TypeError):
        raise Unusable(f"{record}: is no record of drills; move it away") from None
    if not same:
        raise Unusable(
            f"{record}: is of another drill (its seed, faults, nodes, threshold or fencing differ); move it away"
        )
    return document


def unplayed(document: dict[str, Any], wanted: list[Round]) -> list[Round]:
    """Those rounds that are not on record yet."""
    from ..drill.report import round_of

    played = {(one.number, one.agent, one.faults) for one in map(round_of, document["rounds"])}
    return [one for one in wanted if (one.number, one.agent, one.faults) not in played]


def play(document: dict[str, Any], left: list[Round], record: Path | None) -> None:
    """Every round has been played, and is on record."""
    from ..drill.report import line
    from ..drill.session import Session

    def done(result: dict[str, Any]) -> None:
        document["rounds"].append(result)
        click.echo(line(result))
        if record is not None:
            save(record, json.dumps(document, indent=1) + "\n")

    setting = {key: document[key] for key in ("nodes", "fencing", "threshold", "workload", "server")}
    session = Session(f"drill{os.getpid()}", **setting)
    while left:
        session.run(left, done)


def finish(document: dict[str, Any], report: Path | None) -> None:
    """The table is shown and the report written; exit code 1 if a round of our agent failed."""
    from ..drill.report import page, round_of, table
    from ..drill.verdict import faults_of
    from ..lab.mariadb import OURS

    click.echo(f"\n{table(document['rounds'])}")
    if report is not None:
        save(report, page(document))
        click.echo(f"\nreport: {report}")
    bad = [result for result in document["rounds"] if faults_of(result)]
    for result in bad:
        logs = f" (logs: {result['logs']})" if "logs" in result else ""
        click.echo(f"alone: {round_of(result).replay(document)}{logs}", err=True)
    if any(result["agent"] == OURS for result in bad):
        raise SystemExit(FOUND)


def save(path: Path, text: str) -> None:
    """The file holds the text, whole or as before."""
    draft = path.with_name(f"{path.name}.new")
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)
