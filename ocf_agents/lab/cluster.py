"""The cluster that runs in a lab: what it says, what it is told, and waiting for it."""

# ruff: noqa: A002  # `input` is what subprocess.run calls it
from __future__ import annotations

import time
from typing import TYPE_CHECKING, Callable, TypeVar

from . import pacemaker
from .commands import complaint
from .errors import LabError
from .node import Node, Power

if TYPE_CHECKING:
    from pathlib import Path

    from .pacemaker import ClusterState, ResourceState
    from .state import LabSpec

_POLL = 0.1
_CONFIGURATION = "/tmp/lab.crm"  # noqa: S108  # the node's own, where only root is

IDLE = "S_IDLE"
"""The state of a DC's controller that waits for something to happen."""
T = TypeVar("T")


class Cluster:
    """Pacemaker on the nodes of a lab, asked through whichever node answers."""

    spec: LabSpec

    @property
    def nodes(self) -> tuple[Node, ...]:
        """The lab's nodes, whether on or off."""
        raise NotImplementedError

    def voice(self) -> Node:
        """The first node on which Pacemaker answers; those come first that have joined, and with a whole cable.

        What a node writes before it has joined is lost when it does.
        """
        return self._look()[0]

    def cluster_state(self) -> ClusterState:
        """What Pacemaker says of the cluster now."""
        return self._look()[1]

    def _look(self) -> tuple[Node, ClusterState]:
        awake = [node for node in self.nodes if node.power is Power.ON]
        answers: list[tuple[Node, ClusterState]] = []
        for node in sorted(awake, key=lambda node: node.is_cut):
            result = node.run(pacemaker.LOOK, timeout=10)
            if result.returncode == 0:
                answers.append((node, pacemaker.cluster_state(result.stdout)))
                if answers[-1][1].has_joined(node.name):
                    return answers[-1]
        if not answers:
            raise LabError(f'lab "{self.spec.name}": Pacemaker answers on no node')
        return answers[0]

    def crm(self, *arguments: str | Path, input: str | None = None, timeout: float = 60) -> str:
        """What crmsh wrote, run on a node where Pacemaker answers.

        A Path names a file of this machine; crmsh gets its text.
        """
        node = self.voice()
        words = [node.crm_word(argument) for argument in arguments]
        result = node.run(["crm", *words], input=input, timeout=timeout)
        if result.returncode != 0:
            raise LabError(complaint("crm " + " ".join(map(str, arguments)), result))
        return result.stdout

    def crm_configure(self, text: str) -> None:
        """The cluster's configuration contains what this text says, in crmsh's language of today or of 2012."""
        node = self.voice()
        if pacemaker.is_third():
            text = pacemaker.of_today(text)
        node.write(_CONFIGURATION, text, mode=0o600)
        node.check(["crm", "configure", "load", "update", _CONFIGURATION], timeout=60)

    def resource_states(self) -> tuple[ResourceState, ...]:
        """Every instance of every resource."""
        return self.cluster_state().resources

    def where(self, resource: str, role: str | None = None) -> list[str]:
        """The names of the nodes on which the resource is active (in this role, if given)."""
        return sorted(
            found.node
            for found in self.resource_states()
            if found.name == resource and found.active and found.node and role in (None, found.role)
        )

    # Waiting

    def wait_online(self, seconds: float = 60) -> None:
        """Every node of the lab is online, and the cluster has a DC."""

        def all_online() -> bool:
            seen = self.cluster_state()
            nodes = [seen.node(name) for name in self.spec.nodes]
            return seen.dc is not None and all(node and node.summary == "online" for node in nodes)

        self.wait(all_online, seconds, "all nodes to be online")

    def is_idle(self) -> bool:
        """Whether the DC has nothing left to do, and nobody is about to be fenced.

        A shot that waits for its delay outlives the transition that fired it, and the marksman's time as DC.
        crm_resource --wait is not asked: that of Pacemaker 3.0.0 may wait for ever after a failure.
        """
        seen = [pacemaker.cluster_state(node.check(pacemaker.LOOK, timeout=10)) for node in self.nodes]
        if any(one.shots for one in seen):
            return False
        return IDLE in self.voice().run(["crmadmin", f"--status={seen[0].dc}"]).stdout

    def wait_idle(self, seconds: float = 60) -> None:
        """Every node is online, and the cluster has nothing to do."""

        def idle() -> bool:
            self.wait_online(seconds)
            return self.is_idle()

        self.wait(idle, seconds, "the cluster to have nothing to do")

    def wait(self, condition: Callable[[], T], seconds: float = 30, what: str = "it") -> T:
        """The first true value of the condition; a LabError after the deadline.

        A LabError of the condition counts as not yet true: the cluster may be about to answer.
        """
        deadline, refusal = time.monotonic() + seconds, ""
        while True:
            try:
                value = condition()
                refusal = ""
                if value:
                    return value
            except LabError as error:
                refusal = str(error)
            if time.monotonic() > deadline:
                raise LabError(f"waited {seconds:g} s for {what}; {refusal or self._summary()}")
            time.sleep(_POLL)

    def eventually(
        self, expected: object, look: Callable[[], object], seconds: float = 30, what: str = "it"
    ) -> None:
        """What `look` sees equals what is expected; a LabError shows what was seen last."""
        seen: list[object] = []

        def as_expected() -> bool:
            seen[:] = [look()]
            return seen[0] == expected

        try:
            self.wait(as_expected, seconds, what)
        except LabError as error:
            last = repr(seen[0]) if seen else "nothing"
            raise LabError(f"{error}; expected {expected!r}, saw {last}") from None

    def _summary(self) -> str:
        try:
            return self.cluster_state().summary()
        except LabError as error:
            return str(error)
