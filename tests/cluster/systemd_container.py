"""A real systemd as process 1 of a container, whose root is an overlay of this machine's."""

# ruff: noqa: A002  # `input` is what subprocess.run calls it
from __future__ import annotations

import os
import re
import signal
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING

from ocf_agents.lab import LabError, private_mounts
from ocf_agents.lab.cgroup import mounted_hierarchy
from ocf_agents.lab.commands import CLEAN_ENVIRONMENT, complaint, run

if TYPE_CHECKING:
    from collections.abc import Sequence

CHECKOUT = "/opt/ocf-agents-checkout"
NAMED = Path("/sys/fs/cgroup/systemd")
"""Where a machine with control groups of version 1 has the hierarchy that systemd claims."""
UP = ("running", "degraded")

SCRIPT = """\
mount -n --bind / "$0"
echo $$ > "$1/cgroup.procs"
exec systemd-nspawn --quiet --directory="$0" --volatile=overlay --register=no --keep-unit \
--link-journal=no --machine="$2" --private-network --bind-ro="$3:$4" --console=pipe \
--boot systemd.unit=basic.target
"""


class SystemdContainer:
    """A container that has booted inside the `with` block; LabError where it cannot."""

    def __init__(self, directory: Path, checkout: Path) -> None:
        self.name = f"ocf-systemd-{os.getpid()}"
        self.root = directory / "root"
        self.log = directory / "console.log"
        self.checkout = checkout
        self.group = (NAMED if NAMED.is_dir() else mounted_hierarchy()) / self.name

    def __enter__(self) -> SystemdContainer:
        """Systemd says that the container is up."""
        self.root.mkdir()
        self.group.mkdir()
        mounts = ["/usr/bin/python3", "-I", "-S", private_mounts.__file__]
        values = [str(self.root), str(self.group), self.name, str(self.checkout), CHECKOUT]
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [*mounts, "sh", "-ec", SCRIPT, *values],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=dict(CLEAN_ENVIRONMENT),
                start_new_session=True,
            )
        try:
            self.await_boot(60)
        except BaseException:
            self.__exit__()
            raise
        return self

    def await_boot(self, seconds: float) -> None:
        """Systemd has finished booting."""
        deadline = time.monotonic() + seconds
        while not (self.leader and self.run(["systemctl", "is-system-running"]).stdout.strip() in UP):
            if self.process.poll() is not None or time.monotonic() > deadline:
                said = " | ".join(self.log.read_text(errors="replace").splitlines()[-3:])
                raise LabError(f"systemd-nspawn: no systemd here: {said}")
            time.sleep(0.1)

    def __exit__(self, *_: object) -> None:
        """No process, mount or control group of the container is left."""
        leader = self.leader
        if leader:
            os.kill(leader, signal.SIGKILL)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        for directory, _, _ in os.walk(self.group, topdown=False):
            os.rmdir(directory)

    @property
    def leader(self) -> int:
        """This machine's id of the container's systemd; 0 before it is there."""
        for path in Path("/proc").glob("[0-9]*/status"):
            try:
                status = path.read_text()
            except OSError:
                continue
            if f"PPid:\t{self.process.pid}\n" in status and re.search(r"^NSpid:.*\s1$", status, re.MULTILINE):
                return int(path.parent.name)
        return 0

    def run(
        self,
        command: Sequence[str],
        *,
        input: str | None = None,
        timeout: float = 60,
    ) -> subprocess.CompletedProcess[str]:
        """The exit status and output of a command in the container."""
        namespaces = ["--mount", "--uts", "--ipc", "--net", "--pid", "--root", "--wd"]
        environment = [f"{name}={value}" for name, value in CLEAN_ENVIRONMENT.items()]
        enter = ["nsenter", "--target", str(self.leader), *namespaces, "--", "env", "-i", *environment]
        return run([*enter, *command], input=input, timeout=timeout)

    def check(self, command: Sequence[str], *, input: str | None = None, timeout: float = 60) -> str:
        """The output of a command that succeeded in the container."""
        result = self.run(command, input=input, timeout=timeout)
        if result.returncode != 0:
            raise LabError(complaint(" ".join(command)[:200], result))
        return result.stdout

    def write(self, path: str, text: str, *, owner: str = "root", mode: int = 0o644) -> None:
        """The file in the container has this text, owner and mode."""
        script = 'mkdir -p "$(dirname "$1")" && cat >"$1" && chown "$2" "$1" && chmod "$3" "$1"'
        self.check(["sh", "-c", script, "sh", path, owner, f"{mode:o}"], input=text)
