"""An agent's executable, called as Pacemaker calls it: through kernel, shebang and environment."""

from __future__ import annotations

import json
import os
import pwd
import shutil
import signal
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Optional, Union

from ocf_agents.system import proc

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ocf_agents.system.proc import Process

REASON = "ocf-exit-reason:"
STAND_IN = Path(__file__).with_name("stand_in.py")
Value = Union[str, bytes]


@dataclass
class Done:
    """How a call ended."""

    code: int
    out: str
    err: str
    seconds: float

    @property
    def reason(self) -> str:
        """The exit reason; fails the test if there is more than one."""
        lines = [line for line in self.err.splitlines() if line.startswith(REASON)]
        assert len(lines) <= 1, lines
        assert "Traceback" not in self.err, self.err
        return "".join(lines)[len(REASON) :]


def free_port() -> int:
    """A port of the loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Resource:
    """A Keystone resource whose server is the stand-in."""

    def __init__(self, agent: Path, directory: Path) -> None:
        self.agent = agent
        self.directory = directory
        self.instance = f"p_{directory.name}_{os.getpid()}"
        self.run = directory / "run"
        self.binary = directory / "keystone-wsgi-public"
        self.config = directory / "keystone.conf"
        self.port = free_port()
        self.run.mkdir()
        shutil.copy(STAND_IN, self.binary)
        self.mood()

    def mood(self, **wanted: object) -> None:
        """The server's configuration, which is its behaviour."""
        draft = self.config.with_suffix(".draft")
        draft.write_text(json.dumps(wanted))
        draft.rename(self.config)

    def environment(
        self, level: int, timeout: float, interval: float, parameters: Mapping[str, Optional[Value]]
    ) -> dict[str, Value]:
        """What Pacemaker's executor sets."""
        given: dict[str, Optional[Value]] = {
            "binary": str(self.binary), "config": str(self.config), "user": pwd.getpwuid(os.geteuid()).pw_name,
            "url": f"http://127.0.0.1:{self.port}", "uwsgi": "none", **parameters,
        }  # fmt: skip
        return {
            "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
            "OCF_ROOT": "/usr/lib/ocf",
            "OCF_RA_VERSION_MAJOR": "1",
            "OCF_RESOURCE_INSTANCE": self.instance,
            "OCF_CHECK_LEVEL": str(level),
            "HA_RSCTMP": str(self.run),
            "OCF_RESKEY_crm_feature_set": "3.16.2",
            "OCF_RESKEY_CRM_meta_timeout": f"{timeout * 1000:.0f}",
            "OCF_RESKEY_CRM_meta_interval": f"{interval * 1000:.0f}",
            **{f"OCF_RESKEY_{name}": value for name, value in given.items() if value is not None},
        }

    def call(
        self,
        *arguments: str,
        level: int = 0,
        timeout: float = 20,
        interval: float = 10,
        env: Optional[Mapping[str, Value]] = None,
        **parameters: Optional[Value],
    ) -> Done:
        """The agent has run; it fails the test if Pacemaker would have killed it for being late."""
        environment: Any = {**self.environment(level, timeout, interval, parameters), **(env or {})}
        began = time.monotonic()
        done = subprocess.run(
            [str(self.agent), *arguments],
            env=environment, capture_output=True, timeout=timeout + 30, cwd=self.directory, check=False,
        )  # fmt: skip
        seconds = time.monotonic() - began
        assert seconds <= timeout, f"{arguments} took {seconds:.1f} s of {timeout} s"
        out, err = (raw.decode("utf-8", "backslashreplace") for raw in (done.stdout, done.stderr))
        return Done(done.returncode, out, err, seconds)

    def processes(self) -> list[Process]:
        """What lives of this resource, the first one first."""
        found = [process for process in proc.processes() if proc.mark(process) == self.instance]
        return sorted(found, key=lambda process: process.started)

    def main(self) -> Process:
        """The server's main process."""
        return next(process for process in self.processes() if process.session == process.pid)

    def clean(self) -> None:
        """Nothing of the resource is left, whatever the test did."""
        for process in self.processes():
            os.kill(process.pid, signal.SIGKILL)
