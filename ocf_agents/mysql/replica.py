"""A server's way into replication: whom it follows, whether it acknowledges, when it is set apart."""

from __future__ import annotations

from ..lean import TYPE_CHECKING
from ..system.errors import Refused
from .election import Candidate, elect
from .gtid import Domains, errant
from .look import ANSWERS
from .pact import ASKS, BROKEN, TORN, UNABLE, Report
from .receipt import DECIDE, ask_primary, carry, forgo, renew, resume, torn, vouch, whole

if TYPE_CHECKING:
    from .gtid import Position
    from .look import Look
    from .member import Member
    from .pact import Pact
    from .peer import Peer

RECEIVES = "Yes"


def settle(member: Member, look: Look) -> bool:
    """Whether this replica is where it belongs; a step towards that was taken where it was not."""
    memory = member.memory
    memory["doubt"] = memory["turned away"] = ""
    follows = look.source and look.receiving == RECEIVES
    if follows and (look.unfit or look.trouble or look.applying == "No"):
        report(member, look, look.source, BROKEN)
        return True
    if at_rest(member, look):
        return True
    if look.answer != ANSWERS or not look.read_only or memory["quarantine"]:
        return True
    edited = member.edited()
    pact = member.pact()
    memory["edited"] = edited
    if pact is None or pact.primary in ("", member.name):
        report(member, look, "", soundness(member, look))
        give_way(member, look, pact)
        return True
    if member.lossless and not member.current(pact):
        memory["eligible"] = "0"
    if not follows:
        elsewhere = look.source not in ("", member.address(pact.primary))
        if not look.source or elsewhere or look.receiving != "Connecting":
            join(member, look, pact)
        elif soundness(member, look):
            report(member, look, "", TORN)
        give_way(member, look, pact)
        return False
    if look.acknowledges != pact.welcomes(member.name):
        acknowledge(member, pact.welcomes(member.name))
    look = member.look()
    if member.lossless and not carry(member, look):
        vouch(member, look, pact)
    report(member, look, pact.primary, soundness(member, look))
    return False


def at_rest(member: Member, look: Look) -> bool:
    """Whether this replica is where it belongs, and the cluster need not be asked about that."""
    memory = member.memory
    follows = look.source and look.receiving == RECEIVES
    if not follows or look.unfit or look.trouble or look.applying == "No":
        return False
    published = memory["report"] and not memory["report"].endswith(UNABLE)
    if not published or memory["eligible"] != "1" or memory["edited"] != member.edited():
        return False
    return not member.lossless or (look.acknowledges and memory.met() and carry(member, look))


def soundness(member: Member, look: Look) -> str:
    """The word of a report: TORN if it may lack what it acknowledged, BROKEN if it cannot apply what it has."""
    if member.lossless and not whole(member, look):
        return TORN
    return BROKEN if look.unfit or (look.source and look.trouble) else ""


def told(reports: dict[str, Report]) -> dict[str, Position]:
    """The positions that count at an election: of those who receive no more, and lost nothing."""
    return {
        name: report.position
        for name, report in reports.items()
        if not report.follows and report.word != TORN
    }


def give_way(member: Member, look: Look, pact: Pact | None) -> None:
    """This node makes no claim while another one that may lead has more, or may have been told more."""
    reports = member.reports()
    heard = told(reports)
    binding = pact if member.lossless else None
    stale = binding is not None and not member.current(binding)
    if stale or elect(Candidate(member.name, look.position, heard, binding)).better:
        member.memory["eligible"] = "0"
    if look.placed:
        from .crossing import doubtful

        if doubtful(look, heard, pact, member.name):
            member.memory["eligible"] = "0"
    if binding:
        member.memory["doubt"] = doubt(member, look, binding) or uncertain(member, reports, binding)


def uncertain(member: Member, reports: dict[str, Report], pact: Pact) -> str:
    """Why this node cannot lead although it has lost nothing itself; empty if no other standby has."""
    rivals = () if pact.primary == member.name else pact.standbys
    lost = [name for name in rivals if name != member.name and name in reports and reports[name].word == TORN]
    if not lost:
        return ""
    way_out = f"start {pact.primary}" if pact.primary else DECIDE
    return f"{', '.join(lost)} may have acknowledged what is lacking here, and lost it; {way_out}"


def doubt(member: Member, look: Look, pact: Pact) -> str:
    """Why this node cannot lead, whatever the others say; empty if that depends on them."""
    if not pact.names(member.name):
        return elect(Candidate(member.name, look.position, {}, pact)).reason
    return torn(member, look, pact)


def arrive(member: Member) -> None:
    """The server, which has just started, is on its way into replication, if it could be; monitors go on."""
    look = member.look()
    if look.answer != ANSWERS or not look.read_only:
        return
    try:
        join(member, look, member.pact())
    except Refused as refused:
        member.log.warning(str(refused))


def join(member: Member, look: Look, pact: Pact | None) -> None:
    """The server follows the primary if that is proven safe; else it applies what it has, and waits.

    A source is never changed while the present one's transactions might be all there is of them.
    """
    from .restored import go_on

    if go_on(member, look):
        look = member.look()
    if pact is None or pact.primary in ("", member.name):
        keep(member, look)
        return
    peer = ask_primary(member, pact)
    if peer is None or peer.read_only:
        keep(member, look)
        return
    if look.placed:
        cross(member, look, pact, peer)
        return
    mine = member.server.history()
    extra = errant(mine, peer.history)
    if extra:
        quarantine(member, pact, extra)
        return
    member.memory["quarantine"] = ""
    enter(member, pact, peer)


def cross(member: Member, look: Look, pact: Pact, peer: Peer) -> None:
    """Without GTIDs: the server follows from a place that is shown to be right, or is set apart."""
    from .crossing import APPLY, CROSS, course, explain, survey

    case, look = survey(member, look, pact, peer)
    found = course(case)
    if found.kind == APPLY:
        keep(member, look)
        return
    reason = explain(case, found)
    if reason:
        set_apart(member, reason)
        return
    member.memory["quarantine"] = ""
    member.placed_server.start = case.opened if found.kind == CROSS else None
    enter(member, pact, peer)


def owed(member: Member, peer: Peer) -> bool:
    """Whether the primary has transactions under this server's own number that are lacking here.

    Crash recovery rolled them back. MariaDB passes over such ones as its own, unless it is one that
    acknowledges (MDEV-21117).
    """
    mine = member.server.history()
    if not isinstance(mine, Domains) or not isinstance(peer.history, Domains):
        return False
    number = int(member.server.value("@@GLOBAL.server_id"))
    return bool(peer.history.of(number).beyond(mine))


def enter(member: Member, pact: Pact, peer: Peer) -> None:
    """The server follows the primary; or asks first, where it can only do so as one that acknowledges."""
    welcome = member.lossless and pact.welcomes(member.name)
    own = owed(member, peer)
    if own and member.lossless and not welcome:
        member.publish(Report("", False, member.server.history(), ASKS))
        return
    member.server.set_waits(False)
    member.server.set_acknowledges(welcome or own)
    member.server.follow(member.source(pact.primary))
    look = member.look()
    renew(member, look, peer.history)
    member.log.info(f"follows {pact.primary} from {look.history}")
    report(member, look, pact.primary, soundness(member, look))


def quarantine(member: Member, pact: Pact, extra: str) -> None:
    """The server follows nobody, keeps what it has, and says what that is."""
    text = f"it has {extra}, which {pact.primary} has not"
    if pact.position:
        text += (
            f"; {pact.primary} took over at {pact.position}, with every write that was confirmed until then"
        )
    set_apart(member, text)


def set_apart(member: Member, text: str) -> None:
    """The server follows nobody, keeps what it has, and says why."""
    member.server.replica("STOP")
    member.memory["quarantine"] = text
    member.log.error(
        f"set apart: {text}; nothing is deleted: save these transactions, then rebuild this replica"
    )


def keep(member: Member, look: Look) -> None:
    """What was received is applied; nothing is received, and nothing is thrown away."""
    if look.source:
        try:
            resume(member, look)
        except Refused as refused:
            if member.memory.receipt():
                member.log.warning(str(refused))
            forgo(member)
        look = member.look()
    report(member, look, "", soundness(member, look))


def report(member: Member, look: Look, follows: str, word: str = "") -> None:
    """What others must know of this server is published, if it is news."""
    if word:
        member.memory["eligible"] = "0"
    news = Report(follows, bool(follows) and look.acknowledges, look.position, word)
    if member.memory["report"] != news.write():
        member.publish(news)


def acknowledge(member: Member, welcome: bool) -> None:
    """Acknowledgements are sent, or not; the receiver was restarted for that."""
    member.server.set_acknowledges(welcome)
    member.server.stop_receiving()
    member.server.replica("START", "IO_THREAD")
    member.log.info("acknowledges what it receives" if welcome else "acknowledges nothing any more")
