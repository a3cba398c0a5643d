"""The receipt: whether all that this server ever received and acknowledged is still here.

MariaDB under GTID throws the relay log away whenever replication is started while neither of its
threads runs: after a restart of the server, and after a STOP SLAVE and START SLAVE by hand. What was
acknowledged but not applied yet is gone then, and nothing in the server tells. So this node keeps a
receipt: the two threads, and a position that the primary vouched for when they were new.

Invariant: a receipt that is unbroken, with a position here that covers what it owes, means that every
transaction that was ever acknowledged from here is here, applied or in the relay log.
"""

from __future__ import annotations

from ..lean import TYPE_CHECKING, Record
from ..system.errors import Refused
from .gtid import covers, joined, parse

if TYPE_CHECKING:
    from .gtid import Position
    from .look import Look
    from .member import Member
    from .pact import Pact
    from .peer import Peer

HELD = "held"
DECIDE = "nobody else has it all for certain: compare the servers, and decide by hand which one leads"
FIELDS = 5
PEER_SECONDS = 5.0


class Receipt(Record):
    """The threads that the primary vouched for, and what must be here."""

    server: str = ""
    receiver: str = ""
    applier: str = ""
    held: str = ""
    """Whether this node ended the receiver, or is about to, and threw nothing away."""
    owed: str = ""

    @classmethod
    def read(cls, text: str) -> Receipt:
        """The receipt in a text of `write`; one without a server is of no use."""
        words = text.split(" ")
        return cls(*words) if len(words) == FIELDS else cls()

    def write(self) -> str:
        """The receipt as one line."""
        return f"{self.server} {self.receiver} {self.applier} {self.held} {self.owed}"

    def fits(self, look: Look, server: str) -> bool:
        """Whether the relay log is the one that the primary vouched for.

        It is thrown away only while neither thread runs: as long as one is the same, it is all there.
        """
        if self.server == server and (
            (self.receiver and self.receiver == look.receiver)
            or (self.applier and self.applier == look.applier)
        ):
            return True
        return bool(self.server and self.held) and not look.receiver


def kept(member: Member) -> Receipt:
    """The receipt of this node."""
    return Receipt.read(member.memory.receipt())


def unbroken(member: Member, look: Look) -> bool:
    """Whether nothing was thrown away since the primary vouched for what was received."""
    return not look.source or kept(member).fits(look, member.process())


def whole(member: Member, look: Look) -> bool:
    """Whether all that was ever acknowledged from here is here."""
    known = kept(member)
    if not look.source:
        # This node forgets a source only after it has held and applied what it received.
        return not known.server or bool(known.held and covers(look.position, parse(known.owed)))
    return known.fits(look, member.process()) and covers(look.position, parse(known.owed))


def torn(member: Member, look: Look, pact: Pact) -> str:
    """What is lacking here perhaps, and who has it; empty if all that was ever acknowledged is here."""
    blank = member.name in pact.standbys and not look.source and not member.memory.receipt()
    if not blank and whole(member, look):
        return ""
    others = " or ".join(name for name in (pact.primary, *pact.standbys) if name not in ("", member.name))
    way_out = f"start {others}" if others else DECIDE
    return (
        "what this server acknowledged is perhaps not all here: its relay log was restarted, and it has not "
        f"caught up with the primary since; {way_out}"
    )


def carry(member: Member, look: Look) -> bool:
    """Whether nothing was thrown away; the receipt then names the threads of this look."""
    known = kept(member)
    if not known.fits(look, member.process()):
        return False
    if not known.held and (known.receiver, known.applier) != (look.receiver, look.applier):
        renew(member, look, parse(known.owed))
    return True


def renew(member: Member, look: Look, vouched: Position) -> None:
    """These threads began when the primary was as far as this position."""
    known = Receipt(member.process(), look.receiver, look.applier, "", str(vouched))
    member.memory.keep_receipt(known.write())


def hold(member: Member, position: str) -> None:
    """The receiver is to end, or has ended, and what it received up to here is kept."""
    known = kept(member)
    owed = joined(parse(known.owed), parse(position))
    held = Receipt(known.server, known.receiver, known.applier, HELD, str(owed))
    member.memory.keep_receipt(held.write())


def ask_primary(member: Member, pact: Pact) -> Peer | None:
    """What the primary of the pact says of itself; None while it cannot be asked."""
    from .peer import TurnedAway, ask_peer

    seconds = min(PEER_SECONDS, member.deadline.left())
    try:
        return ask_peer(member.source(pact.primary), member.version, seconds)
    except Refused as refused:
        if isinstance(refused, TurnedAway):
            member.memory["turned away"] = (
                f"{pact.primary} turns {member.settings.replication_user} away: {refused}"
            )
        member.log.info(f"{pact.primary} cannot be asked yet: {refused}")
        return None


def vouch(member: Member, look: Look, pact: Pact) -> None:
    """The primary has said how far it is, which this thread has to reach; or nothing has changed."""
    peer = ask_primary(member, pact)
    if peer is not None:
        renew(member, look, peer.history)


def forgo(member: Member) -> None:
    """Nothing is claimed of what was received before."""
    member.memory.keep_receipt("")


def settle_up(member: Member) -> None:
    """Nothing more is owed: everything is applied, and it is on record that this server begins there."""
    known = kept(member)
    member.memory.keep_receipt(Receipt(known.server, known.receiver, known.applier, HELD).write())


def cease(member: Member, look: Look) -> Look:
    """Nothing more is received, nothing was thrown away, and the receipt is as good as it was."""
    good = unbroken(member, look)
    if good:
        hold(member, str(look.position))
    member.server.stop_receiving()
    look = member.server.look()
    if good:
        hold(member, str(look.position))
    return look


def resume(member: Member, look: Look) -> None:
    """What was received is being applied, by a server that receives nothing, and none of it is lost.

    The relay log outlives the death of the server alone. After that of the node it is not trusted:
    no receipt outlives the node.
    """
    if look.trouble or look.applying != "No" or look.receiving != "No":
        return
    known = kept(member)
    member.server.apply_relay_log()
    if known.server and known.server != member.process() and lasting(member):
        hold(member, known.owed)


def lasting(member: Member) -> bool:
    """Whether the relay log is what it was before the server was started.

    It is, unless the server was told to throw it away. Without GTIDs nothing counts what is in it.
    """
    return not (member.version.placed or int(member.server.value("@@GLOBAL.relay_log_recovery")))
