"""Data that were put back from a backup: a server that was never told where it is goes on from there.

mariadb-backup takes no binary log along, so that a server on its copy knows no position, or a former
one. It leaves notes in the data directory instead.
"""

from __future__ import annotations

from ..lean import TYPE_CHECKING
from ..ocf.codes import Failure
from .gtid import covers, domains

if TYPE_CHECKING:
    from .gtid import Domains
    from .look import Look
    from .member import Member

PLACES = ("mariadb_backup_binlog_info", "xtrabackup_binlog_info")
CONDITIONS = ("mariadb_backup_checkpoints", "xtrabackup_checkpoints")
"""Files that say where in the primary's log a backup ends, and in which state it is; new and old names."""
RAW = "full-backuped"
FIELDS = 3


def note(member: Member, names: tuple[str, ...], directory: str = "") -> str:
    """What a backup left under one of these names, in the data directory if not said."""
    texts = (member.host.read(f"{directory or member.settings.datadir}/{name}") for name in names)
    return next(filter(None, texts), "")


def end(member: Member, directory: str = "") -> Domains | None:
    """Where in the primary's history a backup ends; None where nothing says so."""
    words = note(member, PLACES, directory).split()
    if len(words) < FIELDS:
        return None
    try:
        return domains(words[FIELDS - 1])
    except ValueError:
        return None


def check(member: Member) -> None:
    """A backup in the data directory was made fit for a server, or Failure."""
    if RAW in note(member, CONDITIONS):
        place = member.settings.datadir
        raise Failure(
            f"datadir={place}: holds a backup that was not prepared; run mariadb-backup --prepare "
            f"--target-dir={place}, then give the files to the user of the server"
        )


def go_on(member: Member, look: Look) -> bool:
    """Whether a server that follows nobody, and has written nothing, was told that it is where its backup ends.

    Any other one knows better than a note that may have lain there for years.
    """
    place = end(member) if member.version.mariadb and not look.source else None
    if place is None or member.server.value("@@GLOBAL.gtid_binlog_state"):
        return False
    if covers(member.server.history(), place):
        return False
    member.server.set_position(place)
    member.log.info(f"these data were put back from a backup, and go on from {place}")
    return True
