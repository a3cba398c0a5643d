"""Rounds on labs: each fault is judged alone, and whatever is known is kept after every round."""

from __future__ import annotations

import tempfile
import threading
import time
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..lab import Lab, LabError, mariadb
from ..lab.client import clients
from ..lab.fault_disk import free_disk
from ..lab.faults import FAULTS, PARTING, UNFENCED
from ..lab.flavours import MySQL
from ..lab.mariadb import OURS
from ..lab.scene import REPLICATES, Drill, status
from .timeline import Power, Timeline
from .verdict import PARTED, REFUSED, WHOLE, Books
from .workload import SECONDS, WORKLOADS

if TYPE_CHECKING:
    from typing import Callable

    from ..lab.client import Client
    from .plan import Round

WHOLE_SECONDS = 120.0
"""Seconds within which a cluster must be whole again."""
GOLDEN = 0.618034
"""Its multiples lie evenly between one whole number and the next, however many they are."""
CATALOGUE: dict[str, Callable[[Drill], None]] = {
    fault.__name__: fault for workload in WORKLOADS.values() for fault in (*FAULTS, *workload.faults)
}
"""Every fault by its name; its docstring says what it is."""
NEEDS_NO_FENCING = frozenset(fault.__name__ for fault in UNFENCED)
PARTS = frozenset(fault.__name__ for fault in PARTING)


def faults_with(workload: str) -> list[str]:
    """The names of the faults that there are with this workload."""
    return [fault.__name__ for fault in (*FAULTS, *WORKLOADS[workload].faults)]


class Session:
    """A lab that rounds are played on; it is thrown away after a round that left it broken."""

    def __init__(
        self, name: str, *, nodes: int, fencing: bool, threshold: int | None, workload: str, server: str = ""
    ) -> None:
        self.flavour = MySQL(Path(server)) if server else mariadb.DEBIAN
        self.name, self.nodes, self.fencing, self.threshold = name, nodes, fencing, threshold
        self.workload = WORKLOADS[workload]

    def run(self, left: list[Round], done: Callable[[dict[str, Any]], None]) -> None:
        """Rounds of one setting are played and taken off the list, until the cluster is not whole."""
        agent, fencing = left[0].agent, self.fences(left[0])
        with self.lab(fencing) as lab:
            self.workload.prepare(lab, agent, self.flavour)
            mariadb.configure(lab, agent, threshold=self.threshold, flavour=self.flavour)
            if lines := "".join(f"{line}\n" for line in self.workload.lines(lab)):
                lab.crm_configure(lines)
            while left and (left[0].agent, self.fences(left[0])) == (agent, fencing):
                result = self.play(lab, left.pop(0))
                if result["final"] not in (WHOLE, PARTED):
                    directory = Path(tempfile.mkdtemp(prefix="ocf-drill-logs-"))
                    lab.save_logs(directory)
                    result["logs"] = str(directory)
                done(result)
                if result["final"] != WHOLE:
                    return

    def lab(self, fencing: bool) -> Lab:
        """The nodes, which are not up yet."""
        hosts, install, volumes = self.workload.hosts, mariadb.INSTALL, mariadb.VOLUMES
        return Lab(
            self.name, self.nodes, fencing=fencing, hosts=hosts, install=install, volumes=volumes,
            shares=self.flavour.shares,
        )  # fmt: skip

    def fences(self, planned: Round) -> bool:
        """Whether the cluster of a round fences."""
        return self.fencing and not NEEDS_NO_FENCING & set(planned.faults)

    def play(self, lab: Lab, planned: Round) -> dict[str, Any]:
        """What a round cost."""
        with tempfile.TemporaryDirectory(prefix="ocf-drill-") as name, ExitStack() as stack:
            directory = Path(name)
            directory.chmod(0o755)
            drill = Drill(lab, directory, planned.agent, self.flavour)
            final = WHOLE
            try:
                lab.wait(lambda: whole(drill), WHOLE_SECONDS, "the cluster to be whole before")
                drill.clients = stack.enter_context(clients(lab, self.workload.questions(lab), directory))
                drill.await_answers(time.monotonic(), SECONDS)
                if drill.clients:
                    # What answers may stand before others that are still being started. A database alone
                    # is whole by now, and under another agent the cluster may have something to do for ever.
                    lab.wait_idle(WHOLE_SECONDS)
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
            for service, client in drill.clients.items():
                timeline.take_answers(service, client)
            return {**told(planned), **seen(drill, timeline, planned, final), "final": final}


def told(planned: Round) -> dict[str, Any]:
    """What a round is."""
    return {
        "round": planned.number,
        "agent": planned.agent,
        "faults": list(planned.faults),
        "delay": planned.delay,
    }


def seen(drill: Drill, timeline: Timeline, planned: Round, final: str) -> dict[str, Any]:
    """What is known of a round when it is over."""
    books = Books(drill, leaderless=final == REFUSED)
    return {
        "outage_ms": round(drill.writer.longest_gap(timeline.began) * 1000),
        "away_ms": {name: away(timeline, client) for name, client in drill.clients.items()},
        "confirmed": len(books.confirmed),
        "lost": books.lost(),
        "money": books.money,
        "apart": books.apart(),
        "refused": drill.refused() if final == REFUSED else {},
        "unfenced": not drill.lab.spec.fencing and bool(PARTS & set(planned.faults)),
        "two_writable_s": round(drill.watcher.seconds_with_two_writable(), 3),
        "timeline": timeline.as_words(),
    }


def away(timeline: Timeline, client: Client) -> int:
    """The longest time in a round without a good answer to a client, in milliseconds."""
    return round(client.silence(timeline.began + time.monotonic() - time.time()) * 1000)


def strike_and_recover(drill: Drill, planned: Round, timeline: Timeline) -> str:
    """WHOLE, or what the cluster lacks after the faults were brought about and mended."""
    try:
        drill.writer.await_more()
        # A fault is noticed when the next monitor comes round: how long that takes is spread evenly.
        time.sleep(planned.number * GOLDEN % 1 * mariadb.EVERY)
        strike(drill, planned, timeline)
        timeline.note("the faults are over")
        mend(drill)
        drill.on_again()
        over = time.monotonic()
        final = drill.lab.wait(lambda: ending(drill), WHOLE_SECONDS, "the cluster to be whole")
        drill.await_answers(over, SECONDS)
        timeline.note("the cluster is whole")
        drill.writer.await_more()
    except LabError as error:
        return refusal(drill) or str(error)
    return final


def refusal(drill: Drill) -> str:
    """How a round ends that asks for a person, if the servers say why; else empty."""
    if drill.agent != OURS:
        return ""
    with suppress(LabError):
        return PARTED if drill.parted() else REFUSED if drill.refused() else ""
    return ""


def ending(drill: Drill) -> str:
    """How the round ends: WHOLE, PARTED where nothing could prevent that, or empty while it goes on."""
    if whole(drill):
        return WHOLE
    return PARTED if not drill.lab.spec.fencing and drill.agent == OURS and drill.parted() else ""


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
        with suppress(LabError):
            free_disk(node)
    for node in lab.nodes:
        with suppress(LabError):
            drill.welcome(node)


def whole(drill: Drill) -> bool:
    """Whether there is a primary with its address, and every other node is a replica that counts."""
    if drill.agent == OURS:
        return mariadb.whole(drill.lab)
    placed = mariadb.placed(drill.lab)
    return placed is not None and all(replicates(drill.lab, name) for name in placed[1])


def replicates(lab: Lab, name: str) -> bool:
    """Whether the server on a node receives and applies."""
    try:
        return REPLICATES in status(lab.node(name))
    except LabError:
        return False
