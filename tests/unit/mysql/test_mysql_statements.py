"""What a server is told, statement by statement, by flavour and version."""

from __future__ import annotations

from typing import Any

import pytest
from scripted import Fault, Sessions, talk, usual

from ocf_agents.mysql.dialect import version, word
from ocf_agents.mysql.launch import durable
from ocf_agents.mysql.peer import Source
from ocf_agents.mysql.server import Server, SqlRefused

MARIADB, NEW, NEWEST = "10.11.19-MariaDB", "8.0.36", "9.3.0"
VERSIONS = (MARIADB, "5.7.44", "8.0.23", "8.0.25", "8.0.26", NEW, "8.4.5", NEWEST)
PASSWORD = "s3cret \\ ' \" ; -- %s"
SOURCE = Source("10.0.0.3", 3306, "repl_user", PASSWORD)


def converse(server: Server) -> None:
    """Everything that the agent ever tells a server."""
    server.close_writes(lambda: 10.0)
    server.open_writes()
    server.follow(SOURCE)
    server.stop_receiving()
    server.apply_relay_log()
    server.forget_source()
    server.set_waits(True)
    server.set_acknowledges(True)
    server.coordinates()
    server.dump_hosts()
    server.history()


@pytest.mark.parametrize("text", VERSIONS)
def test_a_replica_goes_on_from_its_own_transactions_and_never_from_a_place_in_the_primarys_log(
    monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    server, script = talk(monkeypatch, text)
    server.follow(SOURCE)
    assert "MASTER_USE_GTID = slave_pos" in script.change or "_AUTO_POSITION = 1" in script.change
    assert "LOG_FILE" not in script.change
    assert "LOG_POS" not in script.change


@pytest.mark.parametrize("text", ["5.7.44", NEW, NEWEST])
def test_a_mysql_server_is_closed_to_accounts_with_super_too(
    monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    server, script = talk(monkeypatch, text)
    server.close_writes(lambda: 10.0)
    assert "SET GLOBAL super_read_only = 1" in script.statements


@pytest.mark.parametrize("text", ["8.4.5", NEWEST])
def test_a_server_that_forgot_the_old_words_is_told_none_of_them(
    monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    server, script = talk(monkeypatch, text)
    converse(server)
    for statement in script.statements:
        assert not {"MASTER", "SLAVE", "SLAVES"} & set(statement.upper().replace("_", " ").split()), statement


def test_a_replica_of_8_0_25_is_told_how_long_to_listen_by_the_name_it_knows(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for text, name in (("8.0.25", "slave_net_timeout"), ("8.0.26", "replica_net_timeout")):
        server, script = talk(monkeypatch, text)
        server.follow(SOURCE)
        assert f"SET GLOBAL {name} = %s" in script.statements


@pytest.mark.parametrize("text", [text for text in VERSIONS if text != MARIADB])
def test_the_variables_that_are_set_are_those_of_the_plugin_that_is_loaded(text: str) -> None:
    class Given:
        lossless = True

    given = Given()
    given.version = version(text)  # type: ignore[attr-defined]  # two of a member's many words
    for topic in ("semi-sync source", "semi-sync replica"):
        plugin = word(topic, version(text)).replace("rpl_semi_sync", "semisync")
        assert f"--plugin-load-add={plugin}.so" in durable(given)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (MARIADB, []),
        ("5.7.44", ["SET GLOBAL rpl_semi_sync_master_wait_for_slave_count = %s"]),
        ("8.0.26", ["SET GLOBAL rpl_semi_sync_source_wait_for_replica_count = %s"]),
    ],
)
def test_a_mysql_waits_for_one_acknowledgement_whatever_its_configuration_says(
    monkeypatch: pytest.MonkeyPatch, text: str, told: list[str]
) -> None:
    server, script = talk(monkeypatch, text)
    server.set_waits(True)
    assert [statement for statement in script.statements if "_count" in statement] == told


@pytest.mark.parametrize("text", VERSIONS)
def test_a_password_is_a_value_and_never_a_part_of_a_statement(
    monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    server, script = talk(monkeypatch, text)
    server.follow(SOURCE)
    assert not [statement for statement in script.statements if "s3cret" in statement]
    assert [values for _, values in script.told if PASSWORD in values]


def test_the_words_of_a_refused_statement_do_not_show_its_values() -> None:
    refused = SqlRefused("CHANGE MASTER TO MASTER_PASSWORD = %s", Fault(1064, "syntax error"))
    assert refused.number == 1064
    assert "s3cret" not in str(refused)


CLIENTS = (
    (10, "nova", "Sleep", "", None, "10.0.0.9:1"),
    (11, "nova", "Query", "", "SELECT 'Binlog Dump', 'system user', 'event_scheduler'", "10.0.0.9:2"),
    (12, "binlog dump", "Query", "Waiting for semi-sync ACK from slave", "COMMIT", "10.0.0.9:3"),
    (13, "root", "Connect", "User sleep", "an event", "localhost"),
)
MACHINES = (
    (20, "repl_user", "Binlog Dump", "", None, "10.0.0.2:1"),
    (21, "repl_user", "Binlog Dump GTID", "", None, "10.0.0.3:1"),
    (22, "system user", "Slave_IO", "", None, ""),
    (23, "system user", "Query", "applying", "INSERT", ""),
    (24, "event_scheduler", "Daemon", "", None, "localhost"),
    (25, "unauthenticated user", "Connect", "login", None, "10.0.0.9:4"),
)
OURSELVES = (1, "root", "Query", "", "SELECT id", "localhost")


def test_the_sessions_of_clients_are_ended_whatever_they_say_and_no_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sessions = Sessions(*CLIENTS, *MACHINES, OURSELVES)
    server, _ = talk(monkeypatch, MARIADB, sessions)
    server.close_writes(lambda: 10.0)
    assert sessions.ended == [row[0] for row in CLIENTS]


def test_a_replica_is_known_by_its_session_and_not_by_what_a_client_says(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    server, _ = talk(monkeypatch, MARIADB, Sessions(*CLIENTS, *MACHINES, OURSELVES))
    assert server.dump_hosts() == ("10.0.0.2", "10.0.0.3")


def test_a_lock_that_stands_in_the_way_of_closing_is_ended_with_its_session(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sessions = Sessions(*CLIENTS, OURSELVES)

    def locked(statement: str, values: tuple[object, ...]) -> list[tuple[object, ...]]:
        if statement == "SET GLOBAL read_only = 1" and not sessions.ended:
            raise Fault(1205, "Lock wait timeout exceeded")
        return sessions(statement, values)

    server, script = talk(monkeypatch, MARIADB, locked)
    server.close_writes(lambda: 10.0)
    assert script.statements.count("SET GLOBAL read_only = 1") == 2
    assert {row[0] for row in CLIENTS} <= set(sessions.ended)


def test_an_account_that_may_not_close_the_server_is_not_used_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    users: list[str] = []

    def grants(statement: str, values: tuple[object, ...]) -> list[tuple[object, ...]]:
        if statement == "SHOW GRANTS" and users[-1] == "repl_user":
            return [("GRANT SUPER, PROCESS, RELOAD ON *.* TO `repl_user`@`localhost`",)]
        return usual(statement, values)

    server, script = talk(monkeypatch, MARIADB, grants)
    monkeypatch.setattr(type(script), "connect", lambda self, **given: users.append(given["user"]) or self)
    server.open_writes()
    assert users == ["repl_user", "root"]


def test_a_replica_that_cannot_read_its_own_notes_is_set_up_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    def spoilt(statement: str, values: tuple[Any, ...]) -> list[tuple[Any, ...]]:
        if statement.startswith("CHANGE") and "RESET SLAVE ALL" not in script.statements:
            raise Fault(1201, "Could not initialize master info structure for ''")
        return usual(statement, values)

    server, script = talk(monkeypatch, MARIADB, spoilt)
    server.follow(SOURCE)
    steps = [told.split(" MASTER_HOST")[0] for told in script.statements]
    there = steps.index("CHANGE MASTER TO")
    assert steps[there : there + 3] == ["CHANGE MASTER TO", "RESET SLAVE ALL", "CHANGE MASTER TO"]
    assert steps[-1] == "START SLAVE"


def test_a_source_that_the_server_refuses_for_another_reason_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def strict(statement: str, values: tuple[Any, ...]) -> list[tuple[Any, ...]]:
        if statement.startswith("CHANGE"):
            raise Fault(1210, "Incorrect arguments to MASTER_HOST")
        return usual(statement, values)

    server, script = talk(monkeypatch, MARIADB, strict)
    with pytest.raises(SqlRefused, match="1210"):
        server.follow(SOURCE)
    assert "RESET SLAVE ALL" not in script.statements
