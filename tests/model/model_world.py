"""The modelled world: servers that replicate, a network that can be cut, a cluster that keeps records.

What the agent asks of it or does to it is one method each, named `on_...`; their answers are values.
"""

from __future__ import annotations

from functools import cache
from typing import Any, Optional

from model_node import Node, Transaction

from ocf_agents.system.errors import Refused

EXHAUSTED = "Slave has read all relay log; waiting for more updates"


@cache
def state_text(log: tuple[Transaction, ...]) -> str:
    """The last number of each writer, as gtid_binlog_state has it."""
    last = {write.writer: write.number for write in log}
    return ",".join(f"0-{writer}-{number}" for writer, number in sorted(last.items()))


class World:
    """All nodes, and what is between them."""

    def __init__(self, names: tuple[str, ...]) -> None:
        self.nodes = {name: Node(name) for name in names}
        self.cut = ""
        """The node that is cut from all others."""
        self.plan: tuple[Any, ...] = ()
        """What Pacemaker still has to do, in this order."""
        self.paused: Optional[tuple[Any, ...]] = None
        """An action that stands still: node, action, the answers it has had."""
        self.confirmed: tuple[int, ...] = ()
        """The writes that a client was told are safe."""
        self.written = 0
        self.faults = 0
        self.pauses = 0
        self.flaw = ""

    # As a value.

    def freeze(self) -> tuple[Any, ...]:
        low = min(node.version for node in self.nodes.values())
        for node in self.nodes.values():
            node.version -= low
        return (
            tuple([node.freeze() for node in self.nodes.values()]),
            self.cut,
            self.plan,
            self.paused,
            self.confirmed,
            self.written,
            self.faults,
            self.pauses,
        )

    @classmethod
    def thaw(cls, names: tuple[str, ...], value: tuple[Any, ...]) -> World:
        world = cls.__new__(cls)
        nodes, world.cut, world.plan, world.paused, world.confirmed, *counts = value
        world.written, world.faults, world.pauses = counts
        world.nodes = {name: Node(name, fields) for name, fields in zip(names, nodes)}
        world.flaw = ""
        return world

    # Between nodes.

    def reachable(self, one: str, other: str) -> bool:
        on = self.nodes[one].on and self.nodes[other].on
        return on and (one == other or self.cut not in (one, other))

    def together(self, me: str) -> list[Node]:
        """The nodes that this one is in a cluster with, itself included."""
        return [node for node in self.nodes.values() if self.reachable(me, node.name)]

    def connected(self, node: Node) -> bool:
        """Whether the receiver has its source."""
        return (
            node.receives
            and node.source in self.nodes
            and self.nodes[node.source].up
            and self.reachable(node.name, node.source)
        )

    def replicas(self, name: str) -> list[Node]:
        return [node for node in self.nodes.values() if node.source == name and self.connected(node)]

    def senders(self, name: str) -> list[tuple[str, bool]]:
        """To whom a server believes to send, and whether they acknowledge."""
        alive = [(node.name, node.acknowledges) for node in self.replicas(name)]
        return [*alive, *self.nodes[name].lingering]

    def part(self, lost: str) -> None:
        """No packet goes to or from a node any more, which a server that sends there does not notice."""
        for node in self.nodes.values():
            if self.connected(node) and lost in (node.name, node.source):
                source = self.nodes[node.source]
                source.lingering = (*source.lingering, (node.name, node.acknowledges))

    def settle(self) -> None:
        """Receivers whose position their source does not know have stopped; nothing is forgotten in silence."""
        writable = 0
        for node in self.nodes.values():
            if node.up and not node.read_only:
                writable += 1
                lacking = [
                    write for write in self.confirmed if not any(write == w.identity for w in node.log)
                ]
                if lacking and not self.flaw:
                    self.flaw = (
                        f"{node.name} is writable and lacks {lacking[0]}, which a client was told is safe"
                    )
            if node.lingering:
                # The first packet that gets there is answered with a reset.
                node.lingering = tuple(x for x in node.lingering if not self.reachable(node.name, x[0]))
            if node.receives and self.connected(node):
                at = node.seen
                log = self.nodes[node.source].log
                if at and not any((at.number, at.writer) == (w.number, w.writer) for w in log):
                    node.receives, node.trouble = False, "1236"
        if writable > 1:
            self.flaw = "two servers are writable"

    # What the servers do by themselves.

    def write(self, name: str) -> None:
        """A client writes; without waiting it is told at once that its write is safe."""
        node = self.nodes[name]
        self.written += 1
        number = node.last.number + 1 if node.last else 1
        node.log = (*node.log, Transaction(number, node.server_id, self.written))
        if node.waits:
            node.pending += 1
        else:
            self.confirm(self.written)

    def confirm(self, identity: int) -> None:
        self.confirmed = tuple(sorted({*self.confirmed, identity}))

    def next_write(self, node: Node) -> Optional[Transaction]:
        """What the receiver would get next."""
        if not self.connected(node):
            return None
        at = node.seen.number if node.seen else 0
        return next((write for write in self.nodes[node.source].log if write.number > at), None)

    def receive(self, name: str) -> None:
        """One write is received, and acknowledged where this is one that acknowledges."""
        node = self.nodes[name]
        source, write = self.nodes[node.source], self.next_write(node)
        assert write is not None
        node.seen = write
        if write.writer != node.server_id or node.acknowledges:
            # MariaDB passes over its own writes unless it acknowledges.
            node.relay = (*node.relay, write)
        if node.acknowledges and source.waits and source.pending:
            waiting = source.log[-source.pending :]
            if write in waiting:
                done = waiting.index(write) + 1
                for one in waiting[:done]:
                    self.confirm(one.identity)
                source.pending -= done
                source.acknowledged += done

    def catch_up(self, name: str) -> None:
        """All that this node can receive and apply now, it has received and applied."""
        node = self.nodes[name]
        while self.next_write(node):
            self.receive(name)
        while node.applies and node.relay:
            node.apply()

    # What the agent asks: the node and its files.

    def on_read(self, me: Node, path: str) -> Optional[str]:
        return dict(me.files).get(path)

    def on_write(self, me: Node, path: str, text: str) -> None:
        me.files = tuple(sorted({**dict(me.files), path: text}.items()))

    def on_remove(self, me: Node, path: str) -> None:
        me.files = tuple(item for item in me.files if item[0] != path)

    def on_wait(self, me: Node) -> None:
        self.catch_up(me.name)

    def on_process(self, me: Node) -> int:
        return me.generation if me.up else 0

    def on_spawn(self, me: Node, rolls_back: bool) -> None:
        me.start(rolls_back)

    def on_end(self, me: Node) -> None:
        if me.up:
            me.end()

    # The cluster.

    def on_fact(self, me: Node) -> Optional[str]:
        return me.pact

    def on_set_fact(self, me: Node, text: str) -> None:
        nodes = self.together(me.name)
        version = max(node.version for node in nodes) + 1
        for node in nodes:
            node.pact, node.version = text, version

    def on_publish(self, me: Node, text: Optional[str]) -> None:
        me.report = text

    def on_reports(self, me: Node) -> tuple[tuple[str, str], ...]:
        return tuple((node.name, node.report) for node in self.together(me.name) if node.report is not None)

    def on_score(self, me: Node, score: Optional[str]) -> None:
        me.score = score

    def on_members(self, me: Node) -> tuple[tuple[str, str], ...]:
        def how(node: Node) -> str:
            if self.reachable(me.name, node.name):
                return "online"
            return "clean" if node.fenced else "unclean"

        return tuple((node.name, how(node)) for node in self.nodes.values())

    # The server.

    def on_peer(self, me: Node, host: str) -> tuple[str, bool, int]:
        node = self.nodes[host]
        if not (node.up and self.reachable(me.name, host)):
            raise Refused(f"{host} port 3306: cannot connect")
        return state_text(node.log), node.read_only, node.server_id

    def on_look(self, me: Node) -> tuple[tuple[str, str], ...]:
        """What the server says of itself, by the names that it uses; nothing if it does not run."""
        if not me.up:
            return ()
        senders = self.senders(me.name)
        told = {
            "read_only": "ON" if me.read_only else "OFF",
            "gtid_binlog_state": state_text(me.log),
            "rpl_semi_sync_master_enabled": "ON" if me.waits else "OFF",
            "rpl_semi_sync_slave_enabled": "ON" if me.willing else "OFF",
            "rpl_semi_sync_master_clients": str(sum(acknowledges for _, acknowledges in senders)),
            "rpl_semi_sync_master_wait_sessions": str(me.pending),
            "rpl_semi_sync_master_yes_tx": str(me.acknowledged),
            "dumps": str(len(senders)),
            "gtid_slave_pos": "",
        }
        return tuple({**told, **(self.replication(me) if me.source else {})}.items())

    def replication(self, me: Node) -> dict[str, str]:
        """SHOW SLAVE STATUS."""
        return {
            "gtid_slave_pos": str(me.last or ""),
            "Master_Host": me.source,
            "Slave_IO_Running": "Yes" if self.connected(me) else "Connecting" if me.receives else "No",
            "Slave_SQL_Running": "Yes" if me.applies else "No",
            "Slave_SQL_Running_State": EXHAUSTED if me.applies and not me.relay else "",
            "Seconds_Behind_Master": "0" if me.applies and self.connected(me) else "NULL",
            "Gtid_IO_Pos": str(me.seen or ""),
            "Last_SQL_Errno": me.trouble if me.trouble not in ("", "1236") else "0",
            "Last_IO_Errno": me.trouble if me.trouble == "1236" else "0",
            "receiver": str(me.receiver) if me.receives else "0",
            "applier": str(me.applier) if me.applies else "0",
            "working": "0",
        }
