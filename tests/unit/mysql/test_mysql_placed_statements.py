"""What a server without GTIDs is asked and told, statement by statement, by version."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Optional

import pytest
from placed_database import PlacedNode
from scripted import Fault, Script, usual

from ocf_agents.mysql import peer
from ocf_agents.mysql import server as sql
from ocf_agents.mysql.coordinates import Coordinates
from ocf_agents.mysql.dialect import Version, version
from ocf_agents.mysql.look import Login, questions, read
from ocf_agents.mysql.peer import Source, ask_peer
from ocf_agents.mysql.placed import PlacedServer, tail
from ocf_agents.system.errors import Refused
from ocf_agents.system.run import Finished

if TYPE_CHECKING:
    from database import Cluster

VERSIONS = ("5.7.44", "8.0.22", "8.0.23", "8.0.36", "8.4.5", "9.3.0")
SOURCE = Source("10.0.0.3", 3306, "repl_user", "s3cret")
UUID, OTHER = "3e11fa47-71ca-11e1-9e33-c80aa9429562", "4e11fa47-71ca-11e1-9e33-c80aa9429562"
REPLICA = {
    "Relay_Master_Log_File": "bin.000007",
    "Exec_Master_Log_Pos": 1234,
    "Master_UUID": OTHER,
    "Master_Log_File": "bin.000009",
    "Read_Master_Log_Pos": 99,
}
NEW_NAMES = {
    "Relay_Source_Log_File": "bin.000007",
    "Exec_Source_Log_Pos": 1234,
    "Source_UUID": OTHER,
    "Source_Log_File": "bin.000009",
    "Read_Source_Log_Pos": 99,
}


def placed(text: str) -> Version:
    known = version(text)
    return Version(known.flavour, known.number, True)


class Answers:
    """A healthy server without GTIDs, as far as anybody asks, and what differs of it."""

    def __init__(self, **variables: object) -> None:
        self.variables: dict[str, object] = {"gtid_mode": "OFF", **variables}
        self.logs: list[tuple[Any, ...]] = [("bin.000003", 500, "", "", "")]
        self.files: dict[str, list[tuple[Any, ...]]] = {}

    def __call__(self, statement: str, values: tuple[Any, ...]) -> list[tuple[Any, ...]]:
        if statement.startswith("SELECT @@GLOBAL.server_uuid"):
            return [(UUID, self.variables["gtid_mode"])]
        if statement.startswith("SHOW GLOBAL VARIABLES LIKE"):
            known = self.variables.get(values[0])
            return [] if known is None else [(values[0], known)]
        if statement.startswith(("SHOW MASTER STATUS", "SHOW BINARY LOG STATUS")):
            return self.logs
        if statement == "SHOW BINARY LOGS":
            return [(name, 0) for name in self.files]
        if statement.startswith("SHOW BINLOG EVENTS"):
            return self.events(statement, values[0])
        return usual(statement, values)

    def events(self, statement: str, file: str) -> list[tuple[Any, ...]]:
        words = statement.split()
        offset, limit = int(words[6]), int(words[8])
        found = [row for row in self.files[file] if row[1] >= offset]
        if not found and offset > self.files[file][-1][4]:
            raise Fault(1220, "Error when executing command SHOW BINLOG EVENTS: Wrong offset or I/O error")
        return found[:limit]


def talk(
    monkeypatch: pytest.MonkeyPatch, text: str, answers: Optional[Answers] = None
) -> tuple[PlacedServer, Script]:
    script = Script(answers or Answers())
    monkeypatch.setattr(sql, "import_driver", lambda *_, **__: script)
    server = PlacedServer(
        Login("repl_user", "s3cret", "/run/mysqld/mysqld.sock"), placed(text), lambda _: None
    )
    names = NEW_NAMES if version(text).number >= (8, 0, 22) else REPLICA
    monkeypatch.setattr(server, "records", lambda _: [dict(names)])
    return server, script


@pytest.mark.parametrize("text", VERSIONS)
def test_a_replica_goes_on_from_what_is_executed_and_not_from_what_is_received(
    monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    server, script = talk(monkeypatch, text)
    server.follow(SOURCE)
    assert "_LOG_FILE = 'bin.000007'" in script.change
    assert "_LOG_POS = 1234" in script.change
    assert "_AUTO_POSITION = 0" in script.change
    statements = script.statements
    stop = next(i for i, told in enumerate(statements) if told.startswith("STOP"))
    assert stop < statements.index(script.change) < len(statements) - 1
    assert statements[-1].startswith("START")


@pytest.mark.parametrize("text", VERSIONS)
def test_a_server_that_crosses_a_junction_begins_there(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    server, script = talk(monkeypatch, text)
    server.start = Coordinates(OTHER, "other-bin.000012", 157)
    server.follow(SOURCE)
    assert "_LOG_FILE = 'other-bin.000012'" in script.change
    assert "_LOG_POS = 157" in script.change


@pytest.mark.parametrize("text", ["8.4.5", "9.3.0"])
def test_a_server_that_forgot_the_old_words_is_told_none_of_them(
    monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    server, script = talk(monkeypatch, text)
    server.follow(SOURCE)
    server.history()
    for statement in (*script.statements, *questions(placed(text))):
        words = set(statement.upper().replace("_", " ").split())
        assert statement.startswith("SHOW GLOBAL") or not {"MASTER", "SLAVE"} & words, statement


@pytest.mark.parametrize(
    "place", [Coordinates("", "", 4), Coordinates("", "bin'.000001", 4), Coordinates("", "bin", 4)]
)
def test_nobody_follows_from_what_is_no_place(monkeypatch: pytest.MonkeyPatch, place: Coordinates) -> None:
    server, script = talk(monkeypatch, "8.0.36")
    server.start = place
    with pytest.raises(Refused, match="no place in a log"):
        server.follow(SOURCE)
    assert not [told for told in script.statements if told.startswith(("CHANGE", "START"))]


@pytest.mark.parametrize(
    ("variables", "told"),
    [
        ({"replica_parallel_workers": "4", "slave_parallel_workers": "4"}, ["replica_parallel_workers"]),
        ({"slave_parallel_workers": "8"}, ["slave_parallel_workers"]),
        ({"slave_parallel_workers": "0"}, []),
        ({}, []),
    ],
)
def test_one_thread_applies_where_several_would_leave_gaps(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, object], told: list[str]
) -> None:
    server, script = talk(monkeypatch, "8.0.36", Answers(**variables))
    server.follow(SOURCE)
    found = [
        (text.split()[2], values) for text, values in script.told if "parallel" in text and "SET" in text
    ]
    assert found == [(name, (0,)) for name in told]


def test_files_that_say_how_far_a_replica_is_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = Answers(relay_log_info_repository="FILE", master_info_repository="TABLE")
    server, _ = talk(monkeypatch, "5.7.44", answers)
    (finding,) = server.unsafe()
    assert finding.startswith("relay_log_info_repository=FILE")
    assert talk(monkeypatch, "8.4.5")[0].unsafe() == []


# Positions.


@pytest.mark.parametrize("text", VERSIONS)
def test_where_a_log_ends_is_said_with_whose_it_is(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    server, _ = talk(monkeypatch, text)
    assert server.history() == Coordinates(UUID, "bin.000003", 500)
    # A peer is asked the same, and the rest with one more question.
    monkeypatch.setattr(peer, "import_driver", lambda *_, **__: Script(Answers()))
    assert ask_peer(SOURCE, placed(text), 5.0).history == Coordinates(UUID, "bin.000003", 500)


@pytest.mark.parametrize("mode", ["ON", "ON_PERMISSIVE", "OFF_PERMISSIVE"])
def test_a_peer_with_gtids_is_not_compared_with_a_server_without(
    monkeypatch: pytest.MonkeyPatch, mode: str
) -> None:
    server, _ = talk(monkeypatch, "8.0.36", Answers(gtid_mode=mode))
    with pytest.raises(Refused, match=f"gtid_mode={mode}"):
        server.history()


def test_a_server_without_a_log_has_no_position(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = Answers()
    answers.logs = []
    server, _ = talk(monkeypatch, "8.0.36", answers)
    with pytest.raises(Refused, match="log_bin is off"):
        server.history()


def test_what_a_look_shows_of_a_replica_are_places_in_its_sources_log() -> None:
    lines = [f"{name}: {value}" for name, value in {"Master_Host": "10.0.0.3", **REPLICA}.items()]
    seen = read("\n".join(["Variable_name: gtid_mode", "Value: OFF", *lines]))
    assert (seen.placed, seen.unfit) == (True, "")
    assert seen.history == Coordinates(OTHER, "bin.000007", 1234)
    assert seen.position == Coordinates(OTHER, "bin.000009", 99)


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        (["Variable_name: log_slave_updates", "Value: OFF"], "log_slave_updates is off"),
        (["File: mysql bin.000001", "Position: 4"], "no binary log with a plain name"),
        (["File: ", "Position: "], "no binary log with a plain name"),
    ],
)
def test_a_server_whose_places_say_too_little_cannot_lead(lines: list[str], why: str) -> None:
    assert why in read("\n".join(["Variable_name: gtid_mode", "Value: OFF", *lines])).unfit


def test_only_a_server_without_gtids_is_asked_for_the_end_of_its_log() -> None:
    for text in (*VERSIONS, "10.11.19-MariaDB"):
        assert not [
            asked for asked in questions(version(text)) if "server_uuid" in asked or "LOG STATUS" in asked
        ]
    assert [asked for asked in questions(placed("8.4.5")) if asked == "SHOW BINARY LOG STATUS"]


# The tail of a log.

HEADER = ("bin.000003", 4, "Format_desc", 1, 154, "")
STOP = ("bin.000002", 900, "Stop", 1, 923, "")
WRITE = ("bin.000003", 154, "Anonymous_Gtid", 1, 219, "")
START = Coordinates(UUID, "bin.000002", 900)


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"bin.000002": [STOP], "bin.000003": [HEADER]}, ""),
        ({"bin.000002": [STOP], "bin.000003": [HEADER, WRITE]}, "it wrote bin.000003:154-500"),
        ({"bin.000002": [("bin.000002", 900, "Query", 1, 950, "")]}, "it wrote bin.000002:900-bin.000003:500"),
        ({"bin.000002": [("bin.000002", 700, "Xid", 1, 800, "")]}, "cannot be read from bin.000002:900 on"),
        ({"bin.000003": [HEADER]}, "its own log bin.000002 is gone"),
        ({"bin.000002": [STOP, *[("bin.000002", 923 + i, "Rotate", 1, 924 + i, "") for i in range(1024)],
                         ("bin.000002", 1947, "Query", 1, 1950, "")]}, "it wrote bin.000002:1947-"),
    ],
)  # fmt: skip
def test_only_what_belongs_to_a_transaction_counts_in_the_tail_of_a_log(
    monkeypatch: pytest.MonkeyPatch, files: dict[str, list[tuple[Any, ...]]], expected: str
) -> None:
    answers = Answers()
    answers.files = files
    server, _ = talk(monkeypatch, "8.0.36", answers)
    found = tail(server, START)
    assert (found == "") is (expected == "")
    assert expected in found


# Starting.

TABLES = ("--relay-log-info-repository=TABLE", "--master-info-repository=TABLE")


@pytest.mark.parametrize(
    ("text", "defaults", "expected"),
    [
        ("5.7.44", "--server-id=1", True),
        ("5.7.44", "--gtid_mode=OFF", True),
        ("5.7.44", "--gtid-mode=OFF --gtid_mode=on", False),
        ("8.0.36", "--server-id=1", False),
    ],
)
def test_a_5_7_without_gtids_is_started_with_tables_and_no_other_server_is(
    cluster: Cluster, text: str, defaults: str, expected: bool
) -> None:
    node = PlacedNode("n3", cluster)
    node.programs["/usr/sbin/mysqld"] = lambda _, call: Finished(
        0, defaults if "--print-defaults" in call.argv else f"mysqld  Ver {text} for Linux on x86_64"
    )
    assert node.do("start").code == 0
    (command,) = [body.command for body in node.bodies.values()]
    assert [flag in command for flag in TABLES] == [expected, expected]
