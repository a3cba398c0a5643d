"""The receipt: whether all that this server ever received and acknowledged is still here.

MariaDB under GTID throws the relay log away whenever replication is started while neither of its
threads runs: after a restart of the server, and after a STOP SLAVE and START SLAVE by hand. What was
acknowledged but not applied yet is gone then, and nothing in the server tells. So this node keeps a
receipt: the receiving thread, and a position that the primary vouched for when that thread was new.

Invariant: a receipt that is unbroken, with a position here that covers what it owes, means that every
transaction that was ever acknowledged from here is here, applied or in the relay log.
"""

from __future__ import annotations

from ..lean import TYPE_CHECKING, Record
from ..system.errors import Refused
from .gtid import covers, parse

if TYPE_CHECKING:
    from .gtid import Position
    from .look import Look
    from .member import Member
    from .pact import Pact

HELD = "held"
PEER_SECONDS = 5.0


class Receipt(Record):
    """The receiving thread that the primary vouched for, and what must be here."""

    thread: str = ""
    held: str = ""
    """Whether this node ended that thread, or is about to, and threw nothing away."""
    owed: str = ""

    @classmethod
    def read(cls, text: str) -> Receipt:
        """The receipt in a text of `write`; one without a thread is of no use."""
        thread, _, rest = text.partition(" ")
        held, _, owed = rest.partition(" ")
        return cls(thread, held, owed)

    def write(self) -> str:
        """The receipt as one line."""
        return f"{self.thread} {self.held} {self.owed}"


def thread(member: Member, look: Look) -> str:
    """The receiving thread, told from any other that this node ever had; empty where none runs."""
    return f"{member.process()}/{look.receiver}" if look.receiver else ""


def unbroken(member: Member, look: Look) -> bool:
    """Whether nothing was thrown away since the primary vouched for what was received."""
    if not look.source:
        return True
    kept = Receipt.read(member.memory.receipt())
    now = thread(member, look)
    return bool(kept.thread) and (kept.thread == now if now else bool(kept.held))


def whole(member: Member, look: Look) -> bool:
    """Whether all that was ever acknowledged from here is here."""
    if not look.source:
        return True
    owed = Receipt.read(member.memory.receipt()).owed
    return unbroken(member, look) and covers(look.position, parse(owed))


def renew(member: Member, look: Look, vouched: Position) -> None:
    """The receiving thread of this look began when the primary was as far as this position."""
    member.memory.keep_receipt(Receipt(thread(member, look), "", str(vouched)).write())


def hold(member: Member, position: str) -> None:
    """The thread of the receipt is to end, or has ended, and what it received up to here is kept."""
    kept = Receipt.read(member.memory.receipt())
    owed = parse(kept.owed).joined(parse(position))  # type: ignore[arg-type]  # of one sort
    member.memory.keep_receipt(Receipt(kept.thread, HELD, str(owed)).write())


def vouch(member: Member, look: Look, pact: Pact) -> None:
    """The primary has said how far it is, which this thread has to reach; or nothing has changed."""
    from .server import ask_peer

    seconds = min(PEER_SECONDS, member.deadline.left())
    try:
        peer = ask_peer(member.source(pact.primary), member.version, seconds)
    except Refused as refused:
        member.log.info(f"{pact.primary} cannot be asked yet: {refused}")
        return
    renew(member, look, peer.history)


def forgo(member: Member) -> None:
    """Nothing is claimed of what was received before."""
    member.memory.keep_receipt("")


def cease(member: Member, look: Look) -> Look:
    """Nothing more is received, nothing was thrown away, and the receipt is as good as it was."""
    kept = unbroken(member, look)
    if kept:
        hold(member, str(look.position))
    member.server.stop_receiving()
    look = member.look()
    if kept:
        hold(member, str(look.position))
    return look


def resume(member: Member, look: Look) -> None:
    """What was received is being applied, by a server that receives nothing, and none of it is lost.

    The relay log outlives the death of the server alone. After that of the node it is not trusted:
    no receipt outlives the node.
    """
    if look.trouble or look.applying != "No" or look.receiving != "No":
        return
    kept = Receipt.read(member.memory.receipt())
    member.server.apply_relay_log()
    of_this_server = kept.thread.startswith(f"{member.process()}/")
    if kept.thread and member.version.mariadb and not of_this_server:
        hold(member, kept.owed)
