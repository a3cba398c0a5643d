"""The text of corosync.conf."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .state import LabSpec

LOG = "/var/log/corosync/corosync.log"


def configuration(spec: LabSpec) -> str:
    """The corosync.conf that every node of the lab has."""
    cipher, digest = ("aes256", "sha256") if spec.crypto else ("none", "none")
    totem = [
        "version: 2",
        f"cluster_name: {spec.name}",
        "transport: knet",
        f"token: {spec.token}",
        f"crypto_cipher: {cipher}",
        f"crypto_hash: {digest}",
    ]
    quorum = ["provider: corosync_votequorum"]
    if len(spec.nodes) == 2:
        # two_node turns wait_for_all on: a node would then never come back without its peer.
        quorum += ["two_node: 1", "wait_for_all: 0"]
    logging = ["to_stderr: no", "to_syslog: no", "to_logfile: yes", f"logfile: {LOG}", "timestamp: hires"]
    nodes: list[str] = []
    for number, node in enumerate(spec.nodes, 1):
        address = spec.address(spec.octet(node))
        nodes += _section("node", [f"ring0_addr: {address}", f"name: {node}", f"nodeid: {number}"])
    # Corosync would leave the node's control group, and survive the node's power switch.
    system = ["move_to_root_cgroup: no"]
    sections = {"totem": totem, "nodelist": nodes, "quorum": quorum, "logging": logging, "system": system}
    lines: list[str] = []
    for name, content in sections.items():
        lines += _section(name, content)
    return "\n".join(lines) + "\n"


def _section(name: str, content: list[str]) -> list[str]:
    return [f"{name} {{", *(f"    {line}" for line in content), "}"]
