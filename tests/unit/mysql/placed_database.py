"""Nodes in memory with a MySQL that has no GTIDs: logs of events, and replicas at a place in one of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Optional

from database import PARAMETERS, Cluster, Node, Server

from ocf_agents.mysql.coordinates import Coordinates
from ocf_agents.mysql.driver import SqlRefused
from ocf_agents.mysql.look import Look, read
from ocf_agents.system.run import Finished

if TYPE_CHECKING:
    from support.world import Body, World

VERSION = "mysqld  Ver 5.7.44-log for Linux on x86_64 (MySQL Community Server (GPL))"
HEADER, SIZE = 154, 100


@dataclass(frozen=True)
class Event:
    """A transaction in a server's log, or the end of a file; it begins after the one before it."""

    file: int
    begin: int
    end: int
    what: str = ""


class Placed(Server):
    """A MySQL without GTIDs that logs what it applies."""

    def __init__(self, number: int, cluster: Cluster) -> None:
        super().__init__(number, cluster)
        self.data: list[str] = []
        """What was done to its data, in order: the truth that no position shows."""
        self.log: list[Event] = []
        self.files = 0
        self.start: Optional[Coordinates] = None
        self.executed_to = self.received_to = (0, 0)
        self.relay: list[Event] = []
        self.known = ""
        """The server_uuid of its source, which it learns when it is connected."""
        self.acknowledged = 0
        self.rotate()

    @property
    def uuid(self) -> str:
        return f"uuid-of-n{self.number}"

    @property
    def end(self) -> tuple[int, int]:
        inside = [event.end for event in self.log if event.file == self.files]
        return self.files, max(inside, default=HEADER)

    def rotate(self) -> None:
        """The log goes on in another file, as at each start."""
        if self.files:
            file, offset = self.end
            self.log.append(Event(file, offset, offset + 23))
        self.files += 1

    def commit(self, what: str) -> None:
        file, offset = self.end
        self.log.append(Event(file, offset, offset + SIZE, what))
        self.data.append(what)

    def write(self, what: str) -> bool:
        """A client writes; whether that was confirmed."""
        assert not self.read_only
        self.commit(what)
        heard = [other for other in self.replicas() if other.receive() and other.acknowledges]
        self.acknowledged += bool(heard)
        for other in self.replicas():
            other.apply()
        return bool(heard) or not self.waits

    def replicas(self) -> list[Placed]:
        return [node.server for node in self.cluster.nodes.values() if node.name in self.dump_hosts()]

    # As a replica.

    @property
    def origin(self) -> Optional[Placed]:
        """The server that it follows, while that can be reached."""
        node = self.cluster.nodes.get(self.source)
        alive = node and node.bodies and self.cluster.condition[node.name] == "online"
        return node.server if node and alive else None  # type: ignore[return-value]  # nodes of this module

    def receive(self) -> bool:
        """All that the source has is here; whether there is a connection."""
        if self.receiving not in ("Yes", "Connecting"):
            return False
        origin = self.origin
        self.receiving = "Yes" if origin else "Connecting"
        if origin:
            self.known = origin.uuid
            self.relay += [e for e in origin.log if (e.file, e.end) > self.received_to]
            self.received_to = max(self.received_to, origin.end)
        return bool(origin)

    def apply(self) -> None:
        """All that was received is applied, while the applier runs."""
        if self.applying != "Yes" or self.trouble:
            return
        for event in self.relay:
            if event.what:
                self.commit(event.what)
        self.relay, self.executed_to = [], self.received_to

    def replica(self, verb: str, thread: str = "") -> None:
        on = verb == "START"
        if thread in ("", "IO_THREAD"):
            self.receiving = "Connecting" if on else "No"
        if thread in ("", "SQL_THREAD"):
            self.applying = "Yes" if on else "No"
        self.receive()
        self.apply()
        self.note(f"{verb} {thread}".strip())

    def apply_relay_log(self) -> None:
        self.replica("START", "SQL_THREAD")

    def forget_source(self) -> None:
        self.source = self.receiving = self.applying = self.known = ""
        self.relay, self.executed_to, self.received_to = [], (0, 0), (0, 0)
        self.note("forget")

    def follow(self, source: Any) -> None:
        place = self.start.place if self.start else self.executed_to
        self.place(source.host, place)
        self.note(f"change to {source.host}")
        self.replica("START")

    def place(self, source: str, place: tuple[int, int]) -> None:
        """CHANGE MASTER TO: the relay log is thrown away."""
        self.source, self.known, self.relay = source, "", []
        self.executed_to = self.received_to = place
        self.receiving = self.applying = "No"

    def unsafe(self) -> list[str]:
        return []

    # Asking.

    def history(self) -> Any:
        return Coordinates(self.uuid, name(self.end[0]), self.end[1])

    def look(self) -> Look:
        return read(self.printed())

    def value(self, expression: str) -> Any:
        return self.uuid if expression == "@@GLOBAL.server_uuid" else super().value(expression)

    def rows(self, statement: str, values: Any = ()) -> list[tuple[Any, ...]]:
        if statement == "SHOW BINARY LOGS":
            return [(name(file + 1), 0) for file in range(self.files)]
        if not statement.startswith("SHOW BINLOG EVENTS"):
            return super().rows(statement, values)
        file, offset = int(values[0][-6:]), int(statement.split()[6])
        ends = [event.end for event in self.log if event.file == file]
        if offset > max(ends, default=HEADER):
            raise SqlRefused(statement, Exception(1220, "Wrong offset or I/O error"))
        header = [(values[0], 4, "Format_desc", self.number, HEADER, "")] if offset == 4 else []
        inside = [event for event in self.log if event.file == file and event.begin >= offset]
        return header + [
            (values[0], e.begin, "Query" if e.what else "Rotate", self.number, e.end, e.what) for e in inside
        ]

    def printed(self) -> str:
        self.receive()
        self.apply()
        lines = super().printed().splitlines()
        kept = [line for line in lines if not line.startswith("Gtid_IO_Pos")]
        text = "\n".join(kept).replace("Variable_name: gtid_slave_pos", "Variable_name: slave_pos_of_mariadb")
        file, offset = self.end
        more = {
            "Master_UUID": self.known,
            "Relay_Master_Log_File": name(self.executed_to[0]),
            "Exec_Master_Log_Pos": self.executed_to[1],
            "Master_Log_File": name(self.received_to[0]),
            "Read_Master_Log_Pos": self.received_to[1],
        }
        lines = [f"{key}: {value}" for key, value in more.items() if self.source]
        mode = f"Variable_name: gtid_mode\nValue: {self.variables.get('gtid_mode', 'OFF')}"
        counted = f"Variable_name: Rpl_semi_sync_master_yes_tx\nValue: {self.acknowledged}"
        own = f"server_uuid: {self.uuid}\nFile: {name(file)}\nPosition: {offset}"
        return "\n".join([mode, counted, text, *lines, own])


def name(file: int) -> str:
    return f"mysql-bin.{file:06d}" if file else ""


class PlacedNode(Node):
    """A node with such a MySQL."""

    server: Placed  # type: ignore[assignment]  # another kind of server

    def __init__(self, name: str, cluster: Cluster) -> None:
        super().__init__(name, cluster)
        self.server = Placed(int(name[1:]), cluster)
        self.install("/usr/sbin/mysqld", life=self.boot)
        del self.daemons["/usr/sbin/mariadbd"]
        del self.programs["/usr/sbin/mariadbd"]
        self.programs["/usr/sbin/mysqld"] = lambda *_: Finished(0, VERSION)

    def boot(self, world: World, body: Body) -> None:
        super().boot(world, body)
        self.files[PARAMETERS["pid"]] = f"{body.pid}\n"
        self.server.rotate()

    def die(self) -> None:
        """The node loses power; with it the relay log, of which nobody knows how much was written."""
        self.cluster.condition[self.name] = "clean"
        self.bodies.clear()
        self.cluster.scores.pop(self.name, None)
        self.cluster.reports.pop(self.name, None)
        for path in [path for path in self.files if path.startswith("/run/")]:
            del self.files[path]
        server = self.server
        server.relay, server.received_to = [], server.executed_to
        server.receiving = server.applying = "No" if server.source else ""
        for other in self.cluster.nodes.values():
            if other.server.source == self.name and other.server.receiving == "Yes":
                other.server.receiving = "Connecting"

    def come_back(self) -> Any:
        self.cluster.condition[self.name] = "online"
        return self.do("start")
