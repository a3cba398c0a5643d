"""What counts as left over by a lab."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from ocf_agents.lab.leftovers import belongs

STAT = "4711 (coro) sync) {state} 1 4711 4711 0 -1 {flags} 0 0 0 0 0 0 0 0 20 0 1 0 9000 0 0"


@pytest.mark.parametrize(
    ("group", "state", "flags", "expected"),
    [
        ("/ocf-lab-it/n1", "S", 0x400100, True),
        ("/ocf-lab-it", "R", 0x400100, True),
        ("/ocf-lab-its/n1", "S", 0x400100, False),
        ("/ocf-lab-it/n1", "Z", 0x40010C, False),
        # It has left its control group and is no zombie yet.
        ("/ocf-lab-it/n1", "R", 0x40010C, False),
    ],
)
def test_a_process_of_the_lab_is_left_over_unless_it_is_exiting(
    tmp_path: Path, group: str, state: str, flags: int, expected: bool
) -> None:
    (tmp_path / "cgroup").write_text(f"0::{group}\n")
    (tmp_path / "stat").write_text(STAT.format(state=state, flags=flags))
    assert belongs(tmp_path, "ocf-lab-it") == expected


def test_a_zombie_of_this_machine_is_none() -> None:
    group = re.search("^0::/([^/\n]*)", Path("/proc/self/cgroup").read_text(), re.MULTILINE)
    if not group:
        pytest.skip("this machine has no cgroup2")
    child = os.fork()
    if not child:
        os._exit(0)
    os.waitid(os.P_PID, child, os.WEXITED | os.WNOWAIT)
    try:
        assert belongs(Path("/proc/self"), group[1])
        assert not belongs(Path(f"/proc/{child}"), group[1])
    finally:
        os.waitpid(child, 0)
