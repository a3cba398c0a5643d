"""One node of a lab: its power switch, its cable, and what runs in it."""

# ruff: noqa: A002  # `input` is what subprocess.run calls it
from __future__ import annotations

import enum
import re
import shlex
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from . import corosync, pacemaker
from .commands import complaint, run, start_detached
from .errors import LabError
from .image import CHECKOUT, boot_script
from .state import LabSpec, locked

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .cgroup import ControlGroup
    from .switch import Switch

_ENVIRONMENT = ("PATH=/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root", "LANG=C.UTF-8")
_DEFAULT_INSTALL = ("make", "-C", CHECKOUT, "install", "TOOLS=1", "DESTDIR=/")

_START_CLUSTER = """\
corosync || exit
tries=0
until corosync-cfgtool -s >/dev/null 2>&1; do
    tries=$((tries + 1))
    [ $tries -lt 200 ] || { echo "corosync does not answer" >&2; exit 1; }
    sleep 0.05
done
exec setsid --fork pacemakerd </dev/null >/dev/null 2>&1
"""

_WRITE = 'mkdir -p "$(dirname "$1")" && cat >"$1" && chown "$2" "$1" && chmod "$3" "$1"'


class Power(enum.Enum):
    """Whether a node has power, and whether its processes run."""

    OFF = "off"
    ON = "on"
    FROZEN = "frozen"


@dataclass(frozen=True)
class NodeProcess:
    """A process of a node: its id in the node, its id on the machine, its command line."""

    pid: int
    machine_pid: int
    command: str


@dataclass(frozen=True)
class NodeLogs:
    """Where the machine finds a node's logs, also while the node is off."""

    pacemaker: Path
    corosync: Path


@dataclass(frozen=True)
class Node:
    """One node; it holds no state, so any process may have one and use it at any time."""

    name: str
    spec: LabSpec
    switch: Switch
    group: ControlGroup

    @property
    def address(self) -> str:
        """The node's address in the lab's network."""
        return self.spec.address(self.spec.octet(self.name))

    @property
    def power(self) -> Power:
        """Whether the node is off, on or frozen."""
        if self.pid is None:
            return Power.OFF
        return Power.FROZEN if self.group.frozen() else Power.ON

    @property
    def is_cut(self) -> bool:
        """Whether the node's cable is cut."""
        return self.switch.is_cut(self.name)

    @property
    def pid(self) -> int | None:
        """The machine's id of the node's process 1, None while the node is off."""
        for pid in self.group.processes():
            if _pids_by_namespace(pid)[1:] == (1,):
                return pid
        return None

    @property
    def disk(self) -> Path:
        """The files that the node has written, as the machine sees them: var/log, etc, ..."""
        return Path(f"/proc/{self.switch.pid}/root{self.spec.disks}/{self.name}/upper")

    @property
    def logs(self) -> NodeLogs:
        """The node's logs."""
        disk = self.disk
        return NodeLogs(disk / pacemaker.LOG[1:], disk / corosync.LOG[1:])

    def start(self) -> None:
        """The node is on, agents installed, corosync and pacemaker started (not yet online)."""
        with locked(self.spec.directory / f"{self.name}.lock"):
            if self.group.populated():
                raise LabError(f"node {self.name}: is on already; kill it first to start it anew")
            first = not (self.disk.parent / "seeded").exists()
            self._boot()
        if first:
            self.install()
        environment = tuple(f"{name}={value}" for name, value in pacemaker.ENVIRONMENT.items())
        self.check(["env", *environment, "sh", "-c", _START_CLUSTER])

    def _boot(self) -> None:
        self.group.remove()
        self.group.create()
        unshare = (
            "unshare",
            "--mount",
            "--uts",
            "--ipc",
            "--net",
            "--pid",
            "--fork",
            "--kill-child",
            "--propagation",
            "unchanged",
        )
        script = boot_script(self.spec, self.name)
        command = self.switch.inside([*unshare, "sh", "-c", script], network=False)
        try:
            start_detached(self.group.entering(command), log=self.spec.directory / f"{self.name}.log")
            pid = self.pid
            if pid is None:
                raise LabError(f"node {self.name}: its process 1 ended at once")
            self.switch.unplug(self.name)
            self.switch.plug(self.name, pid, self.spec.octet(self.name))
        except BaseException:
            self.group.kill()
            raise

    def install(self) -> None:
        """The agents of the checkout are installed in this node, and in no other place."""
        command = self.spec.install
        if command is None:
            command = _DEFAULT_INSTALL if _has_install_target(Path(self.spec.checkout)) else ()
        if command:
            self.check(command, timeout=120)

    def kill(self) -> None:
        """The node is off, verified: no process of it is left.

        The cable goes first: the kernel would say goodbye for the dying connections, and the
        others would learn of the death at once, which no power failure grants them.
        """
        with locked(self.spec.directory / f"{self.name}.lock"):
            self.switch.unplug(self.name)
            self.group.kill()
            self.group.remove()

    def freeze(self) -> None:
        """Every process of the node stands still; its kernel still answers the network."""
        self._require_power()
        self.group.freeze()

    def thaw(self) -> None:
        """Every process of the node runs on from where it stood."""
        self._require_power()
        self.group.thaw()

    def cut(self) -> None:
        """The node's cable is cut, and stays so over a reboot, until it is healed."""
        self.switch.cut(self.name)

    def heal(self) -> None:
        """The node's cable is whole."""
        self.switch.heal(self.name)

    def command(self, command: Sequence[str], *, terminal: str = "") -> tuple[str, ...]:
        """The command, changed so that it runs in the node and dies with the node."""
        pid = self._require_power()
        if self.group.frozen():
            raise LabError(f"node {self.name}: is frozen; thaw it first")
        environment = [*_ENVIRONMENT, *([f"TERM={terminal}"] if terminal else [])]
        return self.group.entering(
            [
                "nsenter",
                "--target",
                str(pid),
                "--mount",
                "--uts",
                "--ipc",
                "--net",
                "--pid",
                "--root",
                "--wd",
                "--",
                "env",
                "-i",
                *environment,
                *command,
            ]
        )

    def run(
        self, command: Sequence[str], *, input: str | None = None, timeout: float = 30
    ) -> subprocess.CompletedProcess[str]:
        """The exit status and output of a command in the node; a LabError when it takes longer."""
        try:
            result = run(self.command(command), input=input, timeout=timeout)
        except LabError as error:
            if "did not end" not in str(error):
                raise
            raise LabError(
                f"node {self.name}: {shlex.join(command)}: did not end within {timeout:g} s"
            ) from None
        return subprocess.CompletedProcess(list(command), result.returncode, result.stdout, result.stderr)

    def check(self, command: Sequence[str], *, input: str | None = None, timeout: float = 30) -> str:
        """The standard output of a command that succeeded in the node."""
        result = self.run(command, input=input, timeout=timeout)
        if result.returncode != 0:
            raise LabError(complaint(f"node {self.name}: {shlex.join(command)[:200]}", result))
        return result.stdout

    def write(self, path: str, text: str, *, owner: str = "root", mode: int = 0o644) -> None:
        """The file in the node has this text, owner ("user" or "user:group") and mode."""
        self.check(["sh", "-c", _WRITE, "sh", path, owner, f"{mode:o}"], input=text)

    def crm_word(self, argument: str | Path) -> str:
        """The argument as crmsh in the node understands it; a Path's text has been copied there."""
        if isinstance(argument, str):
            return argument
        copy = f"/tmp/{argument.name}"  # noqa: S108  # the node's own, where only root is
        self.write(copy, argument.read_text(), mode=0o600)
        return copy

    def read(self, path: str) -> str:
        """The text of a file in the node."""
        return self.check(["cat", path])

    def processes(self) -> tuple[NodeProcess, ...]:
        """The processes that live in the node."""
        found = []
        for pid in self.group.processes():
            inside = _pids_by_namespace(pid)[1:]
            command = _command_line(pid)
            if inside and command:
                found.append(NodeProcess(inside[0], pid, command))
        return tuple(sorted(found, key=lambda process: process.pid))

    def _require_power(self) -> int:
        pid = self.pid
        if pid is None:
            raise LabError(f"node {self.name}: is off; start it first")
        return pid


def _pids_by_namespace(pid: int) -> tuple[int, ...]:
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return ()
    found = re.search(r"^NSpid:(.*)$", status, re.MULTILINE)
    return tuple(int(number) for number in found.group(1).split()) if found else ()


def _command_line(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().rstrip(b"\0").replace(b"\0", b" ").decode()
    except OSError:
        return ""


def _has_install_target(checkout: Path) -> bool:
    try:
        text = (checkout / "Makefile").read_text()
    except OSError:
        return False
    return re.search(r"^install\s*:", text, re.MULTILINE) is not None
