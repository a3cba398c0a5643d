"""Runs in a node of the lab: measures the cases that come on standard input, answers in JSON."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any


def main() -> None:
    """One object per case: instructions in user space, processes, CPU and wall seconds of every round."""
    order = json.load(sys.stdin)
    for case in order["cases"]:
        once(case)
    results: list[dict[str, Any]] = [
        {**dict(zip(("instructions", "processes"), counted(case))), "cpu": [], "wall": []}
        for case in order["cases"]
    ]
    for _ in range(order["rounds"]):
        # Round after round, so that a change of the machine's speed meets all of them.
        for case, result in zip(order["cases"], results):
            cpu, wall = once(case)
            result["cpu"].append(cpu)
            result["wall"].append(wall)
    json.dump(results, sys.stdout)


def once(case: dict[str, Any]) -> tuple[float, float]:
    """CPU seconds of the command and all that it waited for, and the seconds that passed."""
    null = os.open(os.devnull, os.O_RDWR)
    actions = [(os.POSIX_SPAWN_DUP2, null, number) for number in (0, 1, 2)]
    start = time.perf_counter()
    pid = os.posix_spawn(case["argv"][0], case["argv"], case["environment"], file_actions=actions)
    _, status, usage = os.wait4(pid, 0)
    wall = time.perf_counter() - start
    os.close(null)
    code = os.waitstatus_to_exitcode(status)
    if code != case["code"]:
        again = subprocess.run(
            case["argv"], env=case["environment"], capture_output=True, text=True, check=False
        )
        sys.exit(
            f"{case['name']}: exit code {code}, expected {case['code']}; once more: {again.returncode} "
            f"{again.stderr[-300:]}"
        )
    return usage.ru_utime + usage.ru_stime, wall


def counted(case: dict[str, Any]) -> tuple[int, int]:
    """Instructions in user space of the command and all its children, and how many processes that were."""
    with tempfile.TemporaryDirectory() as scratch:
        tool = ["/usr/bin/valgrind", "--tool=callgrind", "--trace-children=yes", "-q"]
        output = f"--callgrind-out-file={scratch}/%p"
        environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", **case["environment"]}
        subprocess.run([*tool, output, *case["argv"]], env=environment, capture_output=True, check=False)
        # Callgrind writes one file for each process.
        texts = [file.read_text() for file in Path(scratch).iterdir()]
    lines = [line for text in texts for line in text.splitlines()]
    return sum(int(line.split()[1]) for line in lines if line.startswith("totals:")), len(texts)


if __name__ == "__main__":
    main()
