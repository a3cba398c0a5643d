"""What is remembered about a lab between two commands: one small directory per lab."""

from __future__ import annotations

import dataclasses
import fcntl
import json
import os
import re
import shutil
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from .errors import LabError

if TYPE_CHECKING:
    from collections.abc import Iterator

STATE_ROOT = Path("/run/ocf-lab")
CLIENT_OCTET = 200
SWITCH_OCTET = 254
_FIRST_NODE_OCTET = 11
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,30}")
# It is also the name of a network interface of the switch.
_NODE = re.compile(r"[a-z][a-z0-9-]{0,14}")


@dataclass(frozen=True)
class LabSpec:
    """What one lab is: fixed while it is up, and kept as lab.json in its state directory."""

    name: str
    number: int
    nodes: tuple[str, ...]
    hosts: tuple[tuple[str, int], ...]
    token: int
    crypto: bool
    fencing: bool
    storage: str | None
    checkout: str
    install: tuple[str, ...] | None
    shares: tuple[str, ...]
    volumes: tuple[tuple[str, int], ...] = ()

    @property
    def directory(self) -> Path:
        """The lab's state directory."""
        return STATE_ROOT / self.name

    @property
    def mark(self) -> str:
        """The name that the lab's mounts and its control group carry on this machine."""
        return f"ocf-lab-{self.name}"

    @property
    def disks(self) -> Path:
        """Where the nodes' disks are, as the switch's mount namespace sees it."""
        return Path(self.storage) / self.mark if self.storage else self.directory / "disks"

    @property
    def cgroup_mount(self) -> Path:
        """Where the lab mounts the control groups when the machine has them nowhere."""
        return self.directory / "cgroup"

    def volume(self, node: str, number: int) -> Path:
        """Where a small file system of a node is, as the switch's mount namespace sees it."""
        return self.disks / node / "volumes" / str(number)

    def address(self, octet: int) -> str:
        """The address in the lab's network that ends in this number."""
        return f"10.77.{self.number}.{octet}"

    def octet(self, node: str) -> int:
        """The last number of a node's address."""
        return _FIRST_NODE_OCTET + self.nodes.index(node)

    def hosts_file(self) -> str:
        """The text of /etc/hosts, the same in every node and in the client."""
        known = [(self.address(self.octet(node)), node) for node in self.nodes]
        known.append((self.address(CLIENT_OCTET), "client"))
        known += [(self.address(octet), name) for name, octet in self.hosts]
        lines = ["127.0.0.1 localhost", *(f"{address} {name}" for address, name in known)]
        return "\n".join(lines) + "\n"


def check_name(name: str) -> None:
    """The name can be that of a lab, or a LabError says what a name looks like."""
    if not _NAME.fullmatch(name):
        raise LabError(f"{name!r}: not a name for a lab; use up to 31 of a-z, 0-9 and -")


def check_node_name(name: str) -> None:
    """The name can be that of a node, or a LabError says what a name looks like."""
    if not _NODE.fullmatch(name) or name == "client":
        raise LabError(
            f"{name!r}: not a name for a node; use up to 15 of a-z, 0-9 and -, a letter first, not client"
        )


def labs_that_are_up() -> tuple[str, ...]:
    """The names of the labs on this machine."""
    return tuple(sorted(path.parent.name for path in STATE_ROOT.glob("*/lab.json")))


def claim(spec: LabSpec) -> LabSpec:
    """The spec with a free network number; its state directory exists and is this lab's alone."""
    with _root_locked():
        if spec.directory.exists():
            raise LabError(
                f'lab "{spec.name}": is up already; take it down with: ocf-agents lab down --name {spec.name}'
            )
        taken = {load(name).number for name in labs_that_are_up()}
        free = [number for number in range(1, 255) if number not in taken]
        if not free:
            raise LabError("10.77.0.0/16: no free network; take a lab down first")
        claimed = dataclasses.replace(spec, number=free[0])
        for name in ("", "disks", "seed", "cut", "split"):
            (spec.directory / name).mkdir(mode=0o755)
        values = dataclasses.asdict(claimed)
        # In a file of its own: an earlier version of the project beside this one reads lab.json too.
        (spec.directory / "volumes.json").write_text(json.dumps(values.pop("volumes")) + "\n")
        (spec.directory / "lab.json").write_text(json.dumps(values, indent=2) + "\n")
        return claimed


def load(name: str) -> LabSpec:
    """What the lab of this name is; a LabError when no such lab is up."""
    check_name(name)
    try:
        values = json.loads((STATE_ROOT / name / "lab.json").read_text())
    except FileNotFoundError:
        up = ", ".join(labs_that_are_up()) or "none"
        raise LabError(
            f'lab "{name}": is not up (up: {up}); bring it up with: ocf-agents lab up --name {name}'
        ) from None
    values["nodes"] = tuple(values["nodes"])
    values["hosts"] = tuple((host, octet) for host, octet in values["hosts"])
    values["install"] = None if values["install"] is None else tuple(values["install"])
    values["shares"] = tuple(values["shares"])
    with suppress(FileNotFoundError):
        volumes = json.loads((STATE_ROOT / name / "volumes.json").read_text())
        values["volumes"] = tuple((path, size) for path, size in volumes)
    return LabSpec(**values)


def forget(name: str) -> None:
    """Nothing is remembered about the lab: its state directory is gone."""
    with _root_locked():
        shutil.rmtree(STATE_ROOT / name, ignore_errors=True)
        if not any(STATE_ROOT.iterdir()):
            STATE_ROOT.rmdir()


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Only one process or thread at a time is inside for this path."""
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@contextmanager
def _root_locked() -> Iterator[None]:
    while True:
        STATE_ROOT.mkdir(parents=True, exist_ok=True)
        try:
            descriptor = os.open(STATE_ROOT, os.O_RDONLY)
        except FileNotFoundError:
            continue
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            # The last lab's end removes the directory: a lock on that one would guard nothing.
            if STATE_ROOT.exists() and os.path.samestat(os.fstat(descriptor), STATE_ROOT.stat()):
                yield
                return
        finally:
            os.close(descriptor)
