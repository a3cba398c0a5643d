"""Nodes in memory, each with a MariaDB and with crm tools that share one cluster."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Optional

from support.act import Outcome, act
from support.world import Body, Call, World

from ocf_agents.agents.mysql import Mysql
from ocf_agents.mysql import peer
from ocf_agents.mysql.gtid import domains
from ocf_agents.mysql.look import Look, read
from ocf_agents.mysql.member import CONFIGURATION, Member
from ocf_agents.system.errors import Refused
from ocf_agents.system.run import Finished

if TYPE_CHECKING:
    from collections.abc import Mapping

RESOURCE = "clustermysql"
VIP = "10.0.0.100"
META = {"promoted_max": "1", "clone_max": "2", "clone_node_max": "1", "notify": "true"}
PARAMETERS = {
    "binary": "/usr/bin/mysqld_safe",
    "config": "/etc/mysql/my.cnf",
    "log": "/var/log/mysql.log",
    "socket": "/run/mysqld/mysqld.sock",
    "pid": "/run/mysqld/mysqld.pid",
    "replication_user": "repl_user",
    "replication_passwd": "s3cret repl'\"",
    "test_user": "test_user",
    "test_passwd": "s3cret test",
}
VERSION = "mysqld  Ver 10.11.19-MariaDB for debian-linux-gnu on x86_64"


@dataclass
class Cluster:
    """What Pacemaker keeps."""

    nodes: dict[str, Node] = field(default_factory=dict)
    scores: dict[str, str] = field(default_factory=dict)
    facts: dict[str, str] = field(default_factory=dict)
    reports: dict[str, str] = field(default_factory=dict)
    requests: dict[str, str] = field(default_factory=dict)
    """What nodes publish beside their positions."""
    condition: dict[str, str] = field(default_factory=dict)
    silent: bool = False
    vip: str = ""
    """The node that holds the writers' address."""


@dataclass
class Server:
    """A MariaDB: what it holds and how it is set, and the conversation that changes it."""

    number: int
    cluster: Cluster
    state: str = ""
    received: str = ""
    receiver: int = 0
    applier: int = 0
    read_only: bool = True
    source: str = ""
    receiving: str = ""
    applying: str = ""
    lag: str = "0"
    trouble: str = ""
    waits: bool = False
    acknowledges: bool = False
    error: str = ""
    sessions: int = 0
    done: list[str] = field(default_factory=list)
    breaks_after: Optional[str] = None
    recovers: bool = False
    """Whether it throws its relay log away when it starts, as its configuration can say."""
    logs: bool = True
    """Whether its binary log is there; a backup has none."""
    variables: dict[str, str] = field(default_factory=dict)
    """Variables that it has beside the usual ones."""
    grants: str = ""
    """What it lets the replication account do beside replicating."""
    more: list[str] = field(default_factory=list)
    """Lines that its replica's status has beside the usual ones."""

    def note(self, what: str) -> None:
        """The step was made; the conversation may break right after it."""
        self.done.append(what)
        if self.breaks_after == what:
            self.breaks_after = None
            raise Refused(f"connection lost after {what}")

    # The conversation, as ocf_agents.mysql.server.Server has it.

    def close_writes(self, left: Any) -> None:
        self.read_only, self.sessions = True, 0
        self.note("close")

    def open_writes(self) -> None:
        self.read_only = False
        self.note("open")

    def replica(self, verb: str, thread: str = "") -> None:
        on = verb == "START"
        if on and "Yes" not in (self.receiving, self.applying):
            # MariaDB under GTID throws the relay log away.
            self.received = ""
        if on and thread in ("", "IO_THREAD") and self.receiving != "Yes":
            self.receiver += 1
        if on and thread in ("", "SQL_THREAD") and self.applying != "Yes":
            self.applier += 1
        if thread in ("", "IO_THREAD"):
            self.receiving = "Yes" if on else "No"
        if thread in ("", "SQL_THREAD"):
            self.applying = "Yes" if on else "No"
            if on and self.received and not self.trouble:
                self.state = str(domains(f"{self.state},{self.received}"))
        self.note(f"{verb} {thread}".strip())

    def apply_relay_log(self) -> None:
        self.applying = "Yes"
        self.applier += 1
        if self.received and not self.trouble:
            self.state = str(domains(f"{self.state},{self.received}"))
        self.note("apply")

    def stop_receiving(self) -> None:
        self.receiving = "No"
        self.note("stop receiving")

    def forget_source(self) -> None:
        self.source = self.receiving = self.applying = self.received = ""
        self.note("forget")

    def follow(self, source: Any) -> None:
        self.source, self.receiving, self.applying = source.host, "Yes", "Yes"
        self.received = ""
        self.receiver += 1
        self.applier += 1
        self.note(f"follow {source.host}")

    def set_position(self, position: Any) -> None:
        self.state = str(position)
        self.note(f"set {position}")

    def history(self) -> Any:
        return domains(self.state)

    def value(self, expression: str) -> Any:
        known = {
            "@@GLOBAL.read_only": int(self.read_only),
            "@@GLOBAL.server_id": self.number,
            "@@GLOBAL.gtid_binlog_state": self.state if self.logs else "",
            "@@GLOBAL.relay_log_recovery": int(self.recovers),
        }
        return known.get(expression, 1)

    def rows(self, statement: str, values: Any = ()) -> list[tuple[Any, ...]]:
        if statement == "SHOW MASTER STATUS":
            return [("mysql-bin.000001", 328, "", "")]
        return [("GRANT ALL PRIVILEGES ON *.* TO root",)] if statement == "SHOW GRANTS" else []

    def as_root(self) -> Server:
        return self

    def tell(self, statement: str) -> None:
        self.note(statement)

    def look(self) -> Look:
        return read(self.printed())

    def sources(self) -> list[str]:
        return []

    def coordinates(self) -> tuple[str, int]:
        return "mysql-bin.000001", 328

    def dump_hosts(self) -> tuple[str, ...]:
        return tuple(
            node.name
            for node in self.cluster.nodes.values()
            if node.server.source == f"n{self.number}" and node.server.receiving == "Yes"
        )

    def set_waits(self, waits: bool) -> None:
        self.waits = waits
        self.note("wait" if waits else "wait no more")

    def set_acknowledges(self, acknowledges: bool) -> None:
        self.acknowledges = acknowledges
        self.note("acknowledge" if acknowledges else "acknowledge no more")

    # What the native client prints of it.

    def printed(self) -> str:
        clients = sum(self.cluster.nodes[name].server.acknowledges for name in Server.dump_hosts(self))
        variables = {
            "read_only": "ON" if self.read_only else "OFF",
            "gtid_binlog_state": self.state,
            "gtid_slave_pos": "",
            "rpl_semi_sync_master_enabled": "ON" if self.waits else "OFF",
            "rpl_semi_sync_slave_enabled": "ON" if self.acknowledges else "OFF",
            "Rpl_semi_sync_master_clients": str(clients),
        }
        variables.update(self.variables)
        lines = [f"Variable_name: {name}\n        Value: {value}" for name, value in variables.items()]
        lines.append(f"dumps: {len(self.dump_hosts())}")
        lines.append(f"applier: {self.applier if self.applying == 'Yes' else 'NULL'}")
        lines.append(f"receiver: {self.receiver if self.receiving in ('Yes', 'Connecting') else 'NULL'}")
        if self.source:
            lines += [
                f"Master_Host: {self.source}",
                f"Slave_IO_Running: {self.receiving}",
                f"Slave_SQL_Running: {self.applying}",
                "Slave_SQL_Running_State: "
                + ("Slave has read all relay log; waiting" if self.applying == "Yes" else ""),
                f"Seconds_Behind_Master: {self.lag}",
                f"Gtid_IO_Pos: {self.received}",
                f"Last_SQL_Errno: {'1062' if self.trouble else '0'}",
                f"Last_SQL_Error: {self.trouble}",
                *self.more,
            ]
        return "\n".join(lines)


class Node(World):
    """A node with MariaDB installed."""

    def __init__(self, name: str, cluster: Cluster) -> None:
        super().__init__()
        self.name = name
        self.cluster = cluster
        self.server = Server(int(name[1:]), cluster)
        self.open_to_us = False
        """Whether the server takes the login that the agent can make without the client."""
        self.logins: list[tuple[str, str]] = []
        """Who has logged in so, and with which password."""
        cluster.nodes[name] = self
        cluster.condition[name] = "online"
        self.user("mysql", 100)
        self.directories |= {
            "/etc/mysql",
            "/var/lib/mysql/mysql",
            "/var/lib/pacemaker",
            "/run/mysqld",
            "/var/log",
        }
        self.files |= {"/etc/mysql/my.cnf": "[mysqld]\n", "/var/log/mysql.log": "", CONFIGURATION: "<cib/>"}
        self.install("/usr/bin/mysqld_safe", life=lambda *_: None)
        self.install("/usr/sbin/mariadbd", life=self.boot)
        self.programs["/usr/sbin/mariadbd"] = lambda *_: Finished(0, VERSION)
        for tool, program in {
            "/usr/bin/mysql": self.client,
            "/usr/sbin/crm_attribute": self.crm_attribute,
            "/usr/sbin/attrd_updater": self.attrd_updater,
            "/usr/sbin/crm_mon": self.crm_mon,
        }.items():
            self.install(tool, program)

    def boot(self, _world: World, body: Body) -> None:
        """A server starts: closed if it is told so, with its replica threads at rest."""
        server = self.server
        self.files[PARAMETERS["pid"]] = f"{body.pid}\n"
        server.read_only = "--read-only" in body.command
        server.waits = server.acknowledges = False
        server.receiving = server.applying = "No" if server.source else ""
        server.received = "" if server.recovers else server.received

    def provide_directory(self, path: str, account: Any) -> None:
        self.directories.add(path)

    def provide_file(self, path: str, account: Any) -> None:
        self.files.setdefault(path, "")

    def addresses(self, name: str) -> set[str]:
        return set()

    def holds(self, address: str) -> bool:
        return address == f"10.0.0.{self.server.number}" or (address == VIP and self.cluster.vip == self.name)

    # Programs.

    def client(self, _world: World, call: Call) -> Finished:
        """The native client."""
        self.sleep(0.01)
        if self.server.error:
            return Finished(1, "", self.server.error)
        if all(body.command[0] == sys.executable for body in self.bodies.values()):
            return Finished(1, "", "ERROR 2002 (HY000): Can't connect to local server through socket")
        if any(body.state == "T" for body in self.bodies.values()):
            self.sleep(call.seconds + 1)
        batch = next(word for word in call.argv if word.startswith("--execute="))
        return Finished(0, self.says(batch))

    def says(self, batch: str) -> str:
        """What the server answers."""
        return "COUNT(*): 3\n" if "COUNT(*) FROM" in batch else self.server.printed()

    def query(self, socket: str, user: str, password: str, statements: str, seconds: float) -> str:
        """The same without the client."""
        if not self.open_to_us or self.server.error or seconds <= 0:
            raise OSError(socket)
        self.logins.append((user, password))
        return self.says(statements)

    def crm_attribute(self, _world: World, call: Call) -> Finished:
        """Scores, node attributes and cluster properties."""
        words = dict(zip(call.argv, (*call.argv[1:], "")))
        kept, key = self.cluster.facts, words.get("--name", "")
        if any(word.startswith("--promotion") for word in call.argv):
            kept, key = self.cluster.scores, self.name
        elif "--lifetime" in words:
            key = f"{words.get('--node', self.name)}/{key}"
        return self.kept(kept, key, words)

    def kept(self, kept: dict[str, str], key: str, words: Mapping[str, str]) -> Finished:
        """One request for something that is kept."""
        self.sleep(0.01)
        if self.cluster.silent:
            return Finished(102, "", "Could not connect to the CIB")
        if "--update" in words:
            kept[key] = words["--update"]
        elif "--delete" in words:
            kept.pop(key, None)
        elif key not in kept:
            return Finished(105, "", "No such device or address")
        return Finished(0, kept.get(key, "") + "\n")

    def attrd_updater(self, _world: World, call: Call) -> Finished:
        """Private attributes."""
        words = dict(zip(call.argv, (*call.argv[1:], "")))
        kept = self.cluster.reports if words["--name"].endswith("-position") else self.cluster.requests
        if "--all" in words and not kept:
            return Finished(78, "", "attrd_updater: Could not query value of x: attribute does not exist")
        if "--all" in words:
            lines = (f'name="x" host="{n}" value="{v}"' for n, v in kept.items())
            return Finished(0, "\n".join(lines) + "\n")
        return self.kept(kept, self.name, words)

    def crm_mon(self, _world: World, _call: Call) -> Finished:
        """Who is there."""
        if self.cluster.silent:
            return Finished(102, "", "crm_mon: Error: cluster is not available on this node")
        told = {"online": ("online", "pending"), "pending": ("pending",), "unclean": ("unclean",)}
        lines = (
            f'<node name="{name}" id="1" {" ".join(flags(told, how))}/>'
            for name, how in self.cluster.condition.items()
        )
        return Finished(0, "\n".join(lines))

    # Actions.

    def do(self, action: str, meta: Optional[Mapping[str, str]] = None, **more: Any) -> Outcome:
        """An action of the promotable clone on this node."""
        given = {**PARAMETERS, **{k: v for k, v in more.items() if k not in ("timeout", "interval", "depth")}}
        options = {k: v for k, v in more.items() if k in ("timeout", "interval", "depth")}
        return act(
            Mysql,
            action,
            self,
            instance=RESOURCE,
            meta={**META, "on_node": self.name, **(meta or {})},
            **{"timeout": 60, **options},
            **given,
        )

    def monitor(self, **more: Any) -> Outcome:
        return self.do("monitor", **more)

    def notify(self, event: str, **nodes: str) -> Outcome:
        when, _, operation = event.partition("-")
        meta = {"notify_type": when, "notify_operation": operation}
        return self.do("notify", {**meta, **{f"notify_{k}_uname": v for k, v in nodes.items()}})

    @property
    def score(self) -> Optional[str]:
        return self.cluster.scores.get(self.name)

    @property
    def pact(self) -> str:
        return self.cluster.facts.get(f"{RESOURCE}_PACT", "")


def flags(told: Mapping[str, tuple[str, ...]], how: str) -> list[str]:
    """What crm_mon says of a node in this condition."""
    return [f'{flag}="{str(how in conditions).lower()}"' for flag, conditions in told.items()]


def converse(monkeypatch: Any, cluster: Cluster) -> None:
    """Conversations with servers go to those of the cluster."""

    def ask(source: Any, version: Any, seconds: float) -> peer.Peer:
        node = cluster.nodes.get(cluster.vip if source.host == VIP else source.host)
        if node is None or not node.bodies or cluster.condition[node.name] != "online":
            raise Refused(f"{source.host} port {source.port}: cannot connect")
        return peer.Peer(node.server.history(), node.server.read_only, node.server.number, node.server.grants)

    monkeypatch.setattr(Member, "server", property(lambda member: cluster.nodes[member.name].server))
    monkeypatch.setattr(peer, "ask_peer", ask)


def promote(node: Node, *, demoting: str = "") -> Outcome:
    """A promotion as Pacemaker does it, with its notifications."""
    alive = [
        n for n in node.cluster.nodes.values() if n.bodies and node.cluster.condition[n.name] == "online"
    ]
    active = " ".join(other.name for other in alive)
    for other in alive:
        other.notify("pre-promote", promote=node.name, demote=demoting, active=active)
    outcome = node.do("promote")
    if outcome.code == 0:
        for other in alive:
            other.notify("post-promote", promote=node.name)
    return outcome


def settle(cluster: Cluster) -> None:
    """Monitors have run for a while."""
    for _ in range(6):
        for node in cluster.nodes.values():
            if node.bodies and cluster.condition[node.name] == "online":
                node.sleep(2)
                node.monitor()


def lose(cluster: Cluster, name: str) -> None:
    """A node is gone, and surely off."""
    node = cluster.nodes[name]
    cluster.condition[name] = "clean"
    node.bodies.clear()
    cluster.scores.pop(name, None)
    cluster.reports.pop(name, None)
    for other in cluster.nodes.values():
        if other.server.source == name:
            other.server.receiving = "Connecting"
    node.server.source = ""


def writable(cluster: Cluster) -> list[str]:
    return [name for name, node in cluster.nodes.items() if node.bodies and not node.server.read_only]


def reboot(node: Node, away: float = 0) -> None:
    """The node was off for so many seconds: its run directory is empty and its Pacemaker a new one."""
    node.bodies.clear()
    node.started, node.clock = node.started + node.clock + away, 0
    node.files = {path: text for path, text in node.files.items() if not path.startswith("/run/")}
