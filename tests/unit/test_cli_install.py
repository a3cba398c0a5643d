"""`ocf-agents install` makes the links that Pacemaker needs, and neither it nor uninstall touches anything else."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from support.command import typed

from ocf_agents.agents import COMPATIBLE, FORMER, links
from ocf_agents.cli import install as module
from ocf_agents.cli.main import main


def run(root: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, [*arguments, "--ocf-root", str(root)])


def tree(root: Path) -> dict[str, str]:
    """Every file, link and directory, with what it holds."""
    found = {}
    for path in root.rglob("*"):
        name = str(path.relative_to(root))
        if path.is_symlink():
            found[name] = os.readlink(path)
        elif "__pycache__" not in name:
            found[name] = "" if path.is_dir() else path.read_text()
    return found


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """OCF's directory of a machine that has another agent of our provider."""
    (tmp_path / "resource.d/openstack").mkdir(parents=True)
    (tmp_path / "resource.d/openstack/NovaEvacuate").write_text("#!/bin/sh\n")
    (tmp_path / "lib/heartbeat").mkdir(parents=True)
    return tmp_path


@pytest.mark.long
def test_every_agent_is_linked_and_runs(root: Path) -> None:
    done = run(root, "install")
    assert done.exit_code == 0, done.output
    for link in links():
        said = subprocess.run(
            [root / "resource.d" / link, "meta-data"], env={}, capture_output=True, check=True
        )
        assert said.stdout.startswith(b"<?xml"), link


def test_the_names_of_2012_come_and_go_with_compat(root: Path) -> None:
    def old() -> list[str]:
        return [name for name in tree(root) if name.endswith((COMPATIBLE, FORMER))]

    assert run(root, "install", "--compat").exit_code == 0
    assert len(old()) == len(links(compatible=True)) - len(links())
    assert run(root, "install").exit_code == 0
    assert not old()
    assert not (root / "resource.d/percona").exists()


@pytest.mark.parametrize("command", ["install", "uninstall"])
def test_what_is_done_twice_is_as_if_done_once(root: Path, command: str) -> None:
    run(root, "install")
    run(root, command)
    once = tree(root)
    assert run(root, command).exit_code == 0
    assert tree(root) == once


def test_uninstall_leaves_what_was_there_before(root: Path) -> None:
    before = tree(root)
    installed = typed("install", "--compat", "--ocf-root", root)
    assert (installed.code, installed.err) == (0, "")
    done = typed("uninstall", "--ocf-root", root)
    assert (done.code, done.err) == (0, "")
    assert tree(root) == before


def test_nothing_is_linked_where_another_agent_has_the_name(root: Path) -> None:
    foreign = root / "resource.d/openstack/nova-api"
    foreign.write_text("#!/bin/sh\n")
    before = tree(root)
    done = run(root, "install")
    assert done.exit_code == 1
    assert str(foreign) in done.output
    assert "nothing was changed" in done.output
    assert tree(root) == before


def test_agents_that_a_package_installed_stay(tmp_path: Path) -> None:
    checkout = Path(module.__file__).resolve().parents[2]
    subprocess.run(["make", "-s", "install", f"DESTDIR={tmp_path}", "BYTECODE="], cwd=checkout, check=True)
    root = tmp_path / "usr/lib/ocf"
    before = tree(root)
    refused = run(root, "install")
    assert refused.exit_code == 1
    assert "a package, make install" in refused.output
    assert "nothing was taken out" in run(root, "uninstall").output
    assert tree(root) == before


def test_another_copy_of_the_library_takes_over(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SITE", root / "venv")
    for link in module.library_links(root):
        module.place(link)
    monkeypatch.undo()
    assert run(root, "install").exit_code == 0
    assert os.readlink(root / module.LIBRARY / "ocf_agents") == str(module.SITE / "ocf_agents")


def test_links_of_agents_that_are_no_more_are_taken_out(root: Path) -> None:
    run(root, "install")
    gone = root / "resource.d/openstack/nova-none"
    gone.symlink_to(module.AGENT)
    assert "1 taken out" in run(root, "install").output
    assert not gone.is_symlink()


def test_without_the_right_to_write_it_says_so_in_one_line(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("")
    done = run(file / "ocf", "install")
    assert done.exit_code == 1
    assert done.output.count("\n") == 1
    assert "Not a directory" in done.output


def test_an_agent_that_does_not_run_is_told(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = root / "venv" / module.SOURCES["agent"]
    broken.parent.mkdir(parents=True)
    broken.write_text("#!/bin/sh\necho ocf-exit-reason:no library >&2\nexit 1\n")
    broken.chmod(0o755)
    monkeypatch.setattr(module, "SITE", root / "venv")
    done = run(root, "install")
    assert done.exit_code == 1
    assert "does not run: ocf-exit-reason:no library" in done.output
