"""What the documentation tells people to type does what the documentation says."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from support.blocks import CHECKOUT, PATIENCE, Block, Command, blocks, follow, plain, shows
from support.possible import skip_unless_lab

from ocf_agents.agents import everyone
from ocf_agents.lab import Lab, LabError, Node
from ocf_agents.render import examples

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NETWORK = "10.77.1."
"""The network of the first lab on a machine, which the pages show."""
NAME = f"docs{os.getpid()}"
SESSION = f"{NAME}s"
NAMES = ("controller1", "controller2", "controller3")
MEMBERS = "".join(f'<node id="{number}" uname="{name}"/>' for number, name in enumerate(NAMES, 1))
PROPERTIES = '<cluster_property_set id="own"><nvpair id="own-1" name="stonith-enabled" value="false"/>'
# What changes a running cluster changes a file in its place; -F stands for the yes of a terminal.
PRELUDE = """\
cd {directory}
export CIB_file={cib}
crm() {{ command crm -F -D plain "$@"; }}
pcs() {{
    case "$2" in list | describe) command pcs "$@" ;; *) command pcs -f {cib} "$@" ;; esac
}}
"""
COMPLAINTS = ("ERROR", "WARNING", "Error", "Warning")
HARMLESS = re.compile(
    "Validation for node existence in the cluster will be skipped"  # it is a file
    "|Blind faith: not fencing unseen nodes"  # no node was ever seen
    "|Defaults do not apply to resources which override them"  # said to everybody
)

ALL = blocks()
Pending = dict[str, "Future[None]"]
"""For each page what is being done."""


def of_kind(kind: str) -> list[Block]:
    return [block for block in ALL if block.kind == kind]


def pages_with(kind: str) -> list[str]:
    return list(dict.fromkeys(block.page for block in of_kind(kind)))


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """An environment in which ocf-agents is the checkout's, and its labs are ours."""
    directory = tmp_path_factory.mktemp("bin")
    command = directory / "ocf-agents"
    command.write_text(
        f'#!/bin/sh\nPYTHONPATH={CHECKOUT} exec {shlex.quote(sys.executable)} -m ocf_agents.cli.main "$@"\n'
    )
    command.chmod(0o755)
    return {**os.environ, "PATH": f"{directory}:{os.environ['PATH']}", "OCF_LAB_NAME": SESSION}


@pytest.mark.parametrize("page", pages_with("run"))
def test_the_command_does_what_the_page_shows(page: str, shell: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "docs").symlink_to(CHECKOUT / "docs")
    (tmp_path / ".venv").symlink_to(sys.prefix)
    for block in [one for one in ALL if one.page == page]:
        if block.kind == "file":
            (tmp_path / block.rest).write_text(block.text)
        elif block.kind == "run":
            for command in block.commands():
                follow_here(block, command, shell, tmp_path)


def follow_here(block: Block, command: Command, shell: dict[str, str], directory: Path) -> None:
    """The command has done what the page shows, typed on this machine."""

    def at_home(text: str) -> subprocess.CompletedProcess[str]:
        done = type_in(text.replace(NETWORK, network()), shell, directory)
        # Asked again: the command may be the one that brings the lab up.
        done.stdout = done.stdout.replace(network(), NETWORK)
        return done

    follow(block, command, at_home)


def network() -> str:
    """The lab's network, up to the last number of its addresses."""
    try:
        return Lab.attach(SESSION).address(0).removesuffix("0")
    except LabError:
        return NETWORK


def type_in(text: str, shell: dict[str, str], directory: Path) -> subprocess.CompletedProcess[str]:
    """A command as a terminal's shell runs it."""
    return subprocess.run(
        ["bash", "-c", text],
        env=shell,
        cwd=directory,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


@pytest.fixture(scope="module")
def sessions(shell: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pending]:
    """Every page's session with a lab, one after the other: they mostly wait, so others may go on."""
    skip_unless_lab()
    directory = tmp_path_factory.mktemp("session")
    with ThreadPoolExecutor(1) as pool:
        yield {page: pool.submit(hold, page, shell, directory) for page in pages_with("lab")}
    assert Lab(SESSION).leftovers() == []


def hold(page: str, shell: dict[str, str], directory: Path) -> None:
    """The page's session was held, and went as the page says."""
    try:
        for block in [one for one in of_kind("lab") if one.page == page]:
            for command in block.commands():
                follow_here(block, command, shell, directory)
    finally:
        # In its own words: ending a lab takes care of signals, which a thread cannot.
        type_in("ocf-agents lab down", shell, directory)


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    """A node with the agents and the tools; its cluster is not asked."""
    try:
        with Lab(NAME, hosts=dict.fromkeys(NAMES, 11), fencing=False) as built:
            yield built
    except LabError as error:
        if "root" in str(error) or "not installed" in str(error):
            pytest.skip(str(error))
        raise


def configuration(node: Node) -> str:
    """A cluster of three nodes without anything else, as this node's Pacemaker writes it."""
    empty = node.check(["cibadmin", "--empty"])
    assert "<nodes/>" in empty
    return (
        empty.replace("<nodes/>", f"<nodes>{MEMBERS}</nodes>")
        .replace("<crm_config/>", f"<crm_config>{PROPERTIES}</cluster_property_set></crm_config>")
        .replace("<cib ", '<cib have-quorum="1" ', 1)
    )


@pytest.fixture(scope="module")
def tried(sessions: Pending, lab: Lab) -> Iterator[Pending]:
    """Every page's commands for a node, two pages at a time: each takes a second, and there are many."""
    node = lab.node("n1")
    with ThreadPoolExecutor(2) as pool:
        yield {
            page: pool.submit(try_in, node, page, f"/tmp/docs/{number}")
            for number, page in enumerate(pages_with("node"))
        }


@pytest.mark.parametrize("page", pages_with("node"))
def test_the_cluster_takes_what_the_page_says(page: str, tried: Pending) -> None:
    words = " ".join(block.text for block in ALL if block.page == page)
    for agent in sorted(set(re.findall(r"\b(fence_\w+)", words))):
        if not shutil.which(agent, path="/usr/sbin:/sbin"):
            pytest.skip(f"{page} needs {agent}, which is not installed here; apt-get install fence-agents")
    tried[page].result()


def try_in(node: Node, page: str, directory: str) -> None:
    """The node has taken every command of the page, in a directory and a configuration of its own."""
    cib = f"{directory}/cib.xml"
    node.write(cib, configuration(node))
    prelude = PRELUDE.format(directory=directory, cib=cib)
    for block in [one for one in ALL if one.page == page]:
        if block.kind == "file":
            node.write(f"{directory}/{block.rest}", block.text)
        elif block.kind == "node":
            for command in block.commands():
                done = node.run(["bash", "-c", f"{prelude}{command.text}\n"], timeout=PATIENCE)
                judge(block, command, done)
    verified = node.run(["crm_verify", "--xml-file", cib, "-V"])
    # A warning it has always: nodes that were never seen are to be fenced.
    assert "error:" not in verified.stderr, f"{page}: {verified.stderr}"


def judge(block: Block, command: Command, done: subprocess.CompletedProcess[str]) -> None:
    """The command succeeded, complained of nothing, and showed what the page shows."""
    said = done.stdout + done.stderr
    complaints = [
        line for line in said.splitlines() if plain(line).startswith(COMPLAINTS) and not HARMLESS.search(line)
    ]
    fine = done.returncode == 0 and not complaints and shows(said, command.shown)
    assert fine, f"{block}: {command.text}\nends with {done.returncode} and says:\n{said}"


def test_the_cluster_takes_the_examples_of_the_reference(lab: Lab) -> None:
    node, directory = lab.node("n1"), "/tmp/docs/reference"
    prelude = PRELUDE.format(directory=directory, cib=f"{directory}/cib.xml")
    node.write(f"{directory}/cib.xml", configuration(node))
    lines = [line for agent in everyone() for line in examples.crm(agent)]
    node.write(f"{directory}/all.crm", "\n".join(lines) + "\n")
    # With pcs each takes a second, and these two have all that examples can have.
    some = [agent for agent in everyone() if agent.name in ("keystone", "mysql")]
    commands = [f"crm configure load update {directory}/all.crm"]
    commands += ["\n".join(examples.pcs(agent)).replace("create p_", "create with_pcs_") for agent in some]
    for command in commands:
        block = Block("reference", 0, "console", "node", ())
        done = node.run(["bash", "-c", f"{prelude}{command}\n"], timeout=PATIENCE)
        judge(block, Command(command, ()), done)
    assert len(commands) == 3


@pytest.mark.parametrize("page", pages_with("lab"))
def test_a_lab_does_what_the_page_shows(page: str, sessions: Pending) -> None:
    sessions[page].result()


@pytest.mark.parametrize("block", of_kind("make"), ids=str)
def test_make_knows_what_the_page_says(block: Block) -> None:
    for command in block.commands():
        words = shlex.split(command.text, comments=True)
        assert words[0] == "make", command.text
        done = subprocess.run(
            ["make", "-n", *words[1:]], cwd=CHECKOUT, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{command.text}\n{done.stderr}"
        assert done.stdout, command.text


@pytest.mark.parametrize("block", of_kind("plan"), ids=str)
def test_the_command_knows_what_it_would_do(block: Block, shell: dict[str, str], tmp_path: Path) -> None:
    for server in re.findall(r"--server (\S+)", block.text):
        (tmp_path / server / "bin").mkdir(parents=True)
        (tmp_path / server / "bin/mysqld").touch()
    for command in block.commands():
        done = type_in(f"{command.text} --plan", shell, tmp_path)
        assert (done.returncode, done.stderr) == (0, ""), command.text
        assert done.stdout.strip(), command.text


@pytest.mark.parametrize("block", of_kind("skip"), ids=str)
def test_the_rest_is_not_run(block: Block) -> None:
    pytest.skip(f"{block}: {block.rest}")
