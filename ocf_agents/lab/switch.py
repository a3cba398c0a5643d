"""The lab's network: a switch with one port per node, and a client beside the nodes."""

from __future__ import annotations

import shlex
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from . import private_mounts
from .commands import check, start_detached
from .errors import LabError
from .state import CLIENT_OCTET, SWITCH_OCTET, LabSpec

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from .cgroup import ControlGroup

_SWITCH = """\
set -e
{disks}
ip link set lo up
ip link add br0 address {mac} type bridge stp_state 0 forward_delay 0
ip address add {address}/24 dev br0
ip link set br0 up
echo ready
exec sleep infinity >/dev/null 2>&1
"""

_CLIENT = """\
set -e
mount -n --bind {hosts} /etc/hosts
ip link set lo up
echo ready
exec sleep infinity >/dev/null 2>&1
"""


@dataclass(frozen=True)
class Switch:
    """The lab's bridge, in a network and a mount namespace of its own; it also holds the disks.

    The namespaces have no name: they live as long as the one process that sits in them.
    """

    spec: LabSpec
    group: ControlGroup

    @property
    def pid(self) -> int:
        """The process that keeps the switch's namespaces."""
        return _keeper(self.group.child("switch"), "switch")

    @property
    def client_pid(self) -> int:
        """The process that keeps the client's namespaces."""
        return _keeper(self.group.child("client"), "client")

    def start(self) -> None:
        """The switch is on, the disks are there, and the client is plugged in."""
        spec, group = self.spec, self.group.child("switch")
        group.create()
        disks = shlex.quote(str(spec.disks))
        memory = f"mount -n -t tmpfs -o mode=755 {spec.mark} {disks}"
        script = _SWITCH.format(
            disks="\n".join([f"mkdir -p {disks}" if spec.storage else memory, *_volumes(spec)]),
            address=spec.address(SWITCH_OCTET),
            mac=_hardware_address(spec, SWITCH_OCTET),
        )
        command = [
            sys.executable,
            "-I",
            "-S",
            private_mounts.__file__,
            "unshare",
            "--net",
            "sh",
            "-c",
            script,
        ]
        start_detached(group.entering(command), log=spec.directory / "switch.log")
        self._start_client()

    def _start_client(self) -> None:
        spec, group = self.spec, self.group.child("client")
        group.create()
        hosts = spec.directory / "hosts"
        hosts.write_text(spec.hosts_file())
        command = self.inside(
            [
                "unshare",
                "--mount",
                "--net",
                "--propagation",
                "unchanged",
                "sh",
                "-c",
                _CLIENT.format(hosts=shlex.quote(str(hosts))),
            ],
            network=False,
        )
        start_detached(group.entering(command), log=spec.directory / "client.log")
        self.plug("client", self.client_pid, CLIENT_OCTET)

    def inside(self, command: Sequence[str], *, network: bool = True) -> tuple[str, ...]:
        """The command, changed so that it runs in the switch's namespaces."""
        namespaces = ["--mount", "--net"] if network else ["--mount"]
        return ("nsenter", "--target", str(self.pid), *namespaces, "--root", "--wd", "--", *command)

    def inside_client(self, command: Sequence[str], directory: Path) -> tuple[str, ...]:
        """The command, changed so that it runs on the client, in this directory."""
        group = self.group.child("client")
        return group.entering(
            [
                "nsenter",
                "--target",
                str(self.client_pid),
                "--mount",
                "--net",
                "--root",
                "--wd",
                "--",
                "env",
                f"--chdir={directory}",
                *command,
            ]
        )

    def plug(self, port: str, pid: int, octet: int) -> None:
        """A cable runs from this port to the process's network; cut and isolated as recorded."""
        spec = self.spec
        mac = _hardware_address(spec, octet)
        state = "down" if self.is_cut(port) else "up"
        isolated = "on" if self.is_split(port) else "off"
        self._ip(
            self.pid,
            (
                f"link add {port} type veth peer name eth0 address {mac} netns {pid}",
                f"link set {port} master br0",
                f"link set {port} type bridge_slave isolated {isolated}",
                f"link set {port} {state}",
            ),
        )
        self._ip(
            pid,
            (
                "link set lo up",
                f"address add {spec.address(octet)}/24 broadcast + dev eth0",
                "link set eth0 up",
            ),
        )

    def unplug(self, port: str) -> None:
        """No cable is in this port, and no packet of what was plugged there gets out any more."""
        try:
            self._ip(self.pid, (f"link delete {port}",))
        except LabError as error:
            if "Cannot find device" not in str(error):
                raise

    def cut(self, port: str) -> None:
        """This port carries nothing, also after what is plugged there has been off and on."""
        self._mark("cut", port).touch()
        self._set(port, "down")

    def heal(self, port: str) -> None:
        """This port carries packets again."""
        self._mark("cut", port).unlink(missing_ok=True)
        self._set(port, "up")

    def split(self, ports: Sequence[str]) -> None:
        """These ports exchange nothing with each other; all others reach them as before."""
        others = sorted(
            path.name for path in (self.spec.directory / "split").iterdir() if path.name not in ports
        )
        if others:
            # The bridge knows only one group of isolated ports.
            raise LabError(f"{', '.join(others)}: split already; unsplit them first")
        for port in ports:
            self._mark("split", port).touch()
            self._set(port, "type bridge_slave isolated on")

    def unsplit(self, ports: Sequence[str]) -> None:
        """These ports reach every port that is not cut."""
        for port in ports:
            self._mark("split", port).unlink(missing_ok=True)
            self._set(port, "type bridge_slave isolated off")

    def is_cut(self, port: str) -> bool:
        """Whether this port was cut and not healed since."""
        return self._mark("cut", port).exists()

    def is_split(self, port: str) -> bool:
        """Whether this port is one of a split."""
        return self._mark("split", port).exists()

    def _mark(self, kind: str, port: str) -> Path:
        return self.spec.directory / kind / port

    def _set(self, port: str, setting: str) -> None:
        try:
            self._ip(self.pid, (f"link set {port} {setting}",))
        except LabError as error:
            # The port of a node that is off does not exist; it gets its setting when plugged in.
            if "Cannot find device" not in str(error):
                raise

    def _ip(self, pid: int, lines: Sequence[str]) -> None:
        check(["nsenter", "--target", str(pid), "--net", "ip", "-batch", "-"], input="\n".join(lines) + "\n")


def _volumes(spec: LabSpec) -> list[str]:
    # They are mounted here, and not in the nodes, since a disk outlives a loss of power.
    lines: list[str] = []
    for node in spec.nodes:
        for number, (_, size) in enumerate(spec.volumes):
            place = shlex.quote(str(spec.volume(node, number)))
            lines += [f"mkdir -p {place}", f"mount -n -t tmpfs -o mode=755,size={size}m {spec.mark} {place}"]
    return lines


def _hardware_address(spec: LabSpec, octet: int) -> str:
    # Fixed ones, since an address that changes meets stale neighbour entries: a node's own would
    # change with every boot, a bridge's is that of one of its ports and leaves with it.
    return f"02:4f:43:46:{spec.number:02x}:{octet:02x}"


def _keeper(group: ControlGroup, what: str) -> int:
    pids = group.processes()
    if not pids:
        raise LabError(f"{what}: is gone; take the lab down and bring it up again")
    return min(pids)
