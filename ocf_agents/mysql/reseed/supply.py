"""The primary's monitor sees who asks for its data, and has them sent."""

from __future__ import annotations

from ...lean import TYPE_CHECKING
from ...system.channel import derive
from ...system.errors import Refused
from ...system.host import PATH
from ...system.proc import MARK
from ...system.spawn import ROOT, Command
from ..server import SUPERUSER
from . import SUPPLY
from .attempt import FAILED, SENDS, Attempt, Request
from .means import PLUGIN, program
from .order import BACKUP, DONATE, PURPOSE, Order

if TYPE_CHECKING:
    from ..member import Member
    from .attention import Site

APPEARANCE = 5.0
"""Seconds that a process has to be gone."""


def supply(member: Member, site: Site) -> None:
    """Who asks this primary for its data is being sent them; what became of the last one is in the log."""
    path = f"{member.memory.path}{SUPPLY}"
    last = Attempt.read(member.host, path)
    if last.worker(member.host):
        return
    if last.phase:
        conclude(member, last, path)
    asked = wanted(member)
    if asked is None:
        return
    node, request = asked
    member.memory["supplied"] = request.session
    clones, source = member.version.clones, member.source(member.name)
    order = Order(
        path,
        request.session,
        node,
        derive(member.settings.replication_passwd, PURPOSE).hex(),
        request.address,
        request.port,
        member.settings.datadir,
        "",
        () if clones else backup(member, site.config),
        source=f"{source.host} {source.port}" if clones else "",
        refusal=unprepared(member) if clones else "",
    )
    python, script, file = order.write(member.host)
    # It carries no mark: should the server die, its process must not pass for one.
    environment = {"PATH": PATH, "LC_ALL": "C", MARK: ""}
    command = Command((python, "-IS", script, DONATE, file), ROOT, environment)
    member.host.spawn(command, f"{path}.output")
    member.log.info(
        f"sends its data to {node}, which is to be rebuilt ({request.address} port {request.port})"
    )


def wanted(member: Member) -> tuple[str, Request] | None:
    """Who asks for this server's data, and was not answered yet."""
    told = member.cluster.reports(f"{member.resource}-reseed")
    for node, text in sorted(told.items()):
        request = Request.read(text)
        if request is None or request.source != member.name or request.session == member.memory["supplied"]:
            continue
        pact = member.pact()
        if pact is not None and pact.primary == member.name and not pact.names(node):
            return node, request
    return None


def backup(member: Member, config: str) -> tuple[str, ...]:
    """The command that copies the data while the server works, as root through the local socket."""
    return (
        program(member, BACKUP) or BACKUP[0],
        f"--defaults-file={config}",
        "--backup",
        "--stream=xbstream",
        f"--datadir={member.settings.datadir}",
        f"--socket={member.settings.socket}",
        f"--user={SUPERUSER}",
    )


def unprepared(member: Member) -> str:
    """Why this server cannot be cloned; empty where it can, since its plugin is loaded now."""
    server = member.server
    state = "SELECT plugin_status FROM information_schema.plugins WHERE plugin_name = 'clone'"
    try:
        if server.rows(state) != [("ACTIVE",)]:
            server.as_root().tell(f"INSTALL PLUGIN clone SONAME '{PLUGIN}'")
    except Refused as refused:
        return f"{member.name} has no clone plugin: {refused}"
    return ""


def conclude(member: Member, last: Attempt, path: str) -> None:
    """The log has what became of it, and its files are gone."""
    if last.phase == FAILED:
        member.log.error(f"{last.cause} did not get all data of this server: {last.reason}")
    elif last.phase == SENDS:
        member.log.warning(
            f"{last.cause} did not get all data of this server: the process that sends was ended"
        )
    else:
        done = "may clone" if member.version.clones else "has got"
        member.log.info(f"{last.cause} {done} the data of this server")
    for file in (path, f"{path}.output"):
        member.host.remove(file)


def withdraw(member: Member) -> None:
    """Nobody is being sent data from here."""
    path = f"{member.memory.path}{SUPPLY}"
    last = Attempt.read(member.host, path)
    if last.phase:
        member.deadline.wait(lambda: last.end(member.host), APPEARANCE)
        conclude(member, last, path)
