"""A lab: some nodes, a switch, a client and a power daemon, brought up and taken down as one."""

# ruff: noqa: A002  # `input` is what subprocess.run calls it
from __future__ import annotations

import os
import shutil
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Callable

from . import fencing, image, state
from .cgroup import ControlGroup, hierarchy, release_hierarchy
from .cluster import Cluster
from .commands import CLEAN_ENVIRONMENT, require_root_and_tools, run, start_detached
from .errors import LabError
from .leftovers import find_group, leftovers
from .node import Node, NodeLogs, Power
from .state import LabSpec
from .switch import Switch
from .termination import held_back, raise_on_termination

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Mapping, Sequence
    from types import TracebackType

_OWN_CHECKOUT = Path(__file__).resolve().parents[2]


class Lab(Cluster):
    """A Corosync and Pacemaker cluster in namespaces of this machine.

    As a context manager it is up inside the block and gone after it, whatever ends the block.

    nodes: 2 or 3 of them, or their names.
    hosts: more names for /etc/hosts, each with the last number of its address.
    fencing: nodes shoot lost nodes; without it quorum is ignored too, as it was done in 2012.
    token: milliseconds after which Corosync takes a silent node for lost.
    crypto: Corosync's traffic is encrypted.
    storage: directory for the nodes' disks; in memory when None.
    checkout: the project's directory, which the nodes see read-only.
    install: command that installs the agents in a node; make install when None, () for none.
    shares: more directories that the nodes see read-only, at the same path.
    volumes: paths in each node that are file systems of their own, in memory, of so many megabytes.
    """

    def __init__(
        self,
        name: str = "lab",
        nodes: int | Sequence[str] = 2,
        *,
        hosts: Mapping[str, int] | None = None,
        fencing: bool = True,
        token: int = 1000,
        crypto: bool = False,
        storage: str | Path | None = None,
        checkout: str | Path | None = None,
        install: Sequence[str] | None = None,
        shares: Sequence[str | Path] = (),
        volumes: Mapping[str, int] | None = None,
    ) -> None:
        """Describes a lab and touches nothing."""
        state.check_name(name)
        count = nodes if isinstance(nodes, int) else len(nodes)
        if count not in (2, 3):
            raise LabError(f'lab "{name}": {count} nodes are not possible; use 2 or 3')
        named = [f"n{number}" for number in range(1, count + 1)] if isinstance(nodes, int) else nodes
        for node in named:
            state.check_node_name(node)
        self._restore: Callable[[], None] = lambda: None
        self.spec = LabSpec(
            name=name,
            number=0,
            nodes=tuple(named),
            hosts=tuple((hosts or {}).items()),
            token=token,
            crypto=crypto,
            fencing=fencing,
            storage=None if storage is None else str(Path(storage).resolve()),
            checkout=str(Path(checkout or _OWN_CHECKOUT).resolve()),
            install=None if install is None else tuple(install),
            shares=tuple(str(Path(share).resolve()) for share in shares),
            volumes=tuple((volumes or {}).items()),
        )

    @classmethod
    def attach(cls, name: str = "lab") -> Lab:
        """The lab of this name that is up already; a LabError when there is none."""
        lab = cls(name)
        lab.spec = state.load(name)
        return lab

    def __enter__(self) -> Lab:
        """The lab, which is up."""
        self._restore = raise_on_termination()
        try:
            self.up()
        except BaseException:
            self._restore()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Nothing of the lab is left."""
        try:
            self.down()
        finally:
            self._restore()

    # Up and down

    def up(self, seconds: float = 60) -> None:
        """Every node is online, and the cluster fences if it shall; on failure nothing is left."""
        require_root_and_tools()
        restore = raise_on_termination()
        try:
            self._refuse_a_strange_group()
            with ExitStack() as undo:
                # A signal between the claim and the promise to undo it would leave a directory.
                with held_back():
                    self.spec = state.claim(self.spec)
                    undo.callback(self.down)
                self._start(time.monotonic() + seconds)
                undo.pop_all()
        finally:
            restore()

    def _refuse_a_strange_group(self) -> None:
        # A lab of this name in a chroot has its state elsewhere, but its processes in one group.
        group = find_group(self.spec.name, self.spec.cgroup_mount)
        if group is not None and not self.spec.directory.exists():
            raise LabError(
                f'lab "{self.spec.name}": {group.path} exists, of a lab that another root '
                f"remembers or none does; use another name, or end it with: "
                f"ocf-agents lab down --name {self.spec.name}"
            )

    def _start(self, deadline: float) -> None:
        group = ControlGroup(hierarchy(self.spec.cgroup_mount) / self.spec.mark)
        group.create()
        self.switch.start()
        for node in self.spec.nodes:
            image.write_seed(self.spec, node)
        with ThreadPoolExecutor(len(self.nodes)) as pool:
            starts = [pool.submit(node.start) for node in self.nodes]
            self._start_power_daemon(group.child("power"))
            for start in starts:
                start.result()
        self.wait_online(max(1.0, deadline - time.monotonic()))
        if self.spec.fencing:
            self._enable_fencing()

    def _start_power_daemon(self, group: ControlGroup) -> None:
        group.create()
        environment = {**CLEAN_ENVIRONMENT, "PYTHONPATH": str(_OWN_CHECKOUT), "PYTHONDONTWRITEBYTECODE": "1"}
        command = [sys.executable, "-m", "ocf_agents.lab.power", self.spec.name]
        start_detached(
            group.entering(self.switch.inside(command)),
            environment=environment,
            log=self.spec.directory / "power.log",
        )

    def _enable_fencing(self) -> None:
        node = self.voice()
        for command, text in fencing.commands(self.spec):
            node.check(command, input=text)
        self.wait(
            lambda: all(self.where(f"fence-{name}") for name in self.spec.nodes),
            30,
            "the fencing resources to start",
        )

    def down(self) -> None:
        """Nothing of the lab is left on the machine; a lab that is not up stays so."""
        with held_back():
            name, mount_point = self.spec.name, self.spec.cgroup_mount
            with suppress(LabError):
                self.spec = state.load(name)
            group = find_group(name, mount_point)
            if group is not None:
                group.kill()
                group.remove()
            release_hierarchy(mount_point)
            if self.spec.storage:
                shutil.rmtree(self.spec.disks, ignore_errors=True)
            state.forget(name)

    def leftovers(self) -> list[str]:
        """What of the lab is on the machine: a line per process, mount, group and directory."""
        return leftovers(self.spec.name)

    # Parts

    @property
    def group(self) -> ControlGroup:
        """The control group that all processes of the lab are in."""
        group = find_group(self.spec.name, self.spec.cgroup_mount)
        if group is None:
            raise LabError(f'lab "{self.spec.name}": is not up')
        return group

    @property
    def switch(self) -> Switch:
        """The lab's switch."""
        return Switch(self.spec, self.group)

    @property
    def nodes(self) -> tuple[Node, ...]:
        """The lab's nodes, whether on or off."""
        return tuple(self.node(name) for name in self.spec.nodes)

    @property
    def logs(self) -> dict[str, NodeLogs]:
        """Where the machine finds each node's logs, as long as the lab is up."""
        return {node.name: node.logs for node in self.nodes}

    def node(self, name: str) -> Node:
        """The node of this name; a LabError names those that exist."""
        if name not in self.spec.nodes:
            raise LabError(
                f'node {name or "(empty)"}: no such node in lab "{self.spec.name}"; '
                f"it has {', '.join(self.spec.nodes)}"
            )
        return Node(name, self.spec, self.switch, self.group.child(name))

    def address(self, octet: int) -> str:
        """The address in the lab's network that ends in this number."""
        return self.spec.address(octet)

    def client(
        self, command: Sequence[str], *, input: str | None = None, timeout: float = 30
    ) -> subprocess.CompletedProcess[str]:
        """The exit status and output of a command on the client, which is beside the nodes."""
        inside = self.switch.inside_client(command, Path.cwd())
        return run(inside, input=input, timeout=timeout, environment=os.environ)

    def split(self, *names: str) -> None:
        """These nodes lose each other; the client and any other node reach them as before."""
        self.switch.split([self.node(name).name for name in names])

    def unsplit(self, *names: str) -> None:
        """These nodes find each other again."""
        self.switch.unsplit([self.node(name).name for name in names])

    def install(self) -> None:
        """The agents as they are in the checkout now are installed in every node that is on."""
        for node in self.nodes:
            if node.power is Power.ON:
                node.install()

    def save_logs(self, directory: Path) -> None:
        """Copies of the nodes' logs and of the lab's own are in the directory."""
        directory.mkdir(parents=True, exist_ok=True)
        for name, logs in self.logs.items():
            for log in (logs.pacemaker, logs.corosync):
                if log.exists():
                    shutil.copyfile(log, directory / f"{name}-{log.name}")
        for log in self.spec.directory.glob("*.log"):
            shutil.copyfile(log, directory / log.name)
