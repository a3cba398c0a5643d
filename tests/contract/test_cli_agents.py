"""`ocf-agents list`, `describe`, `meta-data` and `completion` tell what the declarations say."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys

import pytest
from support.command import CHECKOUT, called, typed

from ocf_agents import __version__
from ocf_agents.agents import everyone


def test_list_names_every_agent_and_loads_nothing_that_it_does_not_need() -> None:
    code = (
        "import sys; from ocf_agents.cli.main import main\n"
        "try: main(['list'])\n"
        "except SystemExit: pass\n"
        "print([name for name in ('requests', 'yaml', 'psutil', 'pymysql', 'keystoneclient', "
        "'ocf_agents.lab') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=CHECKOUT
    )
    *lines, loaded = done.stdout.splitlines()
    assert [line.split()[0] for line in lines] == [agent.name for agent in everyone()]
    assert loaded == "[]"


def test_list_as_json_has_the_names_that_an_agent_also_answers_to() -> None:
    told = {one["name"]: one["aliases"] for one in json.loads(called("list", "--json").out)}
    assert told == {agent.name: list(agent.aliases) for agent in everyone()}


def test_describe_shows_parameters_defaults_and_actions() -> None:
    said = typed("describe", "ocf:openstack:keystone")
    assert said.code == 0, said.err
    for words in (
        "os_auth_url (URL",
        "default /etc/keystone/keystone.conf",
        "every 60 s  level 20",
        "os_project_name",
    ):
        assert words in said.out, words
    assert "\x1b" not in said.out, "colours are for terminals"


@pytest.mark.parametrize("name", ["mysql", "percona:mysql", "nova-api-ra", "haproxy"])
def test_describe_as_json_has_all_that_is_declared(name: str) -> None:
    told = json.loads(called("describe", name, "--json").out)
    agent = next(one for one in everyone() if one.name == told["name"])
    assert [one["name"] for one in told["parameters"]] == list(agent.parameters)
    assert {one["name"] for one in told["actions"]} == set(agent.actions)


def test_meta_data_is_the_text_that_pacemaker_reads() -> None:
    said = typed("meta-data", "glance-api")
    assert said.out == (CHECKOUT / "metadata/glance-api.xml").read_text()


@pytest.mark.parametrize("command", ["describe", "meta-data"])
def test_an_unknown_agent_is_one_line_and_exit_code_2(command: str) -> None:
    said = called(command, "keystoned")
    assert (said.code, said.out) == (2, "")
    assert said.err == "ocf-agents: keystoned: no such agent; `ocf-agents list` names them\n"


@pytest.mark.parametrize(
    ("shell", "word"), [("bash", "complete -o nosort"), ("zsh", "compdef"), ("fish", "complete --no-files")]
)
def test_completion_is_that_of_the_shell(shell: str, word: str) -> None:
    said = called("completion", shell)
    assert said.code == 0, said.err
    assert word in said.out
    assert "_OCF_AGENTS_COMPLETE" in said.out


def test_a_shell_completes_the_names_of_agents() -> None:
    said = typed(
        environment={
            "_OCF_AGENTS_COMPLETE": "bash_complete", "COMP_WORDS": "ocf-agents describe nova-n", "COMP_CWORD": "2",
        }
    )  # fmt: skip
    assert "plain,nova-novncproxy" in said.out


def test_the_version_is_told_in_one_place() -> None:
    assert called("--version").out == f"ocf-agents {__version__}\n"


def test_colours_are_for_terminals() -> None:
    leader, follower = pty.openpty()
    command = [sys.executable, "-m", "ocf_agents.cli.main", "describe", "memcached"]
    subprocess.run(command, stdout=follower, check=True, cwd=CHECKOUT)
    os.close(follower)
    assert b"\x1b[1mocf:openstack:memcached" in os.read(leader, 1000)
    os.close(leader)
