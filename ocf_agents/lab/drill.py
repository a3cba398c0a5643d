"""`make drill-mysql`: every fault on a real MariaDB cluster, with what it cost, as a table and as JSON.

For each fault: the longest time without a confirmed write, confirmed writes that are lost at the
end, the seconds in which two servers were writable, and whether the cluster was whole again.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Callable

from . import mariadb
from .errors import LabError
from .faults import FAULTS, Drill
from .lab import Lab

if TYPE_CHECKING:
    from .node import Node

WHOLE = 120.0
"""Seconds within which a cluster must be whole again."""


def play(lab: Lab, fault: Callable[[Drill], None]) -> dict[str, Any]:
    """What a fault cost."""
    with tempfile.TemporaryDirectory(prefix="ocf-drill-") as name:
        directory = Path(name)
        directory.chmod(0o755)
        drill = Drill(lab, directory)
        lab.wait(drill.whole, WHOLE, "the cluster to be whole")
        with drill.watcher, drill.writer:
            drill.writer.await_more()
            began, final = time.time(), "whole"
            try:
                fault(drill)
                drill.on_again()
                lab.wait(drill.whole, WHOLE, "the cluster to be whole")
                drill.writer.await_more()
            except LabError as error:
                final = str(error)
        time.sleep(1)  # the writer's last row reaches the replica
        lost = {node.name: count_lost(drill, node) for node in lab.nodes}
        return {
            "fault": fault.__name__,
            "outage_ms": round(drill.writer.longest_gap(began) * 1000),
            "confirmed": len(drill.writer.acknowledged()),
            "lost": lost,
            "two_writable_s": round(drill.watcher.seconds_with_two_writable(), 3),
            "final": final,
        }


def count_lost(drill: Drill, node: Node) -> int | None:
    """The confirmed writes that are lacking on a node; None where no server answers."""
    try:
        return len(drill.writer.lost(node))
    except LabError:
        return None


def session(left: list[tuple[int, Callable[[Drill], None]]], *, fencing: bool) -> list[dict[str, Any]]:
    """The results of the faults that one cluster went through; those are taken off the list.

    A cluster that is not whole after a fault is thrown away, so that each fault is judged alone.
    """
    results = []
    with Lab("mysql-drill", fencing=fencing, install=mariadb.INSTALL) as lab:
        mariadb.install_databases(lab)
        mariadb.configure(lab)
        while left:
            number, fault = left.pop(0)
            result = {"round": number, **play(lab, fault)}
            results.append(result)
            print(
                f"{result['fault']:24} outage {result['outage_ms']:>6} ms  confirmed {result['confirmed']:>6}"
                f"  lost {result['lost']}  two writable {result['two_writable_s']} s  {result['final']}",
                flush=True,
            )
            if result["final"] != "whole":
                directory = Path(tempfile.mkdtemp(prefix="ocf-drill-logs-"))
                lab.save_logs(directory)
                print(f"logs: {directory}\n{lab.crm('status')}", file=sys.stderr, flush=True)
                break
    return results


def main() -> int:
    """The exit status: 0 if no confirmed write was lost and never two servers were writable."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--no-fencing", action="store_true")
    parser.add_argument("--json", type=Path)
    parser.add_argument("faults", nargs="*", help=", ".join(fault.__name__ for fault in FAULTS))
    given = parser.parse_args()
    wanted = [fault for fault in FAULTS if not given.faults or fault.__name__ in given.faults]
    results: list[dict[str, Any]] = []
    left = [(number + 1, fault) for number in range(given.rounds) for fault in wanted]
    while left:
        results += session(left, fencing=not given.no_fencing)
    if given.json:
        given.json.write_text(json.dumps(results, indent=2) + "\n")
    bad = [r for r in results if any(r["lost"].values()) or r["two_writable_s"] or r["final"] != "whole"]
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
