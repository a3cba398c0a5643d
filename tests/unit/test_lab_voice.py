"""Through which node a lab speaks to its cluster, and what it hears there."""

from __future__ import annotations

from dataclasses import dataclass
from subprocess import CompletedProcess
from typing import Any

import pytest

from ocf_agents.lab import LabError, Power
from ocf_agents.lab.cluster import Cluster
from ocf_agents.lab.pacemaker import cluster_state

ALONE, JOINED, SILENT = "alone", "joined", "silent"


@dataclass
class OneNode:
    """A node that says of itself what a booting, a joined or a silent one does."""

    name: str
    condition: str
    power: Power = Power.ON
    is_cut: bool = False

    def run(self, _command: Any, **_options: Any) -> CompletedProcess[str]:
        joined = self.condition == JOINED
        text = f"""<pacemaker-result><summary>
            <current_dc present="{str(joined).lower()}" name="n9" with_quorum="true"/></summary>
            <nodes><node name="{self.name}" online="true" pending="{str(not joined).lower()}" unclean="false"
            standby="false"/></nodes><resources/></pacemaker-result>"""
        return CompletedProcess([], int(self.condition == SILENT), text, "")


class Nodes(Cluster):
    def __init__(self, *nodes: OneNode) -> None:
        self.all = nodes

    @property
    def nodes(self) -> Any:
        return self.all


@pytest.mark.parametrize(
    ("nodes", "speaker"),
    [
        ([OneNode("n1", JOINED), OneNode("n2", JOINED)], "n1"),
        ([OneNode("n1", ALONE), OneNode("n2", JOINED)], "n2"),
        ([OneNode("n1", SILENT), OneNode("n2", JOINED)], "n2"),
        ([OneNode("n1", JOINED, is_cut=True), OneNode("n2", JOINED)], "n2"),
        ([OneNode("n1", JOINED, Power.OFF), OneNode("n2", ALONE)], "n2"),
        ([OneNode("n1", SILENT), OneNode("n2", ALONE), OneNode("n3", ALONE)], "n2"),
    ],
)
def test_a_node_that_has_joined_speaks_before_one_that_only_answers(
    nodes: list[OneNode], speaker: str
) -> None:
    assert Nodes(*nodes).voice().name == speaker


def test_no_node_speaks_where_none_answers() -> None:
    lab = Nodes(OneNode("n1", SILENT))
    lab.spec = type("Spec", (), {"name": "quiet"})()
    with pytest.raises(LabError, match='lab "quiet": Pacemaker answers on no node'):
        lab.voice()


def test_a_cluster_that_is_about_to_shoot_a_node_says_so() -> None:
    history = "".join(
        f'<fence_event status="{status}" action="reboot" target="{target}" client="controld" origin="n2"/>'
        for status, target in (("pending", "n1"), ("success", "n2"))
    )
    text = f"<pacemaker-result><fence_history>{history}</fence_history></pacemaker-result>"
    state = cluster_state(text)
    assert state.shots == ("n1",)
    assert state.summary() == "no nodes; DC none; fencing n1"
