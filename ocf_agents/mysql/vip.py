"""The writers' address: who answers there, and what follows for a server that is to lead or leads."""

from __future__ import annotations

from ..lean import TYPE_CHECKING, Record
from ..ocf.codes import Failure
from ..system.errors import Refused

if TYPE_CHECKING:
    from .member import Member
    from .peer import Peer

SECONDS = 2.0
NOBODY, ANOTHER = "nobody", "another"


class Stray(Record):
    """Where the address is, if it is not with the primary: in words, and whether the grace is over."""

    text: str = ""
    over: bool = False


def answering(member: Member) -> Peer | None:
    """The server that answers at the writers' address; None if none does."""
    from .peer import ask_peer, reached

    given = member.settings
    try:
        return ask_peer(reached(given, given.writer_vip), member.version, SECONDS)
    except Refused:
        return None


def mine(member: Member, peer: Peer) -> bool:
    """Whether the server that answered is this one."""
    return peer.server_id == int(member.server.value("@@GLOBAL.server_id"))


def check(member: Member) -> None:
    """No other writable server answers at the writers' address, or Failure."""
    vip = member.settings.writer_vip
    peer = answering(member) if vip else None
    if peer and not peer.read_only and not mine(member, peer):
        raise Failure(f"not promoted: a writable server (server_id {peer.server_id}) answers at {vip}")


def stray(member: Member) -> Stray:
    """Where the primary's writers are sent; a first look is not believed, since addresses move a moment later."""
    given, memory = member.settings, member.memory
    vip = given.writer_vip
    peer = None
    if not vip or member.host.holds(vip) or ((peer := answering(member)) and mine(member, peer)):
        memory["stray"] = ""
        return Stray()
    kind, now = ANOTHER if peer else NOBODY, int(member.host.now())
    before, _, since = memory["stray"].partition(" ")
    if before != kind:
        since = str(now)
        memory["stray"] = f"{kind} {since}"
    if not before:
        return Stray()
    if peer is None:
        return Stray(f"nobody answers at {vip}, where writers are sent; is that address started?")
    text = f"{vip} is answered by another server (server_id {peer.server_id})"
    return Stray(text, now - int(since) > given.writer_vip_grace)
