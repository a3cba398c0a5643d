"""Logging, tracing and what a monitor loads: none of it may change what the agent answers."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest
from support.peer import certificate

if TYPE_CHECKING:
    from pathlib import Path

    from support.resource import Resource

LOGIN = {"os_username": "monitor", "os_password": "hunter2-not-to-be-seen"}


def codes(resource: Resource, **env: str) -> list[int]:
    """The exit codes of a short life."""
    calls = [("monitor", 0), ("start", 0), ("monitor", 10), ("nonsense", 0), ("stop", 0)]
    return [resource.call(action, level=level, env=env, **LOGIN).code for action, level in calls]


@pytest.mark.long
def test_no_logging_changes_an_exit_code(resource: Resource) -> None:
    tmp = resource.directory
    os.mkfifo(tmp / "fifo")
    surroundings = (
        {"HA_LOGFILE": "/nonexistent/x", "HA_LOGFACILITY": "none"},
        {"HA_LOGFILE": str(tmp), "HA_DEBUGLOG": str(tmp / "fifo"), "HA_debug": "1"},
        {
            "HA_LOGFACILITY": "garbage",
            "HA_debug": "garbage",
            "OCF_TRACE_RA": "1",
            "OCF_TRACE_FILE": "/dev/full",
        },
        {"OCF_TRACE_RA": "1", "OCF_TRACE_FILE": "/dev/null/x", "LC_ALL": "nonsense", "HOME": ""},
    )
    for env in surroundings:
        assert codes(resource, **env) == [7, 0, 0, 3, 0], env


def test_a_log_file_tells_what_happened_and_no_secret(resource: Resource) -> None:
    path = resource.directory / "ha.log"
    resource.call("start", env={"HA_LOGFILE": str(path), "HA_debug": "1"}, **LOGIN)
    assert f"keystone({resource.instance})[" in path.read_text()
    assert "INFO: keystone is up" in path.read_text()
    assert LOGIN["os_password"] not in path.read_text()


def test_a_trace_tells_the_way_and_no_secret(running: Resource) -> None:
    path = running.directory / "trace"
    env = {"OCF_TRACE_RA": "1", "OCF_TRACE_FILE": str(path)}
    assert running.call("monitor", level=20, env=env, **LOGIN).code == 190
    trace = path.read_text()
    assert "kinds/service.py" in trace
    assert "monitor" in trace
    assert LOGIN["os_password"] not in trace


def test_the_parameters_that_pcs_adds_to_every_agent_trace_as_well(running: Resource) -> None:
    path = running.directory / "trace"
    assert running.call("monitor", trace_ra="1", trace_file=str(path)).code == 0
    assert "monitor" in path.read_text()


@pytest.mark.parametrize(
    "variable", ["PYTHONPATH", "PYTHONHOME", "PYTHONSTARTUP", "PYTHONINSPECT", "PYTHONVERBOSE"]
)
def test_variables_of_python_have_no_effect(resource: Resource, variable: str) -> None:
    (resource.directory / "posix.py").write_text("raise SystemExit(99)")
    (resource.directory / "ocf_agents.py").write_text("raise SystemExit(99)")
    done = resource.call("monitor", env={variable: str(resource.directory)})
    assert (done.code, done.out) == (7, "")


DEAR = {
    "site", "typing", "enum", "re", "dataclasses", "subprocess", "logging", "inspect", "click", "requests",
    "pymysql", "keystoneclient", "psutil", "json", "socket", "ssl", "os", "shlex", "urllib", "http",
}  # fmt: skip
TELL = """
import sys
sys.path.insert(0, {library!r})
from posix import environ
from ocf_agents import main
code = main.main(sys.argv[1:], main.text(environ))
print(code, *sys.modules)
"""


def loaded(resource: Resource, level: int, **parameters: str) -> tuple[int, set[str]]:
    """The exit code of a monitor, and what it loaded."""
    text = TELL.format(library=str(resource.agent.parents[2] / "lib/openstack"))
    environment = resource.environment(level, 20, 10, parameters)
    done = subprocess.run(
        ["/usr/bin/python3", "-IS", "-c", text, str(resource.agent), "monitor"],
        env=environment, capture_output=True, check=True,  # type: ignore[arg-type]  # bytes or text
    )  # fmt: skip
    code, *modules = done.stdout.decode().split()
    return int(code), set(modules)


def test_a_monitor_loads_nothing_dear(running: Resource) -> None:
    code, modules = loaded(running, 0)
    assert code == 0
    assert not modules & DEAR
    assert not [name for name in modules if name.startswith("ocf_agents.ocf")], (
        "a healthy one ends before that"
    )
    code, modules = loaded(running, 10)
    assert code == 0
    assert not modules & DEAR


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_healthy_server_never_takes_the_long_way(resource: Resource, scheme: str) -> None:
    files = [str(file) for file in certificate(resource.directory)]
    resource.mood(password=LOGIN["os_password"], **({"certificate": files} if scheme == "https" else {}))
    given = {"url": f"{scheme}://127.0.0.1:{resource.port}", "os_cacert": files[0], **LOGIN}
    assert resource.call("start", **given).code == 0
    for level in (1, 10, 20):
        code, modules = loaded(resource, level, **given)
        assert code == 0
        assert not {name for name in modules if name.startswith("ocf_agents.ocf")}, level
        assert not modules & DEAR
        assert ("_ssl" in modules) == (scheme == "https")


def test_the_long_way_loads_nothing_dear_either(running: Resource) -> None:
    (running.run / f"{running.instance}.plan").unlink()
    code, modules = loaded(running, 0)
    assert code == 0
    assert not modules & (DEAR - {"os"})


def test_a_probe_of_a_stopped_resource_loads_nothing_dear(resource: Resource) -> None:
    code, modules = loaded(resource, 0)
    assert code == 7
    assert not modules & (DEAR - {"os"})


def test_installed_modules_are_compiled_without_the_build_directory(installed: Path) -> None:
    root = installed.parents[4]
    compiled = list(root.rglob("*.pyc"))
    sources = [path for path in root.rglob("*.py") if "ocf_agents" in path.parts]
    assert len(compiled) == len(sources)
    for path in compiled:
        assert str(root).encode() not in path.read_bytes()
