"""`ocf-agents doctor`: whether this node is ready."""

from __future__ import annotations

from dataclasses import asdict
from typing import TextIO

import click

from ..readiness.doctor import LOOKS, examine
from ..readiness.line import FAULT
from .lint import parsed, running
from .presenting import FOUND, as_json, coloured, content, write_json


@click.command()
@click.argument("file", type=click.File(), required=False)
@click.option(
    "--only", multiple=True, type=click.Choice(list(LOOKS)), help="Look at this only; may be repeated."
)
@as_json
@click.pass_context
def doctor(context: click.Context, file: TextIO | None, only: tuple[str, ...], as_json: bool) -> None:
    """Say whether this node is ready for the services that the cluster may start on it.

    Looks at programs, users, files, passwords, units of systemd, ports, the clock, database accounts and
    Keystone's catalogue. The services are those of the running cluster, or of FILE, which holds a CIB or
    lines of crmsh. Run it as root. Nothing is changed.

    Exit codes: 0 no fault was found; 1 there is one; 2 there is no configuration to go by.
    """
    configuration = parsed(content(file), file.name) if file else running()
    bad, told = False, []
    for look, line in examine(configuration, only):
        bad = bad or line.status == FAULT
        if as_json:
            told.append({"look": look, **asdict(line)})
            continue
        click.echo(
            f"{coloured(line.status, 8)} {look:<13} {click.style(line.subject, bold=True)}: {line.fact}"
        )
        if line.remedy:
            click.echo(f"{'':<22} way out: {line.remedy}")
    if as_json:
        write_json(told)
    context.exit(FOUND if bad else 0)
