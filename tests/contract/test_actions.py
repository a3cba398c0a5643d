"""The table of actions and exit codes, with the installed files and with the plain checkout."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from support.resource import Resource

if TYPE_CHECKING:
    from collections.abc import Iterator

CHECKOUT = Path(__file__).resolve().parents[2]
LOGIN = {"os_username": "monitor", "os_password": "hunter2", "os_tenant_name": "service"}


@pytest.fixture(params=["installed", pytest.param("checkout", marks=pytest.mark.long)])
def either(request: pytest.FixtureRequest, installed: Path, tmp_path: Path) -> Iterator[Resource]:
    """A stopped resource of the installed agent, and of the one in the checkout."""
    directory = installed if request.param == "installed" else CHECKOUT / "bin"
    one = Resource(directory / "keystone", tmp_path)
    yield one
    one.clean()


def test_a_resource_lives_from_start_to_stop(either: Resource) -> None:
    assert either.call("monitor").code == 7
    assert either.call("start").code == 0
    first = either.main()
    assert either.call("start").code == 0
    assert either.main() == first
    assert either.call("monitor", interval=0).code == 0
    for level in (0, 1, 10, 20):
        assert either.call("monitor", level=level).code == 0
    assert either.call("status").code == 0
    assert either.call("stop").code == 0
    assert either.processes() == []
    assert list(either.run.iterdir()) == []
    assert either.call("monitor").code == 7
    assert either.call("stop").code == 0


def test_the_levels_ask_more_and_more(running: Resource) -> None:
    running.mood(password="other")
    assert running.call("monitor", level=10, **LOGIN).code == 0
    done = running.call("monitor", level=20, **LOGIN)
    assert done.code == 190
    assert "refused" in done.reason
    running.mood(password="hunter2")
    for _ in range(3):
        assert running.call("monitor", level=20, **LOGIN).code == 0
    running.mood(password="hunter2", v3=500)
    for _ in range(2):
        assert running.call("monitor", level=10, **LOGIN).code == 1
        assert running.call("monitor", level=0, **LOGIN).code == 0
    running.mood(drained=True)
    assert running.call("monitor", level=10).code == 190
    running.mood(v3=300)
    assert running.call("monitor", level=10).code == 0


@pytest.mark.long
def test_what_the_node_lacks_hinders_a_start_alone(resource: Resource) -> None:
    for lacking in ({"config": "/none"}, {"user": "no-such-user"}, {"binary": "/none/keystone-wsgi-public"}):
        done = resource.call("start", **lacking)
        assert done.code == 5, lacking
        assert next(iter(lacking)) in done.reason
        assert resource.call("monitor", interval=0, **lacking).code == 7
        assert resource.call("stop", **lacking).code == 0


def test_a_node_where_every_program_is_missing_can_be_probed(resource: Resource) -> None:
    bare = {"OCF_TESTER_FAIL_HAVE_BINARY": "1"}
    assert resource.call("monitor", interval=0, env=bare).code == 7
    assert resource.call("stop", env=bare).code == 0
    assert resource.call("start", env=bare).code == 5
    assert resource.call("meta-data", env=bare).code == 0


@pytest.mark.parametrize("wrong", [{"url": "ftp://h"}, {"insecure": "perhaps"}, {"config": "relative"}])
def test_a_wrong_parameter_is_fatal_but_for_a_stop(resource: Resource, wrong: dict[str, str]) -> None:
    for action in ("monitor", "start", "validate-all", "reload-agent"):
        done = resource.call(action, **wrong)
        assert done.code == 6, action
        assert next(iter(wrong)) in done.reason
    assert resource.call("stop", **wrong).code == 0
    assert resource.processes() == []


def test_actions_that_do_not_exist_are_unimplemented(resource: Resource) -> None:
    for action in ("promote", "demote", "notify", "migrate_to", "reload", "nonsense", "__init__"):
        done = resource.call(action)
        assert done.code == 3, action
        assert "no action" in done.reason


def test_without_an_action_the_usage_is_told(resource: Resource) -> None:
    done = resource.call()
    assert (done.code, done.out) == (2, "")
    assert "usage: keystone {" in done.err
    done = resource.call("usage")
    assert done.code == 0
    assert "validate-all" in done.out


def test_an_action_may_come_in_the_environment_alone(resource: Resource) -> None:
    assert resource.call(env={"__OCF_ACTION": "monitor"}).code == 7


def test_further_arguments_are_ignored(resource: Resource) -> None:
    assert resource.call("monitor", "and", "more").code == 7


def test_validation_looks_at_the_host_only_when_asked_to(resource: Resource) -> None:
    assert resource.call("validate-all").code == 0
    assert resource.call("validate-all", level=10).code == 0
    assert resource.call("validate-all", config="/none").code == 0
    assert resource.call("validate-all", level=10, config="/none").code == 5


def test_a_reload_takes_new_values(running: Resource) -> None:
    assert running.call("reload-agent", os_region_name="RegionOne").code == 0


def test_meta_data_need_no_environment_and_are_the_committed_file(installed: Path) -> None:
    for agent in (installed / "keystone", CHECKOUT / "bin/keystone"):
        done = subprocess.run([agent, "meta-data"], env={}, cwd="/", capture_output=True, check=False)
        assert (done.returncode, done.stderr) == (0, b"")
        assert done.stdout == (CHECKOUT / "metadata/keystone.xml").read_bytes()


def test_an_agent_that_does_not_exist_is_not_installed(installed: Path, resource: Resource) -> None:
    for name in ("keystone-nonsense", "nonsense", "__init__", "a b", "class"):
        link = installed / name
        link.symlink_to("keystone")
        try:
            resource.agent = link
            assert resource.call("monitor").code == 5, name
            assert resource.call("meta-data").code == 5, name
        finally:
            link.unlink()
