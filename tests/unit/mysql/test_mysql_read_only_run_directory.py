"""What an agent's own files must not hinder: the end of a service."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING

from support.act import act
from support.node import Node

from ocf_agents.agents.keystone import Keystone

if TYPE_CHECKING:
    import pytest


def test_a_stop_ends_the_service_even_where_no_file_can_be_removed(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_node: Node, path: str) -> None:
        raise OSError(errno.EROFS, "Read-only file system", path)

    node = Node()
    assert act(Keystone, "start", node).code == 0
    monkeypatch.setattr(Node, "remove", refuse)
    done = act(Keystone, "stop", node)
    assert done.code == 0
    assert not node.bodies
    assert all("it stays behind" in line for line in done.lines("WARNING"))
