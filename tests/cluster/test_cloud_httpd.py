"""What the page for RHEL has typed with pcs, on a running cluster whose nodes have an httpd with two APIs."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

import httpd
import pytest
from support.blocks import blocks
from support.possible import skip_unless_cloud

from ocf_agents.lab import Lab, keystone

if TYPE_CHECKING:
    from collections.abc import Iterator

PATIENCE = 180
NODES = ["n1", "n2"]
WATCHERS = {"keystone": "keystoneWatch", "placement": "placementWatch"}


@pytest.fixture(scope="module")
def typed() -> Iterator[Lab]:
    """Two nodes on which the page's lines for several APIs in one httpd have been typed."""
    skip_unless_cloud(httpd.PACKAGES)
    with Lab(f"test{os.getpid()}-httpd", hosts=keystone.HOSTS) as lab:
        keystone.prepare(lab)
        for node in lab.nodes:
            httpd.install(node)
        (block,) = [
            one for one in blocks() if one.page.endswith("rhel-httpd.md") and "clone interleave" in one.text
        ]
        for command in block.commands():
            lab.node("n1").check(["sh", "-ec", command.text], timeout=60)
        await_whole(lab)
        yield lab
    assert lab.leftovers() == []


def await_whole(lab: Lab) -> None:
    """httpd and both watchers run on both nodes, and nothing is about to change."""
    for name in ("httpd", *WATCHERS.values()):
        lab.eventually(NODES, lambda name=name: lab.where(name), PATIENCE, f"{name} on both nodes")
    lab.wait_idle(PATIENCE)


def failures(lab: Lab) -> str:
    return lab.voice().check(["crm_mon", "--one-shot"]).partition("Failed Resource Actions")[2]


def test_clients_are_served_on_both_nodes(typed: Lab) -> None:
    for node in typed.nodes:
        assert keystone.ask_for_token(typed, url=f"http://{node.address}:5000/v3")
        answer = typed.client(["curl", "-q", "--silent", f"http://{node.address}:8778/"])
        assert '"versions"' in answer.stdout
    assert not failures(typed)


def test_an_httpd_that_is_killed_is_started_anew_and_watched_again(typed: Lab) -> None:
    node = typed.node("n1")
    killed = [one for one in node.processes() if "apache2" in one.command]
    for one in killed:
        os.kill(one.machine_pid, signal.SIGKILL)
    typed.wait(lambda: failures(typed), PATIENCE, "Pacemaker to notice")
    await_whole(typed)
    assert keystone.ask_for_token(typed, url=f"http://{node.address}:5000/v3")
    typed.voice().check(["pcs", "resource", "cleanup"])


def test_one_api_that_fails_takes_its_own_watcher_away_and_nothing_else(typed: Lab) -> None:
    node = typed.node("n2")
    before = node.read("/run/httpd.pid")
    httpd.spoil(node, "keystone")
    httpd.reload(node)
    try:
        typed.eventually(["n1"], lambda: typed.where("keystoneWatch"), PATIENCE, "no watcher on n2")
        typed.wait_idle(PATIENCE)
        assert typed.where("placementWatch") == typed.where("httpd") == NODES
        assert "answered 500" in failures(typed)
        assert node.read("/run/httpd.pid") == before
    finally:
        httpd.mend(node, "keystone")
        httpd.reload(node)
    typed.voice().check(["pcs", "resource", "cleanup"])
    await_whole(typed)
