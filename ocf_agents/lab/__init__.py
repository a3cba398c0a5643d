"""A real Corosync and Pacemaker cluster in network namespaces on one machine."""

from __future__ import annotations

from .errors import LabError
from .lab import Lab
from .node import Node, NodeProcess, Power
from .pacemaker import ClusterNode, ClusterState, ResourceState
from .state import LabSpec, labs_that_are_up

__all__ = [
    "ClusterNode",
    "ClusterState",
    "Lab",
    "LabError",
    "LabSpec",
    "Node",
    "NodeProcess",
    "Power",
    "ResourceState",
    "labs_that_are_up",
]
