"""`ocf-agents explain mysql`: who would be promoted now, and why not the others."""

from __future__ import annotations

from dataclasses import asdict

import click

from .presenting import FOUND, Unusable, as_json, coloured, write_json


@click.group()
def explain() -> None:
    """Say why the cluster decides as it does."""


@explain.command()
@click.option("--resource", default="", metavar="NAME", help="The database, where the cluster has several.")
@as_json
@click.pass_context
def mysql(context: click.Context, resource: str, as_json: bool) -> None:
    """Say which node would be promoted now, and why not the others.

    Reads the cluster's records: who may hold a confirmed write, each node's promotion score, and what
    the servers last published of themselves. The decision is the agent's own, and nothing is changed.

    Exit codes: 0 somebody is or would be promoted; 1 nobody; 2 the cluster could not be asked.
    """
    from ..cib.model import Unreadable
    from ..inspection.candidates import explain as decide
    from ..inspection.database import NoSuchResource, view
    from ..system.errors import Missing, Refused

    try:
        answer = decide(view(resource))
    except (Missing, Refused, NoSuchResource, Unreadable) as error:
        raise Unusable(str(error)) from None
    if as_json:
        write_json(asdict(answer))
    else:
        click.echo(click.style(answer.headline, bold=True))
        click.echo(f"  {answer.pact}")
        for one in answer.prospects:
            good = one.chosen or one.node == answer.primary
            score = "none" if one.score is None else str(one.score)
            at = f", at {one.position}" if one.position else ""
            click.echo(f"  {coloured('ok' if good else 'no', 3)} {one.node} (score {score}{at}): {one.text}")
    context.exit(0 if answer.chosen or answer.primary else FOUND)
