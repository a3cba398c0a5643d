"""The primary's side of durability: what it sees of its replicas, and the steps that follow.

The promoted monitor and the notifications of starts and stops come here. A monitor that finds
everything as it should be makes no call to the cluster.
"""

from __future__ import annotations

from ..lean import TYPE_CHECKING
from ..ocf.codes import FailedPromoted
from ..system.errors import Refused
from . import durability
from .gtid import covers, parse
from .pact import ASKS, BROKEN, UNABLE

if TYPE_CHECKING:
    from .look import Look
    from .member import Member
    from .pact import Pact, Report

ROUNDS = 4
SETTLED, ALONE = "settled", "alone"
SINCE = "@"
"""Stands before a remembered position, which may be empty."""


def keep(member: Member, look: Look) -> None:
    """The primary's durability is as it should be, and everyone can find the primary."""
    if not settled(member, look):
        advance(member, look)
    if member.memory["announced"] != "1":
        from .takeover import announce

        announce(member)


def settled(member: Member, look: Look) -> bool:
    """Whether nothing calls for a step: as many replicas as were on record acknowledge, or none is there.

    Writes that wait while no acknowledgement comes call for one, however many seem to be there.
    """
    memory = member.memory
    stalled = look.waiting > 0 and memory["acknowledged"] == str(look.acknowledged)
    memory["acknowledged"] = str(look.acknowledged)
    if not member.lossless:
        return True
    if memory["edited"] != member.edited():
        return False
    here = replicas(member, look)
    if memory["guard"] == ALONE:
        return not look.waits and here == 0
    standbys = int(memory["standbys"] or 0)
    return memory["guard"] == SETTLED and look.waits and not stalled and look.clients == here == standbys


def replicas(member: Member, look: Look) -> int:
    """How many receive from here, but for the strangers that were seen last."""
    return look.dumps - int(member.memory["strangers"] or 0)


def advance(member: Member, look: Look) -> None:
    """Durability has gone as many steps as it can now."""
    if not member.lossless:
        return
    edited = member.edited()
    pact = member.pact()
    member.memory["edited"] = edited
    if pact is None or not pact.primary:
        raise Refused("this server is open, but the cluster's record names nobody as the primary")
    if pact.primary != member.name:
        # Promote goes on record before it opens: another one went on record later, in a split.
        raise FailedPromoted(
            f"this server is open, but the cluster's record names {pact.primary}, which was promoted later; "
            "this one has to close, and keeps what it has written"
        )
    for _ in range(ROUNDS):
        facts = see(member, look, pact)
        step = durability.next_step(facts)
        if step.kind == durability.REST:
            break
        pact = perform(member, step)
        look = member.look()
    remember(member, pact, facts)


def remember(member: Member, pact: Pact, facts: durability.Facts) -> None:
    """The next monitor can tell whether anything has changed since."""
    memory = member.memory
    memory["standbys"] = str(len(pact.standbys))
    whole = bool(pact.standbys) and not facts.attached - set(pact.standbys) - {member.name}
    alone = not pact.standbys and not facts.waits and not facts.attached
    memory["guard"] = SETTLED if whole else ALONE if alone else ""


def see(member: Member, look: Look, pact: Pact) -> durability.Facts:
    """What the primary sees of its replicas."""
    members = member.cluster.members()
    reports = member.reports()
    hosts = member.server.dump_hosts()
    names = {name for name in members if name != member.name}
    attached = frozenset(
        name
        for name in names
        if members[name] != "clean" and (receives(member, name, {*hosts}) or asks(reports.get(name)))
    )
    acknowledging = frozenset(
        name for name in attached if look.clients and name in reports and reports[name].acknowledges
    )
    if look.waits and not member.memory["waits_since"]:
        # Forgotten: then all that is here now has to be there.
        member.memory["waits_since"] = f"{SINCE}{member.server.history()}"
    began = member.memory["waits_since"]
    caught_up = frozenset(
        name
        for name in acknowledging
        if began
        and reports[name].word not in UNABLE
        and covers(reports[name].position, parse(began.removeprefix(SINCE)))
    )
    unable = frozenset(name for name, report in reports.items() if report.word == BROKEN)
    heed_strangers(member, look, names, hosts, attached)
    return durability.Facts(
        member.name,
        pact,
        look.waits,
        attached,
        acknowledging,
        frozenset(name for name in names - attached if members[name] != "unclean"),
        caught_up,
        confirmed(member, look, attached),
        unable,
        frozenset(name for name in names if members[name] == "unclean"),
    )


def confirmed(member: Member, look: Look, attached: frozenset[str]) -> bool:
    """Whether a write was acknowledged after the last change among those attached."""
    memory, now = member.memory, ",".join(sorted(attached))
    if memory["attached"] != now or not memory["confirmed_from"]:
        # Counted after the change was seen: one that is lost has acknowledged up to its last moment.
        memory["confirmed_from"] = str(member.server.look().acknowledged)
        memory["attached"] = now
    return look.acknowledged > int(memory["confirmed_from"])


def asks(report: Report | None) -> bool:
    """Whether a node waits to be welcome."""
    return report is not None and report.word == ASKS


def receives(member: Member, name: str, hosts: set[str]) -> bool:
    """Whether a node's replica is at one of these hosts, which the server may know by other names."""
    given = member.address(name)
    if not hosts or hosts & {name, given}:
        return bool(hosts)
    found = {address for host in hosts for address in member.host.addresses(host)}
    return bool(found & member.host.addresses(given))


def heed_strangers(
    member: Member, look: Look, names: set[str], hosts: tuple[str, ...], attached: frozenset[str]
) -> None:
    """It is remembered how many receive from here that are no nodes of the cluster, not even absent ones.

    The log names them where one of them acknowledges.
    """
    more = hosts if len(hosts) > len(attached) else ()
    found = [host for host in more if not any(receives(member, name, {host}) for name in names)]
    member.memory["strangers"] = str(len(found) or "")
    if found and look.clients > len(attached):
        member.log.warning(
            f"a server acknowledges that is no node of the cluster ({', '.join(sorted({*found}))}): a write may be "
            "confirmed that no standby has; switch semi-synchronous replication off there"
        )


def perform(member: Member, step: durability.Step) -> Pact:
    """The step is done and on record; the pact that holds now."""
    server, names = member.server, ", ".join(step.names)
    if step.kind == durability.WAIT:
        member.memory["waits_since"] = ""
    # The agent may be ended right after the step: what is remembered then has to be true.
    member.memory.save()
    if step.kind == durability.WAIT:
        server.set_waits(True)
        # What was confirmed without waiting ends here at the latest.
        member.memory["waits_since"] = f"{SINCE}{server.history()}"
    elif step.kind == durability.RELEASE:
        server.set_waits(False)
        member.log.warning(
            "no replica acknowledges: writes go on without waiting, and no other node may lead"
        )
    else:
        member.conclude(step.pact)
    told = {
        durability.INVITE: f"{names} receives from here and is asked to acknowledge",
        durability.WAIT: "writes wait for an acknowledgement from now on",
        durability.ADMIT: f"{names} has every confirmed write and may take over from now on",
        durability.DISMISS: f"{names} receives no more and is recorded as one that may not take over",
    }
    if step.kind in told:
        member.log.info(told[step.kind])
    return step.pact
