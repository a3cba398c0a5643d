"""`ocf-agents configure`: the whole configuration of a cluster, from a small file."""

from __future__ import annotations

from typing import TYPE_CHECKING, TextIO

import click

from .presenting import Unusable, content

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..cib.model import Configuration


@click.command()
@click.argument("file", type=click.File())
@click.option("--crm", "language", flag_value="crm", default="crm", help="As lines of crmsh (the default).")
@click.option("--pcs", "language", flag_value="pcs", help="As a script of pcs commands.")
def configure(file: TextIO, language: str) -> None:
    """Print the configuration of the cluster that FILE describes.

    FILE is YAML: nodes with their addresses and fence agents, a network, a login for the monitors, and
    the services wanted, each with its virtual address or without. `docs/examples` has two of them.
    Timeouts and intervals are those that the agents advertise.

    Exit codes: 0 the configuration is printed; 2 FILE cannot be used, with one line for each fault.
    """
    from ..cib import crm, pcs
    from ..deployment.build import build
    from ..deployment.description import Wrong, understand
    from ..deployment.document import Absent

    try:
        made = build(understand(content(file)))
    except Wrong as wrong:
        raise Unusable("\n".join(f"{file.name}: {fault}" for fault in wrong.faults)) from None
    except Absent as absent:
        raise Unusable(str(absent)) from None
    write: Callable[[Configuration], str] = pcs.write if language == "pcs" else crm.write
    click.echo(remarks(made, language, file.name) + write(made), nl=False)


def remarks(made: Configuration, language: str, name: str) -> str:
    """What to do with it, as comments; passwords are typed when they are asked for."""
    from ..deployment.build import secrets

    how = {"crm": "crm configure load update THIS_FILE", "pcs": "sh THIS_FILE"}[language]
    lines = [f"From {name}. Load it with: {how}"]
    hidden = secrets(made)
    if hidden:
        lines.append("Then give the passwords, which are asked for and stay out of the configuration:")
        lines += [f"    cibsecret set {resource} {parameter}" for resource, parameter in hidden]
    return "".join(f"# {line}\n" for line in lines)
