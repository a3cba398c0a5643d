"""`make install` over an installation that is in use: monitors go on meanwhile."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]
LIBRARY = "usr/lib/ocf/lib/openstack"
PLAN = "ocf_agents/system/plan.py"


@pytest.mark.long
def test_no_reader_ever_finds_a_file_that_is_lacking_or_half_written(tmp_path: Path) -> None:
    command = ["make", "-s", "install", "BYTECODE=", f"DESTDIR={tmp_path}"]
    environment = {"PATH": os.environ["PATH"]}
    subprocess.run(command, cwd=CHECKOUT, env=environment, check=True)
    whole, read = (CHECKOUT / PLAN).read_bytes(), 0
    for _ in range(3):
        with subprocess.Popen(command, cwd=CHECKOUT, env=environment) as install:
            while install.poll() is None:
                assert (tmp_path / LIBRARY / PLAN).read_bytes() == whole
                read += 1
        assert install.returncode == 0
    assert read > 1000
    assert not [path for path in tmp_path.rglob("*") if ".new" in path.name]


def test_the_texts_of_all_agents_are_there_under_all_their_names(installed: Path) -> None:
    committed = {path.name for path in (CHECKOUT / "metadata").glob("*.xml")}
    found = {path.name for path in (installed.parents[1] / "lib/openstack/metadata").glob("*.xml")}
    assert found == {name for name in committed if not name.endswith("-ra.xml")}
