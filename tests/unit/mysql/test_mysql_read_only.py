"""MariaDB 12 gives read_only as a word, and has more words for a server that is closed than ON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from database import Cluster, promote, settle, writable
from scripted import Script, usual

from ocf_agents.mysql import peer
from ocf_agents.mysql.dialect import version
from ocf_agents.mysql.look import read
from ocf_agents.mysql.peer import Source, ask_peer

if TYPE_CHECKING:
    from database import Server

VARIABLE = "@@GLOBAL.read_only"
VALUES = {"OFF": False, "ON": True, "NO_LOCK": True, "NO_LOCK_NO_ADMIN": True}


@pytest.mark.parametrize("value", VALUES)
def test_every_value_but_off_closes_a_server(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    def answer(statement: str, values: tuple[Any, ...]) -> list[tuple[Any, ...]]:
        return [(value, 1)] if VARIABLE in statement else usual(statement, values)

    monkeypatch.setattr(peer, "import_driver", lambda *_, **__: Script(answer))
    told = ask_peer(Source("n1", 3306, "repl_user", ""), version("12.3.1-MariaDB"), 5.0)
    assert told.read_only is VALUES[value]
    assert read(f"Variable_name: read_only\n        Value: {value}\n").read_only is VALUES[value]


def test_a_server_that_says_so_in_words_is_closed_and_opened(
    whole: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    def say_it_in_words(server: Server) -> None:
        value = server.value
        words = {0: "OFF", 1: "NO_LOCK_NO_ADMIN"}
        monkeypatch.setattr(
            server, "value", lambda asked: words[value(asked)] if asked == VARIABLE else value(asked)
        )

    for node in whole.nodes.values():
        say_it_in_words(node.server)
    first, second = whole.nodes["n1"], whole.nodes["n2"]
    assert first.do("demote").code == 0
    assert promote(second, demoting="n1").code == 0
    settle(whole)
    assert writable(whole) == ["n2"]
