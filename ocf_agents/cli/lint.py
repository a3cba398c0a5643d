"""`ocf-agents lint`: what is dangerous in a cluster's configuration."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, TextIO

import click

from .presenting import FOUND, Unusable, as_json, coloured, content, write_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..advice.finding import Finding
    from ..cib.model import Configuration


@click.command()
@click.argument("file", type=click.File(), required=False)
@click.option("--cib", type=click.File(), help="A CIB in XML, instead of the running cluster's.")
@click.option("--pcs", is_flag=True, help="Commands of pcs instead of crmsh.")
@as_json
@click.pass_context
def lint(context: click.Context, file: TextIO | None, cib: TextIO | None, pcs: bool, as_json: bool) -> None:
    """Say what is dangerous in a cluster's configuration, why, and the command that mends it.

    Looks at the running cluster; at FILE if one is given, which holds a CIB or lines of crmsh; `-` is
    standard input.

    Exit codes: 0 nothing was found; 1 something was; 2 there is no configuration to look at.
    """
    from ..advice.lint import RULES
    from ..advice.lint import lint as look

    if file and cib:
        raise Unusable("FILE and --cib are one too many; give one of them")
    source = file or cib
    configuration = parsed(content(source), source.name) if source else running()
    findings = look(configuration)
    if as_json:
        write_json([asdict(one) for one in findings])
    else:
        show(findings, pcs, len(RULES))
    context.exit(FOUND if findings else 0)


def parsed(text: str, name: str) -> Configuration:
    """The configuration in a text, which is XML if it begins so."""
    from ..cib import crm, xml
    from ..cib.model import Unreadable

    try:
        return xml.read(text) if text.lstrip().startswith("<") else crm.read(text)
    except Unreadable as unreadable:
        raise Unusable(f"{name}: {unreadable}") from None


def running() -> Configuration:
    """The running cluster's configuration."""
    from ..cib.live import query
    from ..system.errors import Missing, Refused

    try:
        return parsed(query(), "the cluster's CIB")
    except (Missing, Refused) as error:
        raise Unusable(f"{error}; or give a file: ocf-agents lint FILE") from None


def show(findings: Sequence[Finding], pcs: bool, rules: int) -> None:
    """The findings for a reader: the fact, why it matters, and what to type."""
    for one in findings:
        click.echo(f"{coloured(one.severity, 8)} {click.style(one.subject, bold=True)}: {one.fact}")
        click.echo(f"         why:  {one.why} [{one.rule}]")
        click.echo(f"         mend: {one.pcs if pcs else one.crm}")
    counted = f"{len(findings)} finding{'s' * (len(findings) != 1)}" if findings else "nothing found"
    click.echo(f"{counted}; {rules} rules")
