"""Fencing of a lab: the stonith resources, and where the fence agent finds the power daemon."""

from __future__ import annotations

from pathlib import Path

from .state import SWITCH_OCTET, LabSpec

POWER_PORT = 6230
AGENT = "/usr/sbin/fence_lab"

_RESOURCE = """\
<primitive id="fence-{node}" class="stonith" type="fence_lab">
  <instance_attributes id="fence-{node}-options">
    <nvpair id="fence-{node}-ip" name="ip" value="{address}"/>
    <nvpair id="fence-{node}-ipport" name="ipport" value="{port}"/>
    <nvpair id="fence-{node}-hosts" name="pcmk_host_list" value="{node}"/>
    <nvpair id="fence-{node}-delay" name="pcmk_delay_base" value="{node}:{delay}s"/>
  </instance_attributes>
  <operations>
    <op id="fence-{node}-monitor" name="monitor" interval="60s" timeout="20s"/>
  </operations>
</primitive>
"""


def agent_text() -> str:
    """The fence agent's program."""
    return Path(__file__).with_name("fence_lab.py").read_text()


def resources(spec: LabSpec) -> str:
    """The resources section of the CIB, one power switch per node.

    In a split every node shoots at the same moment. The shot at the first node waits, so that of
    two nodes the first one lives. The delay is written as a mapping, "n1:2s": Pacemaker 2.1.5 obeys
    a bare "2s" too, but logs an error for it.
    """
    switches = "".join(
        _RESOURCE.format(
            node=node,
            address=spec.address(SWITCH_OCTET),
            port=POWER_PORT,
            delay=2 * (len(spec.nodes) - 1 - position),
        )
        for position, node in enumerate(spec.nodes)
    )
    return f"<resources>\n{switches}</resources>\n"


def commands(spec: LabSpec) -> tuple[tuple[tuple[str, ...], str], ...]:
    """The commands, each with its standard input, after which the cluster fences."""
    return (
        (("cibadmin", "--modify", "--allow-create", "--scope", "resources", "--xml-pipe"), resources(spec)),
        (("crm_attribute", "--type", "crm_config", "--name", "stonith-enabled", "--update", "true"), ""),
    )
