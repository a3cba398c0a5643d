"""Rounds on labs: each fault is judged alone, and whatever is known is kept after every round."""

from __future__ import annotations

import tempfile
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..lab import Lab, LabError, mariadb
from ..lab.faults import FAULTS, Drill
from .timeline import Power, Timeline
from .verdict import WHOLE, count_lost, missing_money

if TYPE_CHECKING:
    from typing import Callable

    from .plan import Round

WHOLE_SECONDS = 120.0
"""Seconds within which a cluster must be whole again."""
CATALOGUE: dict[str, Callable[[Drill], None]] = {fault.__name__: fault for fault in FAULTS}
"""Every fault by its name; its docstring says what it is."""
OURS = "ocf:percona:mysql"


class Session:
    """A lab that rounds are played on; it is thrown away after a round that left it broken."""

    def __init__(self, name: str, *, nodes: int, fencing: bool) -> None:
        self.name, self.nodes, self.fencing = name, nodes, fencing

    def run(self, left: list[Round], done: Callable[[dict[str, Any]], None]) -> None:
        """Rounds are played and taken off the list, until none is left or the cluster stays broken."""
        agent = left[0].agent
        with Lab(self.name, self.nodes, fencing=self.fencing, install=mariadb.INSTALL) as lab:
            mariadb.install_databases(lab)
            mariadb.configure(lab, agent)
            while left and left[0].agent == agent:
                result = play(lab, left.pop(0))
                if result["final"] != WHOLE:
                    directory = Path(tempfile.mkdtemp(prefix="ocf-drill-logs-"))
                    lab.save_logs(directory)
                    result["logs"] = str(directory)
                done(result)
                if result["final"] != WHOLE:
                    return


def play(lab: Lab, planned: Round) -> dict[str, Any]:
    """What a round cost."""
    with tempfile.TemporaryDirectory(prefix="ocf-drill-") as name:
        directory = Path(name)
        directory.chmod(0o755)
        drill = Drill(lab, directory)
        final = WHOLE
        try:
            lab.wait(lambda: whole(drill, planned.agent), WHOLE_SECONDS, "the cluster to be whole before")
        except LabError as error:
            final = str(error)
        with drill.watcher, drill.writer:
            timeline = Timeline()
            if final == WHOLE:
                with Power(lab, timeline):
                    final = strike_and_recover(drill, planned, timeline)
        time.sleep(1)  # the writer's last row reaches the replica
        timeline.take_servers(lab, drill.watcher)
        timeline.take_writes(drill.writer)
        return {
            "round": planned.number,
            "agent": planned.agent,
            "faults": list(planned.faults),
            "delay": planned.delay,
            "outage_ms": round(drill.writer.longest_gap(timeline.began) * 1000),
            "confirmed": len(drill.writer.acknowledged()),
            "lost": {node.name: count_lost(drill, node) for node in lab.nodes},
            "money": {node.name: missing_money(node) for node in lab.nodes},
            "two_writable_s": round(drill.watcher.seconds_with_two_writable(), 3),
            "final": final,
            "timeline": timeline.as_words(),
        }


def strike_and_recover(drill: Drill, planned: Round, timeline: Timeline) -> str:
    """WHOLE, or what the cluster lacks after the faults were brought about and mended."""
    try:
        drill.writer.await_more()
        strike(drill, planned, timeline)
        timeline.note("the faults are over")
        mend(drill)
        drill.on_again()
        drill.lab.wait(lambda: whole(drill, planned.agent), WHOLE_SECONDS, "the cluster to be whole")
        timeline.note("the cluster is whole")
        drill.writer.await_more()
    except LabError as error:
        return str(error)
    return WHOLE


def strike(drill: Drill, planned: Round, timeline: Timeline) -> None:
    """The faults of the round are brought about, and what each of them waits for has come."""
    first, *more = planned.faults
    if not more:
        timeline.note(first)
        CATALOGUE[first](drill)
        return

    def endure(name: str) -> None:
        timeline.note(name)
        # Of two faults at once, one may prevent what the other waits for: the end alone counts.
        with suppress(LabError, StopIteration):
            CATALOGUE[name](drill)

    second = threading.Thread(target=endure, args=(more[0],), daemon=True)
    timer = threading.Timer(planned.delay, second.start)
    timer.start()
    endure(first)
    timer.join()
    second.join()


def mend(drill: Drill) -> None:
    """No cable is cut, no node stands still, no node is kept out: what a fault that failed left so."""
    lab = drill.lab
    for node in lab.nodes:
        with suppress(LabError):
            if node.is_cut:
                node.heal()
        with suppress(LabError):
            if node.power.value == "frozen":
                node.thaw()
    for node in lab.nodes:
        with suppress(LabError):
            lab.crm("node", "online", node.name)


def whole(drill: Drill, agent: str) -> bool:
    """Whether there is a primary with its address, and every other node is a replica that counts."""
    if agent == OURS:
        return drill.whole()
    lab = drill.lab
    primary, replicas = (lab.where(mariadb_resource(), role) for role in ("Promoted", "Unpromoted"))
    return (
        len(primary) == 1
        and len(replicas) == len(lab.nodes) - 1
        and all(replicates(lab, name) for name in replicas)
    )


def mariadb_resource() -> str:
    """The resource of the database."""
    from ..lab.faults import RESOURCE

    return RESOURCE


def replicates(lab: Lab, name: str) -> bool:
    """Whether the server on a node receives and applies."""
    try:
        told = mariadb.ask(lab.node(name), "SHOW SLAVE STATUS")
    except LabError:
        return False
    return "\tYes\tYes\t" in told
