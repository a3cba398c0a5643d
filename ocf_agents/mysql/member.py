"""One server of a replicated database: what this node knows of it, and what the cluster holds on it."""

from __future__ import annotations

from ..lean import TYPE_CHECKING
from ..ocf.codes import NotInstalled
from ..system.errors import Missing, Refused
from .diagnosis import ALONE, Case
from .dialect import Version, quoted_name, version
from .look import ANSWERS, Login, look
from .memory import Memory, identity
from .pact import SERIAL, Pact, Report, serial
from .settings import AUTO, SEMI_SYNC

if TYPE_CHECKING:
    from ..system.cluster import Cluster
    from ..system.proc import Process
    from .look import Look
    from .peer import Source
    from .placed import PlacedServer
    from .server import Server
    from .settings import Settings

GROUP = "mysql_replication"
"""The set of cluster properties that agents for MySQL have used since 2012."""
SAFE = ("mysqld_safe", "safe_mysqld", "mariadbd-safe")
SERVERS = ("mariadbd", "mysqld")
CONFIGURATION = "/var/lib/pacemaker/cib/cib.xml"
UNSEEN = 60.0
"""Seconds for which a node that has no copy of that, a remote one or a bundle, goes by what it has read there."""
LOOK = 0.5
"""The part of an action's time that one look may take."""


class Member:
    """The local server with all that decisions about it need."""

    def __init__(self, settings: Settings, cluster: Cluster, program: str, pidfile: str) -> None:
        self.settings = settings
        self.cluster = cluster
        self.host = settings.host
        self.log = settings.log
        self.deadline = settings.deadline
        self.program = program
        self.pidfile = pidfile
        self.resource = settings.context.resource
        self.memory = Memory(self.host, f"{self.host.run_directory}/{self.resource}.mysql")
        self.conversation: Server | None = None

    @property
    def name(self) -> str:
        """This node's name in the cluster."""
        return self.settings.context.node or (self.host.read("/proc/sys/kernel/hostname") or "").strip()

    @property
    def replicated(self) -> bool:
        """Whether this is a member of a promotable clone."""
        return self.settings.context.clone.promotable

    @property
    def lossless(self) -> bool:
        """Whether no confirmed write may ever be lost."""
        return self.settings.durability == SEMI_SYNC

    @property
    def reseeds(self) -> bool:
        """Whether a server that cannot be used may be rebuilt here without being asked."""
        return self.replicated and self.settings.reseed == AUTO

    @property
    def bare(self) -> bool:
        """Whether there are no data here, and they are to come from the primary."""
        return self.reseeds and not self.host.entries(self.settings.datadir)

    @property
    def version(self) -> Version:
        """The server program's version, asked once for each start."""
        known = self.memory["version"]
        if not known:
            done = self.host.run((self.executable(), "--version"), self.deadline.left())
            known = " ".join((done.output or done.errors).split())[:100]
        try:
            found = version(known)
        except ValueError as error:
            raise Refused(f"binary={self.program}: --version: {known!r}; is it installed whole?") from error
        self.memory["version"] = known
        return Version(found.flavour, found.number, True) if self.memory["placed"] else found

    def executable(self) -> str:
        """The real server: mysqld_safe would start a server again behind the cluster's back."""
        directory, slash, name = self.program.rpartition("/")
        names: tuple[str, ...] = (self.program,)
        if name in SAFE:
            beside = [f"{directory}{slash}{server}" for server in SERVERS] if slash else []
            names = (*beside, *(f"/usr/sbin/{server}" for server in SERVERS), *SERVERS)
        found = next((path for path in map(self.host.which, names) if path), None)
        if found is None:
            raise NotInstalled(
                f"binary={self.program}: no such program on this node; is the package installed?"
            )
        return found

    # The server.

    @property
    def login(self) -> Login:
        """Who asks: the replication account where there is one, else the test user."""
        given = self.settings
        if given.replication_user:
            return self._account(given.replication_user, given.replication_passwd)
        return self._account(given.test_user, given.test_passwd)

    @property
    def tester(self) -> Login | None:
        """Who reads the test table, if it is to be read."""
        given = self.settings
        asked = given.test_table and given.test_passwd
        return self._account(given.test_user, given.test_passwd) if asked else None

    def _account(self, user: str, password: str) -> Login:
        return Login(user, password, self.settings.socket, self.settings.client_binary)

    @property
    def counting(self) -> str:
        """The statement that reads the test table."""
        parts = self.settings.test_table.split(".")
        return f"SELECT COUNT(*) FROM {'.'.join(quoted_name(part) for part in parts)};"  # noqa: S608  # quoted

    def running(self) -> Process | None:
        """The server's process by its own pid file; None where there is none."""
        text = (self.host.read(self.pidfile) or "").strip()
        return self.host.process(int(text)) if text.isdigit() else None

    def process(self) -> str:
        """The server's process, told from any later one; empty where there is none."""
        found = self.running()
        return identity(found) if found else ""

    def look(self) -> Look:
        """What the server says of itself now; one without GTIDs is asked more."""
        seen = look(self.host, self.login, self.version, self.patience, self.replicated)
        return self.look() if self.learned(seen) else seen

    def look_within(self) -> Look:
        """The same, asked in the conversation that changes the server."""
        seen = self.server.look()
        return self.server.look() if self.learned(seen) else seen

    def learned(self, seen: Look) -> bool:
        """Whether this look shows what was not known, that it has GTIDs or none, and so has to be repeated."""
        if seen.answer != ANSWERS or seen.placed == bool(self.memory["placed"]):
            return False
        self.memory["placed"] = "1" if seen.placed else ""
        self.conversation = None
        return True

    @property
    def patience(self) -> float:
        """Seconds that one look may take now."""
        return max(1.0, min(self.deadline.left(), self.deadline.timeout * LOOK))

    def case(
        self, seen: Look, opened: bool, stray: str = "", closed: bool = False, rebuilding: str = ""
    ) -> Case:
        """What is to be diagnosed: a look, with what is remembered and asked of this server."""
        given, memory = self.settings, self.memory
        single, eligible = bool(memory["single"]), memory["eligible"] != "0" or not self.replicated
        return Case(
            seen, self.replicated, single, opened, memory["quarantine"], eligible, stray, closed,
            given.max_slave_lag, given.evict_outdated_slaves, memory["doubt"], memory["turned away"],
            memory.lasted("alone", self.replicated and seen.read_only and seen.receiving != "Yes") > ALONE,
            rebuilding,
        )  # fmt: skip

    @property
    def server(self) -> Server:
        """The conversation with the server, for actions that change something."""
        from .driver import import_driver
        from .encryption import encryption
        from .server import Server

        if self.conversation is None:
            if encryption(self.settings):
                # Imported for a local socket, it could encrypt nothing in this process any more.
                import_driver(self.version, encrypted=True)
            kind = Server
            if self.version.placed:
                from .placed import PlacedServer

                kind = PlacedServer
            self.conversation = kind(self.login, self.version, self.log.warning, self.patience)
        return self.conversation

    def step(self, look: Look, opened: bool) -> Look:
        """The look after one step of replication, if one was due and could be made."""
        try:
            if opened and not look.read_only:
                from .guard import keep

                keep(self, look)
            elif look.read_only:
                from .replica import settle

                if not settle(self, look):
                    return self.look()
        except (Refused, Missing) as refused:
            self.log.warning(str(refused))
        return look

    @property
    def placed_server(self) -> PlacedServer:
        """The conversation with a server without GTIDs."""
        return self.server  # type: ignore[return-value]  # which it is, after a look

    def opened(self, main: Process | None) -> bool:
        """Whether promote opened this server process."""
        return self.memory.opened(main)

    # The cluster.

    @property
    def record(self) -> str:
        """The name of the pact in the cluster's configuration."""
        return f"{self.resource}_PACT"

    def edited(self) -> str:
        """What changes whenever the cluster's configuration does, or in time where no copy of it is here."""
        return self.host.stamp(CONFIGURATION) or str(int(self.host.now() // UNSEEN))

    def pact(self) -> Pact | None:
        """The pact as the cluster has it now, unless this node has seen a newer one.

        A tool that edits the whole configuration, as crmsh does even for "node online", writes back
        what it read some time before. The primary then puts its pact in force again. A person may delete
        it, to decide who leads; where somebody does, an edit has lost it.
        """
        text, newest = self.cluster.fact(GROUP, self.record), self.memory.newest()
        if serial(text) < serial(newest) and (text is not None or self.opened(self.running())):
            text = newest
            self.log.warning(
                "the cluster's record was set back by an edit; the newest that was seen here counts"
            )
            known = Pact.read(newest)
            if known and known.primary == self.name:
                self.cluster.set_fact(GROUP, self.record, newest)
        elif (text or "") != newest:
            self.memory.see(text or "")
        pact = Pact.read(text)
        self.memory["eligible"] = "1" if pact is None or not self.lossless or pact.names(self.name) else "0"
        return pact

    def current(self, pact: Pact) -> bool:
        """Whether this copy of the pact is known to be the newest there is.

        The record of a cluster is on its members. One that was off, or that starts while it is cut
        from the others, may have missed that it was struck off, or that another one leads.
        """
        witnesses = pact.witnesses(self.name)
        if not witnesses or self.memory.met():
            return True
        members = self.cluster.members()
        if not any(members.get(name) == "online" for name in witnesses):
            return False
        self.memory.meet()
        return True

    def conclude(self, pact: Pact) -> None:
        """The cluster holds this pact.

        Its number is the time of day: where a person deleted the record, who makes it anew may never have
        seen the newest one, which still lies on the disk of a node that is off.
        """
        number = max(int(self.host.date()), serial(self.memory.newest()) + 1)
        text = f"{pact.write()}{SERIAL}{number}"
        self.cluster.set_fact(GROUP, self.record, text)
        self.memory.see(text)
        self.memory.meet()
        self.memory["eligible"] = "1" if not self.lossless or pact.names(self.name) else "0"

    def publish(self, report: Report) -> None:
        """Every node can read this of this node."""
        text = report.write()
        self.cluster.publish(f"{self.resource}-position", text)
        self.memory["report"] = text

    def reports(self) -> dict[str, Report]:
        """What the others that are there have published."""
        told = self.cluster.reports(f"{self.resource}-position")
        found = {node: Report.read(text) for node, text in told.items() if node != self.name}
        return {node: report for node, report in found.items() if report}

    def address(self, node: str) -> str:
        """Where a node's server is reached by replicas."""
        return self.cluster.lasting(f"{self.resource}_mysql_master_IP", node) or node

    def source(self, node: str) -> Source:
        """How to replicate from a node, and to ask it."""
        from .peer import reached

        return reached(self.settings, self.address(node))
