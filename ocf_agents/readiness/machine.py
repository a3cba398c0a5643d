"""What else is on this machine: units of systemd, holders of ports, the clock, the cluster."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from ..advice.parameters import unit_names
from ..ocf.codes import Failure
from ..system import systemd
from ..system.cluster import Cluster, Membership
from ..system.errors import Missing, Refused
from .line import absent, fault, ok, warning
from .site import SECONDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..system.proc import Process
    from .line import Line
    from .site import Placed, Site

LISTENING = "LISTEN"


def units(site: Site) -> Iterator[Line]:
    """No unit starts at boot what the cluster starts."""
    if not systemd.booted(site.host):
        yield ok("systemd", "does not run here, so it starts nothing")
        return
    for one in site.placed:
        told = getattr(one.agent, "systemd_unit", "").removesuffix(".service")
        for title in sorted(unit_names(type(one.agent)) | ({told} if told else set())):
            yield from unit(site, one, f"{title}.service", chosen=title == told)


def unit(site: Site, one: Placed, name: str, chosen: bool) -> Iterator[Line]:
    """One unit that may be this service's."""
    try:
        seen = systemd.show(site.host, name, SECONDS)
    except (Missing, Refused) as error:
        yield warning(one.name, str(error), "look with: systemctl is-enabled " + name)
        return
    if seen.enabled == "enabled" and not getattr(one.agent, "hosted", False):
        yield fault(one.name, f"{name} starts it at boot, too", f"systemctl disable {name}")
    elif seen.active == "active" and not chosen and not getattr(one.agent, "hosted", False):
        yield fault(one.name, f"{name} runs it now", f"systemctl disable --now {name}")
    elif seen.load == "loaded":
        yield ok(one.name, f"{name} leaves it to the cluster")


def ports(site: Site) -> Iterator[Line]:
    """The port of each service is free, or its own."""
    try:
        import psutil
    except ImportError:
        yield absent("ports", "psutil", "python3-psutil", "who holds them")
        return
    try:
        found = [one for one in psutil.net_connections(kind="tcp") if one.status == LISTENING]
    except psutil.AccessDenied:
        yield warning("ports", "only root sees who holds them", "run this as root")
        return
    for placed in site.placed:
        port = port_of(placed)
        holders = sorted({one.pid or 0 for one in found if one.laddr and one.laddr.port == port})
        if not port:
            continue
        strangers = [pid for pid in holders if not own(site, placed, site.host.process(pid) if pid else None)]
        if strangers:
            yield stranger(site, placed, port, strangers[0])
        else:
            yield ok(placed.name, f"port {port} is {'its own' if holders else 'free'}")


def port_of(placed: Placed) -> int:
    """The port that the service listens on; 0 where it has none."""
    if hasattr(placed.agent, "replication_port"):
        return int(placed.agent.replication_port)
    address = getattr(placed.agent, "address", None)
    with suppress(Failure, NotImplementedError):
        return int(address().port) if address else 0
    return 0


def own(site: Site, placed: Placed, process: Process | None) -> bool:
    """Whether the process is this service, whoever started it."""
    if process is None:
        return False
    fits = getattr(placed.agent, "fits", None)
    watched = getattr(placed.agent, "hosted", False) or getattr(placed.agent, "systemd_unit", "")
    return bool(watched or site.host.mark(process) == placed.name or (fits and fits(process.command)))


def stranger(site: Site, placed: Placed, port: int, pid: int) -> Line:
    """The line about a port that somebody else holds."""
    process = site.host.process(pid) if pid else None
    who = f"{process.command[0].rpartition('/')[2]} (pid {pid})" if process else "an unknown process"
    return fault(placed.name, f"port {port} is held by {who}", f"ss -tlnp sport = :{port}, and stop it")


def clock(site: Site) -> Iterator[Line]:
    """The clock is kept right."""
    remedy = "apt-get install chrony, or: timedatectl set-ntp true"
    for words, good in (
        (("chronyc", "-n", "tracking"), "Leap status     : Normal"),
        (("timedatectl", "show", "--property=NTPSynchronized"), "NTPSynchronized=yes"),
    ):
        program = site.host.which(words[0])
        done = site.host.run((program, *words[1:]), SECONDS) if program else None
        if done is None or done.code != 0:
            continue
        if good in done.output:
            yield ok("clock", f"is kept right, says {words[0]}")
        else:
            yield fault("clock", f"is not kept right, says {words[0]}", remedy)
        return
    yield warning("clock", "nothing here can say whether it is kept right", remedy)


def cluster(site: Site) -> Iterator[Line]:
    """All nodes are in the cluster."""
    try:
        members = Cluster(site.host, Membership("", "")).members()
    except (Missing, Refused) as error:
        yield fault("cluster", str(error), "install pacemaker, and start it: systemctl start pacemaker")
        return
    if not members:
        yield fault("cluster", "does not run on this node", "systemctl start corosync pacemaker")
    for name, state in members.items():
        if state == "online":
            yield ok(name, "is online")
        else:
            words = {"unclean": "is lost", "pending": "is joining the cluster"}
            yield warning(name, words.get(state, "is off"), "crm_mon -1")
