"""`ocf-agents drill cluster`: a fault in the running cluster, which is done only if that is meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from .presenting import FOUND, Unusable, as_json, columns, write_json

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import TextIO

    from ..drill.staging import Blow, Staging


@click.command()
@click.option("--fault", "name", default="switchover", show_default=True, help="What is done.")
@click.option("--resource", default="", metavar="NAME", help="The database, where the cluster has several.")
@click.option("--address", default="", help="Where applications write; writer_vip if not said.")
@click.option("--user", default="ocf_drill", show_default=True, help="Who writes.")
@click.option("--database", default="ocf_drill", show_default=True, help="An empty one of this user.")
@click.option("--password-file", type=click.File(), help="Has the user's password; - for standard input.")
@click.option("--i-mean-it", is_flag=True, help="Do it; without this it is only said.")
@as_json
def cluster(
    *, name: str, resource: str, address: str, user: str, database: str,
    password_file: TextIO | None, i_mean_it: bool, as_json: bool,
) -> None:  # fmt: skip
    """Bring a fault about in the running cluster, a staging one, while an application writes to it.

    Faults: switchover, the primary's node goes to standby and comes back; kill_server, the primary's server
    gets SIGKILL, asked for on its own node; fence_primary, its node is fenced and has to come back by itself.

    Without --i-mean-it it looks, says what it would do, and does nothing. With it, writes through the
    virtual address are noted, every server is watched, and the notes are compared with what is
    stored. The user needs all rights on an empty database of its own, from every node.

    Exit codes: 0 nothing was lost, and no two servers were writable; 1 that is not so; 2 it could not be done.
    """
    from ..cib.model import Unreadable
    from ..drill import staging
    from ..inspection.database import NoSuchResource
    from ..lab import LabError
    from ..system.errors import Missing, Refused

    if name not in staging.BLOWS:
        raise Unusable(f"{name}: no such fault of a running cluster; take {', '.join(staging.BLOWS)}")
    try:
        found = staging.look(resource, address)
        if not i_mean_it:
            click.echo(announcement(found, staging.BLOWS[name]))
            return
        password = password_file.readline().rstrip("\n") if password_file else ""
        login = {"DRILL_USER": user, "DRILL_PASSWORD": password, "DRILL_DATABASE": database}
        result = staging.run(found, name, login)
    except (LabError, Missing, Refused, NoSuchResource, Unreadable) as error:
        raise Unusable(str(error)) from None
    show(result, as_json)


def show(result: Mapping[str, object], as_json: bool) -> None:
    """What it cost is written; exit code 1 if a promise was broken."""
    if as_json:
        write_json(result)
    else:
        columns([(key, str(value)) for key, value in result.items()])
    if result["lost"] or result["two_writable_s"]:
        raise SystemExit(FOUND)


def announcement(found: Staging, blow: Blow) -> str:
    """What would be done to whom."""
    commands = (blow.strike(found), blow.mend(found))
    lines = (
        f"{found.resource}: {found.primary} leads, {' and '.join(found.standbys)} may take over; "
        f"applications write to {found.address}",
        blow.about,
        *(f"  {' '.join(command)}" for command in commands if command),
        "Nothing was done. If this cluster may lose its primary now, say --i-mean-it.",
    )
    return "\n".join(lines)
