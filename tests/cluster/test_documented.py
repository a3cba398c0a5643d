"""What the pages have typed on a node of a running cluster does there what they show."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import pytest
from deployed import INSTALL
from documented import HOSTS, NODES, Documented
from situations import SITUATIONS, situation
from support.blocks import blocks, follow
from support.possible import skip_unless_lab_with_mariadb

from ocf_agents.lab import Lab

if TYPE_CHECKING:
    from collections.abc import Iterator

    from support.blocks import Block

TYPED = [block for block in blocks() if block.kind == "cluster"]
PROGRAMS = {
    "ssh": "openssh-client",
    "dropbear": "dropbear-bin",
    "/usr/lib/sftp-server": "openssh-sftp-server",
    "mariadb-backup": "mariadb-backup",
}


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Documented]:
    """Two controllers on which everything runs."""
    skip_unless_lab_with_mariadb()
    missing = [
        package
        for program, package in PROGRAMS.items()
        if not shutil.which(program, path="/usr/sbin:/usr/bin")
    ]
    if missing:
        pytest.skip(f"not installed; apt-get install {' '.join(missing)}")
    with Lab(f"documented{os.getpid()}", NODES, install=INSTALL, hosts=HOSTS) as lab:
        here = Documented(lab)
        here.bring_up(tmp_path_factory.mktemp("documented"))
        yield here
    assert lab.leftovers() == []


def test_every_situation_is_one_of_a_page() -> None:
    assert {block.rest for block in TYPED} == {*SITUATIONS}


@pytest.mark.parametrize("block", TYPED, ids=str)
def test_a_cluster_does_what_the_page_shows(cluster: Documented, block: Block) -> None:
    with situation(cluster, block) as node:
        for command in block.commands():
            follow(block, command, lambda text, node=node: cluster.type_in(node, text))
