"""The RPMs install, run, upgrade and leave without a trace, whatever Python the machine has."""

from __future__ import annotations

import configparser
import os
import re
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest
from made import CHECKOUT, make
from scratch import Scratch
from support import pythons

from ocf_agents import __version__
from ocf_agents.agents import everyone, links
from ocf_agents.system.plan import RUN_DIRECTORY

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.long

SPEC = CHECKOUT / "packaging/rpm/openstack-ocf-agents.spec"
NAMES = ["openstack-ocf-agents" + part for part in ("", "-mysql", "-tools", "-compat", "-doc")]
AGENTS = "/usr/lib/ocf/resource.d"

# What the packages ask of the distribution, and not one word more: rpm looks at all the rest itself.
DISTRIBUTION = """\
Name: distribution
Version: 1
Release: 1
Summary: What a distribution has
License: none
BuildArch: noarch
Provides: /bin/sh /usr/bin/python3 /usr/bin/curl python3 = 3.9 findutils
{more}
%description
What a distribution has.
%files
"""
# As RHEL and Fedora set them; their scripts are not at hand, and this one does more than any of them.
OF_RHEL = """\
%_libdir %{{_prefix}}/lib64
%dist .el9
%py_auto_byte_compile 1
%__brp_python_bytecompile {script}
%__brp_python_hardlink {script}
%__brp_mangle_shebangs {script}
%__os_install_post \\
    %{{?__brp_compress}} \\
    %{{?py_auto_byte_compile:%{{?__brp_python_bytecompile}}}} \\
    %{{?__brp_python_hardlink}} \\
    %{{?__brp_mangle_shebangs}} \\
%{{nil}}
%__spec_install_post %{{?__debug_package:%{{__debug_install_post}}}} %{{__arch_install_post}} %{{__os_install_post}}
"""
SPOIL = """\
#!/bin/sh
find "$RPM_BUILD_ROOT" -type f -exec sed -i '1s,^#!.*python3.*,#!/usr/libexec/platform-python -s,' {} +
/usr/bin/python3 -m compileall -q "$RPM_BUILD_ROOT"
"""
OF_THE_OTHERS = """\
Provides: /usr/bin/mysql pacemaker-cli python3dist(click) = 8.1.8 python3dist(psutil) python3dist(pymysql)
Provides: python3dist(python-keystoneclient) python3dist(pyyaml) python3dist(requests)
"""


def distribution(directory: Path, more: str = OF_THE_OTHERS) -> Path:
    (directory / "distribution.spec").write_text(DISTRIBUTION.format(more=more))
    order = [
        "rpmbuild",
        "-bb",
        "--quiet",
        "--define",
        f"_topdir {directory}",
        directory / "distribution.spec",
    ]
    subprocess.run(order, capture_output=True, check=True)
    return directory / "RPMS/noarch/distribution-1-1.noarch.rpm"


def packages(directory: Path, version: str = __version__) -> list[Path]:
    return [directory / f"{name}-{version}-1.noarch.rpm" for name in NAMES]


@pytest.fixture
def scratch(tmp_path: Path) -> Iterator[Scratch]:
    one = Scratch(tmp_path)
    yield one
    one.close()


@pytest.fixture(params=pythons.VERSIONS)
def python(request: pytest.FixtureRequest, scratch: Scratch) -> pythons.Python:
    """The Python of that root."""
    one = pythons.python(request.param)
    scratch.run_on(one)
    return one


@pytest.fixture(scope="module")
def of_distribution(rpms: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return distribution(tmp_path_factory.mktemp("distribution"))


def test_rpmlint_finds_nothing_that_is_not_explained(rpms: Path) -> None:
    said = make("rpmlint", f"DIST={rpms}", f"RPM={rpms}/build")
    assert "0 errors, 0 warnings" in said, said


def test_the_agents_need_no_more_than_the_interpreter_and_curl(
    rpms: Path, scratch: Scratch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    scratch.rpm("-i", distribution(tmp_path_factory.mktemp("bare"), more=""))
    scratch.rpm("-i", packages(rpms)[0])
    shown = {path.name for path in (CHECKOUT / "bin").iterdir() if path.is_symlink()} - {"mysql"}
    assert set(scratch.inside("ls", f"{AGENTS}/openstack").stdout.split()) == shown


def test_the_documentation_is_a_package_that_the_links_of_the_readme_lead_into(
    rpms: Path, scratch: Scratch
) -> None:
    scratch.rpm("-i", "--nodeps", packages(rpms)[0], packages(rpms)[-1])
    place = "/usr/share/doc/openstack-ocf-agents"
    linked = re.findall(r"\]\((docs/[^)#]+)", scratch.inside("cat", f"{place}/README.md").stdout)
    found = scratch.inside("ls", "-d", *(f"{place}/{link}" for link in linked))
    assert (found.returncode, found.stderr) == (0, "")
    assert len(linked) > 3


def test_no_package_is_tied_to_a_python(rpms: Path) -> None:
    for package in packages(rpms):
        asked = subprocess.run(
            ["rpm", "-qp", "--requires", "-l", package], capture_output=True, text=True, check=True
        )
        assert "python(abi)" not in asked.stdout
        assert not re.search(r"\.pyc|python3\.\d|site-packages", asked.stdout)


def test_what_rhel_does_to_every_package_changes_no_file_of_these(
    rpms: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = tmp_path / "brp-spoil"
    script.write_text(SPOIL)
    script.chmod(0o755)
    (tmp_path / ".rpmmacros").write_text(OF_RHEL.format(script=script))
    monkeypatch.setenv("HOME", str(tmp_path))
    order = ["rpm", "--eval", "%__spec_install_post"]
    assert subprocess.run(order, capture_output=True, text=True, check=True).stdout.count(str(script)) == 3
    make("rpm", f"DIST={tmp_path}", f"RPM={tmp_path}/build")
    query = ["rpm", "-qp", "--queryformat", "[%{FILENAMES} %{FILEMODES:perms} %{FILEDIGESTS}\n]"]
    ours, theirs = (
        [subprocess.check_output([*query, package], text=True) for package in packages(directory)]
        for directory in (rpms, tmp_path)
    )
    assert ours == theirs
    assert all(re.search("/(ocf_agents|resource.d|docs)/", files) for files in ours)


def test_the_command_requires_what_pip_would_install_for_it() -> None:
    setup = configparser.ConfigParser()
    setup.read(CHECKOUT / "setup.cfg")
    extras = setup["options.extras_require"]
    wanted = [*setup["options"]["install_requires"].split("\n"), *extras["tools"].split("\n")]
    wanted += extras["mysql"].split("\n")
    required = re.findall(r"^Requires: +python3dist\((\S+)\)", SPEC.read_text(), re.MULTILINE)
    assert set(required) == {re.split(r"[ <>=]", one)[0] for one in wanted if one}


def test_every_agent_runs_from_the_packages(
    rpms: Path, of_distribution: Path, scratch: Scratch, python: pythons.Python
) -> None:
    scratch.rpm("-i", of_distribution)
    scratch.rpm("-i", *packages(rpms))
    for link in links(compatible=True):
        said = scratch.inside(f"{AGENTS}/{link}", "meta-data", user="nobody")
        assert said.stdout.startswith("<?xml"), f"{link}: {said.stderr}"
    stopped = scratch.inside(f"{AGENTS}/openstack/memcached", "monitor")
    assert (stopped.returncode, stopped.stderr) == (7, ""), stopped
    first = scratch.inside("head", "-n", "1", f"{AGENTS}/openstack/keystone").stdout
    assert first == "#!/usr/bin/python3 -IS\n", "whatever reads that line may change it"
    assert scratch.inside("readlink", "-f", "/usr/bin/python3").stdout.strip() == str(python.program)
    assert scratch.compiled() == [python.tag]
    said = scratch.inside("stat", "-c", "%U:%G %a", RUN_DIRECTORY, "/usr/lib/ocf/lib/openstack/agent")
    assert said.stdout.split("\n")[:2] == ["root:root 755", "root:root 755"], said.stderr
    assert scratch.rpm("-V", *NAMES) == ""


def test_the_command_runs_from_its_package(rpms: Path, of_distribution: Path, scratch: Scratch) -> None:
    if scratch.inside("/usr/bin/python3", "-I", "-c", "import click").returncode:
        pytest.skip("python3-click of the distribution is not installed here")
    scratch.rpm("-i", of_distribution)
    scratch.rpm("-i", *packages(rpms))
    listed = scratch.inside("ocf-agents", "list")
    assert listed.returncode == 0, listed.stderr
    assert all(agent.name in listed.stdout for agent in everyone())
    assert "nothing to link" in scratch.inside("ocf-agents", "install").stderr
    page = scratch.inside("zcat", "/usr/share/man/man1/ocf-agents.1.gz")
    assert ".TH" in page.stdout
    for file in ("bash-completion/completions/ocf-agents", "zsh/site-functions/_ocf-agents"):
        assert "_OCF_AGENTS_COMPLETE" in scratch.inside("cat", f"/usr/share/{file}").stdout


@pytest.fixture(scope="module")
def newer(tmp_path_factory: pytest.TempPathFactory, rpms: Path) -> Path:
    """Packages of a version that has one agent less."""
    directory = tmp_path_factory.mktemp("newer")
    copy = directory / "checkout"
    ignored = shutil.ignore_patterns("__pycache__", ".*", "build", "dist", "tests")
    shutil.copytree(CHECKOUT, copy, symlinks=True, ignore=ignored)
    (copy / "ocf_agents/__init__.py").write_text('"""A later one."""\n\n__version__ = "99.0"\n')
    for gone in (
        "ocf_agents/agents/mongodb.py",
        "metadata/mongodb.xml",
        "bin/mongodb",
        "docs/reference/mongodb.md",
    ):
        (copy / gone).unlink()
    make("rpm", f"DIST={directory}", checkout=copy)
    return directory


def test_an_upgrade_leaves_nothing_of_the_old_and_an_erase_nothing_at_all(
    rpms: Path, newer: Path, of_distribution: Path, scratch: Scratch, python: pythons.Python
) -> None:
    scratch.rpm("-i", of_distribution)
    before = scratch.files()
    scratch.rpm("-i", *packages(rpms))
    assert [name for name in scratch.files() if "mongodb" in name]
    scratch.rpm("-U", *packages(newer, "99.0"))
    assert not [name for name in scratch.files() if "mongodb" in name]
    assert scratch.inside(f"{AGENTS}/percona/mysql", "meta-data").returncode == 0
    assert scratch.compiled() == [python.tag]
    scratch.rpm("-e", *NAMES)
    assert scratch.files() == before


def test_dnf_installs_what_it_finds_the_requirements_of_and_removes_it(
    rpms: Path, of_distribution: Path, scratch: Scratch, tmp_path: Path
) -> None:
    if not os.environ.get("OCF_TEST_DNF"):
        pytest.skip(
            "Debian's dnf does not find every root's database of packages; set OCF_TEST_DNF=1 to try it"
        )
    if shutil.which("dnf") is None:
        pytest.skip("dnf is not installed; apt-get install dnf")
    # Debian's rpm has its database elsewhere.
    (tmp_path / ".rpmmacros").write_text("%_dbpath /var/lib/rpm\n")
    options = ("--releasever=9", "--setopt=reposdir=/nonexistent", "--setopt=gpgcheck=0", "--assumeyes")
    dnf = ("env", f"HOME={tmp_path}", "dnf", f"--installroot={scratch.root}", *options)
    before = scratch.files()
    refused = scratch.outside(*dnf, "install", *packages(rpms))
    assert "nothing provides python3dist(pymysql)" in refused.stderr
    scratch.rpm("-i", of_distribution)
    done = scratch.outside(*dnf, "install", *packages(rpms))
    assert done.returncode == 0, done.stderr
    assert len(scratch.compiled()) == 1
    for link in links(compatible=True):
        assert scratch.inside(f"{AGENTS}/{link}", "meta-data").returncode == 0, link
    done = scratch.outside(*dnf, "remove", *NAMES)
    assert done.returncode == 0, done.stderr
    assert {name for name in scratch.files() - before if "/var/" not in name} == set()
