"""Closing a server of MySQL, whose sessions wait on for an acknowledgement when they have been ended."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from scripted import Fault, Sessions, talk, usual

from ocf_agents.mysql import closing
from ocf_agents.mysql.driver import SqlRefused
from ocf_agents.system.errors import Refused

VERSIONS = ("5.7.44", "8.0.23", "8.4.5", "9.7.4")
NEW = "8.4.5"
WRITER, REPLICA = 12, 21
READ_ONLY = "SET GLOBAL read_only = 1"
SESSIONS = (
    (WRITER, "app", "Query", "Waiting for semi-sync ACK from replica", "COMMIT", "10.0.0.9:3"),
    (REPLICA, "repl_user", "Binlog Dump GTID", "", None, "10.0.0.3:1"),
    (1, "root", "Query", "Waiting for global read lock", READ_ONLY, "localhost"),
)


class Stuck:
    """A server with one session that waits for an acknowledgement, and holds the lock that closing needs."""

    def __init__(self) -> None:
        self.sessions = Sessions(*SESSIONS)
        self.waits = threading.Event()
        self.released = threading.Event()
        self.patient = False
        self.ended_first: list[int] = []
        self.queued = False
        self.closed = False

    def __call__(self, statement: str, values: tuple[Any, ...]) -> list[tuple[Any, ...]]:
        if statement.startswith("SET SESSION lock_wait_timeout"):
            self.patient = int(statement.rpartition(" ")[2]) > 20
        if statement == READ_ONLY:
            self.freeze()
        if statement.startswith("SET GLOBAL rpl_semi_sync") and "_enabled" in statement and not values[0]:
            self.ended_first = [*self.sessions.ended]
            self.released.set()
        if statement.startswith("SHOW GLOBAL STATUS"):
            return [(values[0], "0" if self.released.is_set() else "1")]
        return [(1,)] if "CONNECTION_ID()" in statement[:24] else self.ask(statement, values)

    def ask(self, statement: str, values: tuple[Any, ...]) -> list[tuple[Any, ...]]:
        if "processlist" in statement:
            # Both conversations of the test are one connection, which SQLite has to one thread.
            return Sessions(*SESSIONS)(statement, values)
        return self.sessions(statement, values) if statement.startswith("KILL") else usual(statement, values)

    def freeze(self) -> None:
        self.queued = self.queued or self.patient
        if not self.released.wait(20 if self.patient else 0):
            raise Fault(1205, "Lock wait timeout exceeded")
        self.closed = True


@pytest.mark.parametrize("text", VERSIONS)
def test_a_write_that_waits_in_mysql_is_ended_before_the_waiting_and_with_closing_next_in_the_queue(
    monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    stuck = Stuck()
    server, _ = talk(monkeypatch, text, stuck)
    server.close_writes(lambda: 10.0)
    assert stuck.closed
    assert stuck.queued
    assert WRITER in stuck.ended_first
    assert REPLICA not in stuck.sessions.ended


def test_waiting_goes_on_if_mysql_cannot_be_closed_even_so(monkeypatch: pytest.MonkeyPatch) -> None:
    stuck, switched = Stuck(), []

    def stubborn(statement: str, values: tuple[Any, ...]) -> list[tuple[Any, ...]]:
        if statement.startswith("SET GLOBAL rpl_semi_sync_source_enabled"):
            switched.append(values[0])
            return []
        return stuck(statement, values)

    server, _ = talk(monkeypatch, NEW, stubborn)
    moments = iter([10.0, closing.PATIENCE, closing.PATIENCE])
    with pytest.raises(Refused, match="holds a lock"):
        server.close_writes(lambda: next(moments, 0.0))
    stuck.released.set()
    assert switched == [0, 1]


def test_a_session_that_only_root_may_end_is_ended_as_root(monkeypatch: pytest.MonkeyPatch) -> None:
    users: list[str] = []
    sessions = Sessions((WRITER, "root", "Query", "", "COMMIT", "localhost"))

    def refuse(statement: str, values: tuple[Any, ...]) -> list[tuple[Any, ...]]:
        if statement.startswith("KILL") and users[-1] != "root":
            raise Fault(1095, "You are not owner of thread 12")
        if statement == "SHOW GRANTS":
            return [("GRANT SUPER ON *.* TO `repl_user`@`localhost`",)]
        return sessions(statement, values)

    server, script = talk(monkeypatch, NEW, refuse)
    monkeypatch.setattr(type(script), "connect", lambda self, **given: users.append(given["user"]) or self)
    closing.end_sessions(server)
    assert sessions.ended == [WRITER]
    assert users == ["repl_user", "root"]


@pytest.mark.parametrize("text", VERSIONS)
def test_a_server_without_the_plugin_waits_for_nobody_and_cannot_be_made_to(
    monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    def without(statement: str, values: tuple[Any, ...]) -> list[tuple[Any, ...]]:
        if "rpl_semi_sync" in statement:
            raise Fault(1193, "Unknown system variable")
        return usual(statement, values)

    server, _ = talk(monkeypatch, text, without)
    server.set_waits(False)
    server.set_acknowledges(False)
    with pytest.raises(SqlRefused):
        server.set_waits(True)
    with pytest.raises(SqlRefused):
        server.set_acknowledges(True)


@pytest.mark.parametrize("text", VERSIONS)
def test_what_waits_in_mysql_for_an_acknowledgement_is_part_of_its_history(
    monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    def waiting(statement: str, values: tuple[Any, ...]) -> list[tuple[Any, ...]]:
        if "gtid_owned" in statement:
            assert statement.index("gtid_owned") < statement.index("gtid_executed")
            return [
                ("3e11fa47-71ca-11e1-9e33-c80aa9429562:7#12:8#13", "3e11fa47-71ca-11e1-9e33-c80aa9429562:1-6")
            ]
        return usual(statement, values)

    server, _ = talk(monkeypatch, text, waiting)
    assert str(server.history()) == "3e11fa47-71ca-11e1-9e33-c80aa9429562:1-8"


@pytest.mark.parametrize(
    ("text", "row"),
    [
        ("10.11.19-MariaDB", {"Connection_name": "other", "Slave_IO_State": "Waiting"}),
        (NEW, {"Replica_IO_State": "Waiting", "Channel_Name": "other"}),
    ],
)
def test_a_second_source_is_known_by_its_name(
    monkeypatch: pytest.MonkeyPatch, text: str, row: dict[str, str]
) -> None:
    server, _ = talk(monkeypatch, text)
    usual_one = dict.fromkeys(row, "")
    monkeypatch.setattr(server, "records", lambda _: [usual_one, row])
    assert server.sources() == ["other"]
