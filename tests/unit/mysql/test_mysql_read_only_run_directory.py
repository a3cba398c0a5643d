"""Where the agent's own files cannot be changed, a service can be ended, and each failure names the file."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING, Callable

import pytest
from database import promote
from support.act import act
from support.node import Node
from support.world import World

from ocf_agents.agents.keystone import Keystone

if TYPE_CHECKING:
    from database import Cluster


@pytest.fixture
def freeze_files(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """From its call on no file can be removed or written."""

    def refuse(_world: World, path: str, *_: object, **__: object) -> None:
        raise OSError(errno.EROFS, "Read-only file system", path)

    def freeze() -> None:
        for name in ("remove", "write"):
            monkeypatch.setattr(World, name, refuse)

    return freeze


def test_a_stop_ends_the_service_even_where_no_file_can_be_removed(freeze_files: Callable[[], None]) -> None:
    node = Node()
    assert act(Keystone, "start", node).code == 0
    freeze_files()
    done = act(Keystone, "stop", node)
    assert done.code == 0
    assert not node.bodies
    assert all("it stays behind" in line for line in done.lines("WARNING"))


@pytest.mark.parametrize("name", ["n1", "n2"])
def test_a_stop_ends_the_server_even_where_no_file_can_be_removed(
    whole: Cluster, freeze_files: Callable[[], None], name: str
) -> None:
    node = whole.nodes[name]
    freeze_files()
    assert node.do("stop").code == 0
    assert not node.bodies
    assert node.score is None


@pytest.mark.parametrize(("name", "action"), [("n1", "demote"), ("n2", "promote")])
def test_a_change_of_role_that_cannot_be_recorded_fails_and_names_the_file(
    whole: Cluster, freeze_files: Callable[[], None], name: str, action: str
) -> None:
    node = whole.nodes[name]
    if action == "promote":
        whole.nodes["n1"].bodies.clear()
    freeze_files()
    done = promote(node) if action == "promote" else node.do(action)
    assert done.code == 1
    assert "clustermysql.mysql.opened: Read-only file system; the agent keeps its record there" in done.reason
    assert node.server.read_only


def test_a_watch_that_cannot_be_ended_names_the_file(freeze_files: Callable[[], None]) -> None:
    node = Node()
    assert act(Keystone, "start", node).code == 0
    assert act(Keystone, "start", node, hosted="true").code == 0
    freeze_files()
    done = act(Keystone, "stop", node, hosted="true")
    assert done.code == 1
    assert "Read-only file system; the agent keeps its record there" in done.reason
