"""One call of an agent, as Pacemaker makes it, and what came of it in plain words."""

from __future__ import annotations

import inspect
import shutil
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from ..cib.model import SECRET
from ..ocf.codes import (
    DEGRADED,
    DEGRADED_PROMOTED,
    ERR_ARGS,
    ERR_CONFIGURED,
    ERR_GENERIC,
    ERR_INSTALLED,
    ERR_PERM,
    ERR_UNIMPLEMENTED,
    FAILED_PROMOTED,
    NOT_RUNNING,
    RUNNING_PROMOTED,
    SUCCESS,
)
from ..system import plan
from ..system.host import PATH, Host

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ..ocf.actions import Action
    from ..ocf.agent import Agent

OCF_ROOT = "/usr/lib/ocf"
OURS = Path(__file__).resolve().parents[2] / "bin"
SECRETS = "/var/lib/pacemaker/lrm/secrets"
TOLD = ("crm_attribute", "crm_master", "attrd_updater")
"""What an agent tells the cluster with; a trial has others, which fail."""
REASON = "ocf-exit-reason:"
DEEPEST = 10
"""The level of validate-all that looks at the host, too."""
MARGIN = 5.0

GOOD, LIMPS, BAD, IDLE = "ok", "degraded", "fault", "stopped"
MEANINGS = {
    SUCCESS: (GOOD, "as it should be"),
    RUNNING_PROMOTED: (GOOD, "as it should be, and promoted"),
    DEGRADED: (LIMPS, "works, but not as it should; Pacemaker leaves it running"),
    DEGRADED_PROMOTED: (LIMPS, "works, promoted, but not as it should; Pacemaker leaves it running"),
    NOT_RUNNING: (IDLE, "does not run"),
    ERR_GENERIC: (BAD, "has failed; Pacemaker would restart it"),
    FAILED_PROMOTED: (BAD, "has failed as the promoted one; Pacemaker would demote and restart it"),
    ERR_ARGS: (BAD, "cannot be done on this node; Pacemaker would move it away"),
    ERR_UNIMPLEMENTED: (BAD, "the agent has no such action"),
    ERR_PERM: (BAD, "the agent lacks a privilege; Pacemaker would move it away"),
    ERR_INSTALLED: (BAD, "something is not installed here; Pacemaker would move it away"),
    ERR_CONFIGURED: (BAD, "a parameter is wrong; Pacemaker would stop it everywhere"),
}


class NoAgent(Exception):
    """There is no executable of an agent, or a value that it needs cannot be read; one line."""


@dataclass(frozen=True)
class Subject:
    """What is called: an agent with the parameters of a resource."""

    agent: type[Agent]
    parameters: Mapping[str, str]
    resource: str
    meta: Mapping[str, str] = field(default_factory=dict)
    """The meta attributes of its clone."""
    node: str = ""
    feature_set: str = ""


@dataclass(frozen=True)
class Outcome:
    """What one call came to."""

    action: str
    level: int
    looked_at: tuple[str, ...]
    verdict: str
    code: int
    meaning: str
    reason: str
    seconds: float


def executable(agent: type[Agent]) -> str:
    """The installed agent; the checkout's where it is not installed."""
    for place in (Path(OCF_ROOT, "resource.d/openstack"), OURS):
        if (place / agent.name).exists():
            return str(place / agent.name)
    raise NoAgent(f"{agent.name}: not installed below {OCF_ROOT}; run make install or ocf-agents install")


def steps(agent: type[Agent]) -> Iterator[tuple[Action, int]]:
    """What is called: the deepest validate-all, then each monitor, with its level."""
    yield agent.actions["validate-all"][0], DEEPEST
    seen: set[int] = set()
    for one in sorted(agent.actions["monitor"], key=lambda one: one.depth):
        if one.depth not in seen:
            seen.add(one.depth)
            yield one, one.depth


def looked_at(agent: type[Agent], action: str, level: int) -> tuple[str, ...]:
    """What the agent looks at, in the words of its checks."""
    if action == "validate-all":
        return ("every parameter", "programs, files, users and settings on this node")
    process = inspect.getdoc(getattr(agent, "monitor", None)) or ""
    said = [process.partition(";")[0].partition(".")[0].removeprefix("Look at ")]
    deeper = [check for check in getattr(agent, "checks", ()) if level and check.depth <= level]
    said += [(type(check).__doc__ or "").partition(".")[0].partition(";")[0] for check in deeper]
    return tuple(said)


def revealed(resource: str, parameters: Mapping[str, str]) -> dict[str, str]:
    """The parameters with the values that cibsecret keeps on this node."""
    found = {}
    for name, value in parameters.items():
        if value == SECRET:
            kept = Host({}).read(f"{SECRETS}/{resource}/{name}")
            if kept is None:
                raise NoAgent(
                    f"{resource}: cibsecret keeps no {name} that can be read on this node; as root: "
                    f"cibsecret set {resource} {name}"
                )
            found[name] = kept.rstrip("\n")
        else:
            found[name] = value
    return found


class Trial:
    """Calls of one agent.

    Its records are copies, so that the resource's own stay as they are, and what it would tell the
    cluster does not reach it: a look from beside must not move a primary.
    """

    def __init__(self, subject: Subject) -> None:
        self.subject = subject
        self.program = executable(subject.agent)
        self.parameters = revealed(subject.resource, subject.parameters)
        self.directory = ""

    def __enter__(self) -> Trial:
        """The copies are there."""
        self.directory = tempfile.mkdtemp(prefix="ocf-agents-check-")
        for file in Path(plan.RUN_DIRECTORY).glob(f"{self.subject.resource}.*"):
            if file.is_file():
                shutil.copy(file, self.directory)
        for tool in TOLD:
            Path(self.directory, tool).symlink_to("/bin/false")
        if self.subject.parameters.get("hosted"):
            # Asked about, it is watched, whether or not the cluster watches it already.
            Path(self.directory, f"{self.subject.resource}.watched").touch()
        return self

    def __exit__(self, *_: object) -> None:
        """The copies are gone."""
        shutil.rmtree(self.directory, ignore_errors=True)

    def call(self, action: Action, level: int) -> Outcome:
        """The agent has been called."""
        agent = self.subject.agent
        began = time.monotonic()
        done = Host({}).run(
            (self.program, action.name),
            action.timeout + MARGIN,
            environment=self.environment(action, level),
        )
        seconds = time.monotonic() - began
        code = ERR_GENERIC if done.code is None else done.code
        reasons = [line for line in done.errors.splitlines() if line.startswith(REASON)]
        reason = reasons[-1][len(REASON) :].strip() if reasons else ""
        if done.code is None:
            reason = f"no answer within {action.timeout} s"
        verdict, meaning = MEANINGS.get(code, (BAD, f"the agent ended with {code}"))
        if action.name == "validate-all" and code == SUCCESS:
            meaning = "nothing keeps it from running here"
        return Outcome(
            action.name,
            level,
            looked_at(agent, action.name, level),
            verdict,
            code,
            meaning,
            reason,
            round(seconds, 3),
        )

    def environment(self, action: Action, level: int) -> dict[str, str]:
        """What Pacemaker's executor sets.

        A promotable agent is asked with a probe, which changes nothing on the server; any other one with
        a recurring monitor, since a probe leaves out what a resource that is to run must have.
        """
        probe = "promote" in self.subject.agent.actions
        recurring = action.name == "monitor" and not probe
        metas = {
            "timeout": str(action.timeout * 1000),
            "interval": str(action.interval * 1000) if recurring else "0",
            "name": action.name,
            "on_node": self.subject.node,
            **{name.replace("-", "_"): value for name, value in self.subject.meta.items()},
        }
        return {
            "PATH": f"{self.directory}:{PATH}",
            "LC_ALL": "C.UTF-8",
            "OCF_ROOT": OCF_ROOT,
            "OCF_RA_VERSION_MAJOR": "1",
            "OCF_RA_VERSION_MINOR": "1",
            "OCF_RESOURCE_INSTANCE": self.subject.resource,
            "OCF_RESOURCE_TYPE": self.subject.agent.name,
            "OCF_RESOURCE_PROVIDER": "openstack",
            "OCF_CHECK_LEVEL": str(level),
            "HA_RSCTMP": self.directory,
            "OCF_RESKEY_crm_feature_set": self.subject.feature_set,
            **{f"OCF_RESKEY_CRM_meta_{name}": value for name, value in metas.items() if value},
            **{f"OCF_RESKEY_{name}": value for name, value in self.parameters.items()},
        }
