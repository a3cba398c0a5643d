"""MySQL and MariaDB, with replication."""

from __future__ import annotations

from ..kinds.promotable import Promotable
from ..kinds.service import Service
from ..kinds.state import RUNNING, STOPPED, SUSPENDED
from ..lean import TYPE_CHECKING
from ..mysql import checks, claims
from ..mysql.diagnosis import KEEP, code_of, diagnose, failure
from ..mysql.launch import CONFIGURATIONS, arguments
from ..mysql.look import ANSWERS, SILENT
from ..mysql.member import SAFE, SERVERS, Member
from ..mysql.settings import Settings
from ..ocf.actions import action, on
from ..ocf.codes import FAILED_PROMOTED, RUNNING_PROMOTED, SUCCESS, Failure, NotRunning
from ..ocf.notification import COMPANY, LEADER, OTHERS

if TYPE_CHECKING:
    from ..kinds.own_process import OwnProcess
    from ..kinds.state import Sight
    from ..mysql.diagnosis import Diagnosis
    from ..mysql.reseed.attention import Rebuilding
    from ..system.proc import Process
    from ..system.spawn import Command


class Mysql(
    Settings,
    Promotable,
    Service,
    name="mysql",
    summary="MySQL or MariaDB server, alone or replicated (new)",
    without=("systemd_unit", "hosted"),
    binary="mysqld_safe",
    config="/etc/my.cnf",
    user="mysql",
    pid="/var/run/mysql/mysqld.pid",
):
    """Runs MariaDB or MySQL, alone or as a promotable clone with one writable server.

    NEW, REHEARSE IT BEFORE YOU TRUST IT: every fault of "ocf-agents drill list" was played with MariaDB
    10.11 on two nodes that fence each other, and some on three, but only once or a few times; with MySQL
    8.4 once; with 5.7 to 9.7 a switchover, killed servers and a lost node. "ocf-agents drill run" plays them.

    As a promotable clone every server starts read-only and only promote opens one. One that dies gives up
    its claim at once: a small process waits beside each server for its end. With durability=semi-sync, the
    default, a write is confirmed once a replica has it, and a node that may lack a confirmed write is never
    promoted, whatever happened to the others. When no replica is left the primary goes on alone, after the
    cluster has recorded that nobody may take over from it. A server whose transactions the primary does not
    have is set apart (degraded), and names them.

    The clone needs notify=true. All nodes need log_bin and different values of server_id. A MySQL with
    gtid_mode=OFF is replicated by file and offset; then a server follows only where its place in the
    primary's log is certain, and is set apart where it is not. Better have gtid_mode=ON. The account
    replication_user needs REPLICATION SLAVE and REPLICATION CLIENT from the other nodes, and on its
    own node also SUPER, PROCESS and RELOAD, with MariaDB 10.11 and later also READ_ONLY ADMIN; where
    it lacks those, the agent logs in as root through the local socket. Monitors do not: where the account
    may not SHOW REPLICA STATUS, the server is degraded, names the grant, and is no candidate. MariaDB 11
    no longer has that in SUPER: GRANT SLAVE MONITOR before you upgrade to it.

    mysqld_safe is accepted as binary, and the real server is run in its place, since a server that
    starts again by itself is one that the cluster does not know.
    """

    @property
    def backend(self) -> OwnProcess:
        """A process of our own; the server writes the pid file itself, and the agent keeps another."""
        from ..kinds.own_process import OwnProcess

        own = OwnProcess(self)
        own.pidfile = f"{self.host.run_directory}/{self.context.resource}.agent.pid"
        return own

    @property
    def member(self) -> Member:
        """This server as a member of a replicated database."""
        if not hasattr(self, "_member"):
            self._member = Member(self, self.cluster, self.binary, self.pid)
        return self._member

    @property
    def replicated(self) -> bool:
        """Whether this is a promotable clone."""
        return self.member.replicated

    # Actions.

    @action(timeout=120)
    def start(self) -> None:
        """Start the server, read-only where it replicates, and return once it answers."""
        from ..mysql import reseed, restored

        reseed.tidy(self.member, self.rebuilding)
        checks.prepare(self.member, self.configuration(), self.pid, self.account())
        restored.check(self.member)
        super().start()
        self.member.memory["single"] = "" if self.replicated else "1"
        if self.replicated:
            from ..mysql.replica import arrive

            arrive(self.member)
        self.conclude(self.judge(self.backend.look()))

    @action(timeout=120)
    def stop(self) -> None:
        """Stop the server, by force if need be; nothing of it is left."""
        from ..mysql import reseed

        self.discard(self.member.memory.opening)
        withdrawn = self.host.meanwhile(lambda: claims.withdraw(self.member, self.replicated))
        try:
            super().stop()
        finally:
            withdrawn()
        reseed.tidy(self.member, self.rebuilding)
        self.member.memory.forget()
        self.discard_pid(self.pid)
        self.discard_socket(self.socket)

    @action(timeout=30, interval=20)
    @action(timeout=30, interval=10, role="Promoted")
    @action(timeout=30, interval=30, role="Unpromoted")
    def monitor(self) -> int:
        """Look at the server; claim or withdraw this node's right to be promoted."""
        sight = self.backend.look()
        if sight.state is STOPPED:
            if self.member.memory["claim"]:
                claims.withdraw(self.member, self.replicated)
            raise NotRunning(f"{self.name} {sight}")
        if sight.state is not RUNNING:
            claims.withdraw(self.member, self.replicated)
            raise failure(FAILED_PROMOTED if self.opened(sight) else 1, f"{self.name} {sight}")
        if self.context.probe:
            self.member.memory["claim"] = self.member.memory["report"] = ""
        diagnosis = self.judge(sight)
        self.conclude(diagnosis)
        code = code_of(diagnosis.state, self.opened(sight))
        if code not in (SUCCESS, RUNNING_PROMOTED):
            raise failure(code, f"{self.name} {diagnosis.text}")
        if self.context.depth:
            checks.read_table(self.member)
        self.remember(diagnosis)
        return code

    @action(timeout=120)
    def promote(self) -> None:
        """Make this server the primary, if no confirmed write is lacking here."""
        from ..kinds.vigil import keep
        from ..mysql.takeover import promote

        promote(self.member, main := self.main())
        self.member.memory.save()
        keep(self, main)

    @action(timeout=120)
    def demote(self) -> None:
        """Close the server to writers, with or without notifications."""
        from ..mysql.takeover import close

        sight = self.backend.look()
        if sight.state is STOPPED:
            self.log.info("there is no server any more that could write")
            return
        if sight.state is not RUNNING:
            raise Failure(f"{self.name} {sight}")
        close(self.member)
        self.member.memory.save()

    # Notifications.

    @on("pre-promote", whom=COMPANY)
    def stand_by(self) -> None:
        """Stop receiving, without throwing anything away, and say how far this server is."""
        from ..mysql.takeover import stand_by

        stand_by(self.member, self.context.notification)
        self.member.memory.save()

    @on("post-promote", whom=OTHERS)
    def follow(self) -> None:
        """Follow the new primary."""
        member = self.member
        from ..mysql.replica import join

        look = member.look()
        if look.answer == ANSWERS and look.read_only:
            join(member, look, member.pact())
        member.memory.save()

    @on("post-start", "post-stop", whom=LEADER)
    def count(self) -> None:
        """The primary sees which replicas have come and gone."""
        sight = self.backend.look()
        if sight.main and self.opened(sight):
            from ..mysql.guard import advance

            look = self.member.look()
            if look.answer == ANSWERS and not look.read_only:
                advance(self.member, look)
            self.member.memory.save()

    # Judging.

    def judge(self, sight: Sight) -> Diagnosis:
        """What the server is now; a step is taken where it is not where it belongs."""
        member = self.member
        look = member.look()
        opened = self.opened(sight)
        stray, closed, rebuilding = "", False, ""
        if member.reseeds:
            from ..mysql import reseed

            rebuilding = reseed.step(member, look, None if opened else sight.main, self.rebuilding)
        if self.replicated and look.answer == ANSWERS and not (self.context.probe or rebuilding):
            look = member.step(look, opened)
            if self.writer_vip and opened and not look.read_only:
                from ..mysql import vip

                found = vip.stray(member)
                stray, closed = found.text, found.over
                if closed:
                    self.demote()
        return diagnose(member.case(look, opened, stray, closed, rebuilding))

    def rebuilding(self) -> Rebuilding:
        """The rebuilding of this server from the primary."""
        from ..mysql.reseed.attention import Rebuilding, Site

        own, config = self.backend, self.configuration()
        options = (f"--defaults-file={config}", f"--datadir={self.datadir}", *self.additional_parameters)
        records = own.record, own.pidfile
        site = Site(lambda: self.server(own.mark), records, own.output, config, options, self.user)
        return Rebuilding(self.member, site)

    def conclude(self, diagnosis: Diagnosis) -> None:
        """The cluster knows this node's score and whether readers may come, if that is news."""
        if diagnosis.score != KEEP or not self.replicated:
            claims.claim(self.member, diagnosis, self.replicated)
        self.member.memory.save()

    def remember(self, diagnosis: Diagnosis) -> None:
        """The next monitors that find nothing changed can be short ones."""
        from ..kinds.planning import keep
        from ..mysql.planning import known

        keep(self, lambda blank: known(self.member, blank.member, diagnosis))

    def opened(self, sight: Sight) -> bool:
        """Whether promote opened the server that runs."""
        return self.replicated and self.member.opened(sight.main)

    def main(self) -> Process:
        """The server's process, or Failure."""
        sight = self.backend.look()
        if sight.main is None or sight.state is SUSPENDED:
            raise Failure(f"{self.name} {sight}")
        return sight.main

    def trouble(self) -> str:
        """What keeps the server from being usable; empty if nothing does."""
        if self.member.bare:
            return self.rebuilding().trouble()
        look = self.member.look()
        return look.error or "it does not answer" if look.answer == SILENT else ""

    def check_host(self) -> None:
        """This host has the program, the configuration and the user."""
        checks.check_host(self.member)
        self.check_file("config", self.configuration())
        self.account()
        self.check_pid()
        if self.context.action == "validate-all":
            checks.check_server(self.member, self.context.clone, self.replicated)

    def configuration(self) -> str:
        """The configuration file; the distribution's where the default one is not there."""
        if "config" in self.context.parameters or self.host.is_file(self.config):
            return self.config
        return next((path for path in CONFIGURATIONS if self.host.is_file(path)), self.config)

    def command(self, mark: str) -> Command:
        """The real server in the foreground; without data whoever receives them, to become the server."""
        return self.rebuilding().instead() if self.member.bare else self.server(mark)

    def server(self, mark: str) -> Command:
        """The real server in the foreground."""
        member = self.member
        words = arguments(member, self.configuration(), self.pid, self.replicated)
        return self.launch((member.executable(), *words, *self.additional_parameters), mark)

    def fits(self, command: tuple[str, ...]) -> bool:
        """A server or a mysqld_safe that was told our socket, pid file or data directory."""
        names = {word.rpartition("/")[2] for word in command[:3]}
        files = (f"--socket={self.socket}", f"--pid-file={self.pid}", f"--datadir={self.datadir}")
        return bool(names & {*SAFE, *SERVERS}) and any(file in command for file in files)


AGENTS = (Mysql,)
