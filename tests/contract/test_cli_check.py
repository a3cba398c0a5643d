"""`ocf-agents check` and `explain` say in plain words what an agent and the cluster hold."""

from __future__ import annotations

import json
import signal
import time
from typing import TYPE_CHECKING

import pytest
from support.command import begun, called, typed

if TYPE_CHECKING:
    from pathlib import Path

    from support.resource import Resource


def hosted(server: Resource, *words: str) -> list[str]:
    """The parameters of a Keystone that is watched where the stand-in serves it."""
    url = f"http://127.0.0.1:{server.port}"
    given = {
        "hosted": "true",
        "url": url,
        "os_auth_url": url,
        "os_username": "monitor",
        "os_tenant_name": "service",
    }
    return ["check", "keystone", *(f"-p{name}={value}" for name, value in given.items()), *words]


def test_a_healthy_service_is_ok_at_every_level_and_the_password_is_typed(running: Resource) -> None:
    running.mood(password="sesame")
    said = typed(*hosted(running, "-p", "os_password=-"), stdin="sesame\n")
    assert (said.code, said.err) == (0, "")
    lines = said.out.splitlines()
    assert [line.split(" (")[0] for line in lines if not line.startswith(" ")] == [
        "ok       validate-all",
        "ok       monitor, level 0",
        "ok       monitor, level 10",
        "ok       monitor, level 20",
    ]
    assert (
        "           looked at: The service answers at its healthcheck, where it has one, and at the root of its API"
        in lines
    )
    assert "           looked at: Keystone gives the monitoring login a token" in lines
    assert "sesame" not in said.out


def test_what_is_wrong_is_told_with_the_agents_own_reason(running: Resource) -> None:
    running.mood(v3=500, password="sesame")
    said = called(*hosted(running, "-p", "os_password=-", "--json"), stdin="wrong\n")
    assert said.code == 1
    told = {(one["action"], one["level"]): one for one in json.loads(said.out)}
    assert told["monitor", 10]["verdict"] == "fault"
    assert told["monitor", 10]["code"] == 1
    assert "answered 500; see the service's log" in told["monitor", 10]["reason"]
    assert told["validate-all", 10]["verdict"] == "ok"


def test_a_service_that_does_not_run_is_stopped_and_not_asked_further() -> None:
    said = called(
        "check", "memcached", "-p", "binary=/bin/true", "-p", "user=root", "-p", "config=", "--json"
    )
    assert said.code == 1
    told = [(one["action"], one["level"], one["verdict"]) for one in json.loads(said.out)]
    assert told[-1] == ("monitor", 0, "stopped")


def test_a_wrong_parameter_is_named() -> None:
    said = called("check", "haproxy", "-p", "config=relative", "--json")
    assert said.code == 1
    first = json.loads(said.out)[0]
    assert (first["verdict"], first["code"]) == ("fault", 6)
    assert "config='relative': is not an absolute path" in first["reason"]


@pytest.mark.long
def test_watching_writes_a_line_for_each_change_only(running: Resource) -> None:
    said = typed(*hosted(running, "--watch", "--every", "0.05", "--times", "3", "-p", "os_username="))
    assert said.code == 0, said.err
    assert len(said.out.splitlines()) == 1
    assert "ok" in said.out


@pytest.mark.long
def test_watching_ends_well_however_often_it_is_interrupted(running: Resource, tmp_path: Path) -> None:
    watching = begun(*hosted(running, "--watch", "-p", "os_username="), environment={"TMPDIR": str(tmp_path)})
    assert watching.stdout
    assert "ok" in watching.stdout.readline()
    deadline = time.monotonic() + 60
    while watching.poll() is None:
        assert time.monotonic() < deadline
        watching.send_signal(signal.SIGINT)
    assert (watching.returncode, watching.communicate()[1]) == (0, "")
    assert not any(tmp_path.glob("ocf-agents-check-*"))


def test_watching_writes_a_change_for_another_program_in_one_line_too(running: Resource) -> None:
    said = called(*hosted(running, "--watch", "--times", "1", "-p", "os_username=", "--json"))
    (line,) = said.out.splitlines()
    assert json.loads(line)["verdict"] == "ok"


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        (["check"], "name an AGENT, or a resource of the cluster with --resource"),
        (["check", "keystoned"], "keystoned: no such agent; `ocf-agents list` names them"),
        (["check", "keystone", "-p", "url"], "-p url: not NAME=VALUE"),
        (
            ["check", "keystone", "-p", "os_user=monitor"],
            "os_user: keystone has no such parameter; see ocf-agents describe keystone",
        ),
        (
            ["check", "mysql", "--resource", "keystoneService"],
            "AGENT and --resource are one too many; give one of them",
        ),
        (
            ["check", "keystone", "-p", "os_password=sesame"],
            "os_password: everyone can read a command line; write -p os_password=- and type it then",
        ),
    ],
)
def test_a_call_that_cannot_be_made_is_one_line_and_exit_code_2(words: list[str], fault: str) -> None:
    said = called(*words)
    assert (said.code, said.out, said.err) == (2, "", f"ocf-agents: {fault}\n")


@pytest.mark.parametrize("words", [["--every", "-1"], ["--every", "0"], ["--times", "-1"]])
def test_a_pause_or_a_number_that_cannot_be_is_refused(words: list[str]) -> None:
    said = called("check", "keystone", "--watch", "--times", "2", *words)
    assert (said.code, said.out) == (2, "")
    assert f"Invalid value for '{words[0]}'" in said.err


@pytest.mark.parametrize("words", [["check", "--resource", "keystoneService"], ["explain", "mysql"]])
def test_without_a_cluster_they_say_so_in_one_line(words: list[str]) -> None:
    said = called(*words)
    assert said.code == 2
    assert said.err.startswith("ocf-agents: cibadmin: ")
    assert said.err.count("\n") == 1
