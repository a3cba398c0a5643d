"""What must hold after every cluster test, whatever the test was about."""

from __future__ import annotations

import re
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from by_hand import ByHand, service_processes

from ocf_agents.lab import LabError, Power

if TYPE_CHECKING:
    from ocf_agents.lab import Lab

SERVICE = "keystoneService"
ERROR = re.compile(r"\b(error|crit|alert|emerg):|\bERROR\b|Traceback")
# What Pacemaker and Corosync themselves log when a peer goes or comes; no agent has a part in it.
EXPLAINED = (
    r"crm_abort|Could not increase RLIMIT_MEMLOCK",
    r"<nvpair|cib_perform_op",
)
SAMPLING = 0.05


@dataclass
class Audit:
    """What a test may declare, and the judgement at its end."""

    lab: Lab
    by_hand: ByHand
    secret: str
    expected: list[str] = field(default_factory=list)
    typed: list[str] = field(default_factory=list)

    def expect_error(self, *patterns: str) -> None:
        """Error lines in pacemaker.log that match one of these are what the test is about."""
        self.expected += patterns

    def allow_typed(self, program: str) -> None:
        """An operator may type the secret as an argument of this program."""
        self.typed.append(program)

    def __enter__(self) -> Audit:
        """What is written and started from now on is looked at."""
        self.marks = {name: size(logs.pacemaker) for name, logs in self.lab.logs.items()}
        self.leaks: set[str] = set()
        self.over = threading.Event()
        self.sampler = threading.Thread(target=self.sample, daemon=True)
        self.sampler.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Looking at argument lists has ended."""
        self.over.set()
        self.sampler.join()

    def sample(self) -> None:
        """Every argument list with the secret is noted until the test is over."""
        secret = self.secret.encode()
        while not self.over.wait(SAMPLING):
            for path in Path("/proc").glob("[0-9]*/cmdline"):
                try:
                    words = path.read_bytes()
                except OSError:
                    continue
                if secret in words:
                    self.leaks.add(words.replace(b"\0", b" ").decode(errors="replace"))

    def findings(self) -> list[str]:
        """What is wrong; empty after a clean test."""
        return [*self.leaked(), *self.strays(), *self.unexplained()]

    def leaked(self) -> list[str]:
        """Argument lists that held the secret."""
        bad = [leak for leak in self.leaks if not any(program in leak for program in self.typed)]
        return [f"secret on an argument list: {leak}" for leak in bad]

    def strays(self) -> list[str]:
        """Processes of Keystone that stay on nodes where no resource is active.

        Pacemaker may be about to learn of a resource, after a cleanup for instance.
        """
        found: list[str] = []

        def none_left() -> bool:
            found[:] = self.stray_processes()
            return not found

        with suppress(LabError):
            self.lab.wait(none_left, 10, "stray processes to be explained")
        return found

    def stray_processes(self) -> list[str]:
        """Processes of Keystone on nodes where no resource is active now."""
        try:
            holders = set(self.lab.where(SERVICE))
        except LabError:
            holders = set()
        if self.by_hand.active:
            holders.add(self.by_hand.node.name)
        return [
            f"{node.name}: process without a resource: {process}"
            for node in self.lab.nodes
            if node.power is Power.ON and node.name not in holders
            for process in service_processes(node)
        ]

    def unexplained(self) -> list[str]:
        """Error lines in pacemaker.log that nobody expected."""
        known = re.compile("|".join((*EXPLAINED, *self.expected)))
        return [
            f"{name}: {line}"
            for name, logs in self.lab.logs.items()
            for line in since(logs.pacemaker, self.marks[name])
            if ERROR.search(line) and not known.search(line)
        ]


def size(path: Path) -> int:
    """How long a log is by now."""
    try:
        return path.stat().st_size
    except OSError:
        return 0


def since(path: Path, mark: int) -> list[str]:
    """The lines that were added to a log."""
    try:
        with path.open("rb") as file:
            file.seek(mark)
            return file.read().decode(errors="replace").splitlines()
    except OSError:
        return []
