"""The agent run in a node as Pacemaker's executor runs it, to see exact exit codes."""

from __future__ import annotations

import shlex
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ocf_agents.lab import keystone

if TYPE_CHECKING:
    from signal import Signals

    from ocf_agents.lab import Lab, Node, NodeProcess

AGENT = "/usr/lib/ocf/resource.d/openstack/keystone"
RUN = "/run/resource-agents"
REASON = "ocf-exit-reason:"


@dataclass(frozen=True)
class Outcome:
    """What one call of the agent came to."""

    code: int
    reason: str
    errors: str
    seconds: float


def script(action: str, values: dict[str, str]) -> str:
    """The shell's input; values go through the environment, and no argument list ever holds one."""
    lines = [f"export {name}={shlex.quote(value)}" for name, value in values.items()]
    return "\n".join([*lines, f"exec {AGENT} {action} </dev/null", ""])


@dataclass
class ByHand:
    """One resource of ocf:openstack:keystone in a node, of which Pacemaker knows nothing."""

    lab: Lab
    node: Node
    password: str
    name: str = "byHand"
    parameters: dict[str, str] = field(default_factory=dict)
    active: bool = False

    def run(self, action: str, level: int = 0, timeout: float = 60, **changes: str) -> Outcome:
        """The agent has carried out the action."""
        parameters = {
            "os_username": "admin",
            "os_tenant_name": "admin",
            "os_password": self.password,
            **self.parameters,
            **changes,
        }
        values = {
            "OCF_ROOT": "/usr/lib/ocf",
            "OCF_RA_VERSION_MAJOR": "1",
            "OCF_RA_VERSION_MINOR": "1",
            "OCF_RESOURCE_INSTANCE": self.name,
            "OCF_RESOURCE_TYPE": "keystone",
            "OCF_RESOURCE_PROVIDER": "openstack",
            "HA_RSCTMP": RUN,
            "OCF_CHECK_LEVEL": str(level),
            "OCF_RESKEY_crm_feature_set": "3.16.1",
            "OCF_RESKEY_CRM_meta_timeout": str(int(timeout * 1000)),
            "OCF_RESKEY_CRM_meta_interval": "15000" if action == "monitor" else "0",
            **{f"OCF_RESKEY_{name}": value for name, value in parameters.items()},
        }
        begin = time.monotonic()
        result = self.node.run(["sh"], input=script(action, values), timeout=timeout + 30)
        seconds = time.monotonic() - begin
        lines = [line for line in result.stderr.splitlines() if line.startswith(REASON)]
        if result.returncode == 0 and action in ("start", "stop"):
            self.active = action == "start"
        return Outcome(
            result.returncode, lines[-1][len(REASON) :] if lines else "", result.stderr.strip(), seconds
        )

    def monitor(self, level: int = 0, timeout: float = 30, **changes: str) -> Outcome:
        """The monitor of this level has looked."""
        return self.run("monitor", level, timeout, **changes)

    def must(self, action: str, timeout: float = 120, **changes: str) -> Outcome:
        """The action has succeeded."""
        outcome = self.run(action, timeout=timeout, **changes)
        assert outcome.code == 0, f"{action}: {outcome}"
        return outcome

    def reach(self, code: int, level: int = 0, among: tuple[int, ...] = ()) -> Outcome:
        """The monitor says this code, after no other ones than those that are named."""
        seen: list[Outcome] = []

        def there() -> bool:
            seen.append(self.monitor(level))
            assert seen[-1].code in (code, *among), seen[-1]
            return seen[-1].code == code

        self.lab.wait(there, 30, f"monitor to say {code}")
        return seen[-1]

    # The service's processes

    def processes(self) -> list[NodeProcess]:
        """All processes of Keystone in the node, the main one first."""
        return service_processes(self.node)

    @property
    def main(self) -> NodeProcess:
        """The process that all others are children of."""
        return self.processes()[0]

    @property
    def workers(self) -> list[NodeProcess]:
        """The processes that answer."""
        return self.processes()[1:]

    def signal(self, number: Signals, *processes: NodeProcess) -> None:
        """The processes got the signal."""
        for process in processes:
            self.node.check(["kill", f"-{int(number)}", str(process.pid)])

    def spawn(self, command: list[str], **environment: str) -> int:
        """The pid, in the node, of a new process that lives on by itself."""
        words = ["env", *(f"{name}={value}" for name, value in environment.items()), *command]
        quoted = shlex.join(words)
        text = self.node.check(["sh", "-c", f"setsid {quoted} </dev/null >/dev/null 2>&1 & echo $!"])
        return int(text)

    def lives(self, pid: int) -> bool:
        """Whether the process is there."""
        return self.node.run(["kill", "-0", str(pid)]).returncode == 0

    def listens(self, port: int) -> bool:
        """Whether somebody accepts connections to the port."""
        return bool(self.node.check(["ss", "-Htln", f"sport = :{port}"]).strip())


def service_processes(node: Node) -> list[NodeProcess]:
    """What runs of Keystone in a node, whoever started it."""
    return [
        process
        for process in node.processes()
        if process.command.partition(" ")[0].endswith(("uwsgi_python3", "uwsgi", "uwsgi_python311"))
        or "keystone-wsgi-public" in process.command
    ]


def password_of(lab: Lab) -> str:
    """A password that is nobody's name, so that it can be searched for."""
    return f"sesame-{lab.spec.name}-{keystone.OCTET}"
