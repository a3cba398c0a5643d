"""Daemons without a port: they take their orders over a message broker, and some keep a database open."""

from __future__ import annotations

from ..lean import TYPE_CHECKING, Record
from ..ocf.parameters import Boolean, Parameter
from ..system.connections import peer
from ..system.oslo import Peer
from ..system.url import port_in
from .checks import Check
from .configured import Configured
from .family import family
from .patient import Patient
from .variant import obsolete

if TYPE_CHECKING:
    from typing import ClassVar

    from ..system.proc import Process
    from .service import Service

STEADY = 2.0
"""Seconds for which a daemon that starts must hold its connections: some connect, and then end."""


class ServerPort(Parameter["int | None"]):
    """The port of a dependency; nothing for the one that the service's configuration names."""

    content = "integer"

    def parse(self, raw: str) -> int:
        """A port, or 0 for none at all."""
        port = port_in(raw)
        if raw != "0" and not port:
            raise self.wrong(raw, "is not a port between 1 and 65535, nor 0 for no check")
        return port

    def show(self) -> str:
        """No default is told: it is in the service's configuration."""
        return "" if self.default is None else str(self.default)


class Link(Record):
    """A dependency that the service is to be connected to, at one of these places."""

    name: str
    peers: tuple[Peer, ...]
    everywhere: bool = False
    """Whether each worker needs a connection of its own."""

    def __str__(self) -> str:
        return f"{self.name} ({', '.join(map(str, self.peers))})"

    @property
    def needles(self) -> list[bytes]:
        """The places as the kernel's tables show them."""
        return [peer(one.host, one.port) for one in self.peers]


class HoldsConnections(Check):
    """Some process of the service is connected to the broker, and to the database where it has one."""

    def connections(self, service: Service) -> list[tuple[list[bytes], list[tuple[int, int]]]]:
        """For each link the far ends, and the processes that hold it."""
        if not isinstance(service, RpcDaemon):
            return []
        found = []
        for link in service.links():
            holders = service.holders(link)
            groups = [[one] for one in holders] if link.everywhere else [holders[:1]]
            found += [(link.needles, [(one.pid, one.started) for one in group]) for group in groups]
        return found

    def judge(self, service: Service, answers: object) -> None:
        """A lost connection is first a degradation and then a failure."""
        if not isinstance(service, RpcDaemon):
            return
        for link in service.links():
            holders = service.holders(link)
            workers = [one for one in service.workers() if one not in holders] if link.everywhere else []
            if workers:
                pids = ", ".join(str(one.pid) for one in workers)
                service.missing(
                    link.name, f"process {pids} of {service.name} has no connection to its {link}"
                )
            elif not holders:
                service.missing(link.name, f"{service.name} has no connection to its {link}")
            else:
                service.found(link.name)


class RpcDaemon(Patient, Configured, without=("hosted",)):
    """Runs a daemon that talks over a message broker.

    What monitor looks at: at OCF_CHECK_LEVEL 0 the process; at any level above that also whether the
    daemon, that is any process of its whole tree, holds an established connection, over IPv4 or
    IPv6, to its message broker and, where it has one, to its database: at the hosts and ports in its
    own configuration (transport_url, [database] connection, directories of files included). A host
    that is named and not numbered is matched by its port. A lost connection is reported as degraded
    within dependency_grace and as a failure after it; a probe never fails for it, and a start waits
    for the broker for half of its time and then succeeds all the same. A broker that hangs keeps its
    connections: that is for the broker's own monitor to see.
    """

    amqp_server_port = ServerPort(
        None,
        "Port of the message broker",
        "If set, a connection to this port at any host is looked for; if empty, one to a host and port "
        "that the service's configuration names; with 0 none is looked for.",
        reloadable=True,
    )
    database_server_port = ServerPort(
        None,
        "Port of the database",
        "As amqp_server_port, for the database of those services that have one.",
        reloadable=True,
    )
    zeromq = Boolean(
        False, "No message broker", "If true, no connection to a broker is looked for.", reloadable=True
    )
    monitor_binary = obsolete("netstat", "the kernel is asked without a program.")

    databases: ClassVar[tuple[str, ...]] = ()
    """The sections that name databases which the service keeps open."""
    broker: ClassVar[bool] = True
    everywhere: ClassVar[str] = ""
    """The parameter that says whether each worker needs a connection of its own, where there is one."""
    # What is hosted is asked, not looked at, and nobody can ask a daemon without a port.
    hosted = False
    checks = (HoldsConnections(),)
    steady_since: float | None = None

    def links(self) -> tuple[Link, ...]:
        """What the daemon is to be connected to."""
        brokers: tuple[Peer, ...] = ()
        databases: tuple[Peer, ...] = ()
        if self.amqp_server_port is not None:
            brokers = (Peer("", self.amqp_server_port),) if self.amqp_server_port else ()
        elif self.broker and not self.zeromq:
            brokers = self.configuration().brokers()
        if self.database_server_port is not None:
            databases = (Peer("", self.database_server_port),) if self.database_server_port else ()
        elif self.databases:
            databases = self.configuration().databases(self.databases)
        links = (Link("broker", () if self.zeromq else brokers, self.each()), Link("database", databases))
        return tuple(link for link in links if link.peers)

    def each(self) -> bool:
        """Whether every worker needs a connection to the broker of its own."""
        return bool(self.everywhere and getattr(self, self.everywhere))

    def processes(self) -> tuple[Process, ...]:
        """The whole tree of the daemon."""
        return family(self.host.processes(), self.backend.look().processes)

    def workers(self) -> list[Process]:
        """The children that run the daemon's own program, or where there are none the daemon itself."""
        everyone = self.processes()
        main = self.backend.look().main
        children = [one for one in everyone if main and one.pid != main.pid and self.fits(one.command)]
        return children or list(everyone[:1])

    def holders(self, link: Link) -> list[Process]:
        """The processes that hold a connection of this link."""
        sockets = self.host.connections(link.needles)
        return [one for one in self.processes() if sockets & self.host.sockets(one)] if sockets else []

    def trouble(self) -> str:
        """As of any service; and connections are held for a moment, not only made."""
        found = super().trouble()
        now = self.host.now()
        if found or self.losses():
            self.steady_since = None
            return found
        self.steady_since = now if self.steady_since is None else self.steady_since
        return "" if now - self.steady_since >= STEADY else f"{self.name} has only just connected"

    def announce(self) -> None:
        """What the monitors will look for."""
        super().announce()
        told = ", ".join(map(str, self.links())) or "no connection at all"
        self.log.info(f"monitors of a level above 0 look for: {told}")
