"""A driver of the database that writes down what a server is told, and answers from a script."""

from __future__ import annotations

import re
import sqlite3
from typing import Any, Callable, Optional

from ocf_agents.mysql import server as sql
from ocf_agents.mysql.dialect import version
from ocf_agents.mysql.look import Login

Answer = Callable[[str, tuple[Any, ...]], "list[tuple[Any, ...]]"]
HOLDS = {
    "@@GLOBAL.gtid_binlog_state": "0-1-100",
    "@@GLOBAL.gtid_executed": "",
    "@@GLOBAL.gtid_slave_pos": "",
    "@@GLOBAL.gtid_owned": "",
}


class Fault(Exception):
    """The server refuses: a number and its words."""


class Script:
    """Both the driver and its one connection."""

    MySQLError = Fault
    description = ()

    def __init__(self, answer: Optional[Answer] = None) -> None:
        self.told: list[tuple[str, tuple[Any, ...]]] = []
        self.answer = answer or usual
        self.found: list[tuple[Any, ...]] = []

    @property
    def statements(self) -> list[str]:
        return [statement for statement, _ in self.told]

    @property
    def change(self) -> str:
        """The one statement that said whom to follow, and from where."""
        (told,) = [told for told in self.statements if told.startswith("CHANGE")]
        return told

    def connect(self, **_: Any) -> Script:
        return self

    def cursor(self, *_: Any) -> Script:
        return self

    def __enter__(self) -> Script:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def execute(self, statement: str, values: Any = None) -> None:
        self.told.append((statement, tuple(values or ())))
        self.found = self.answer(statement, tuple(values or ()))

    def fetchall(self) -> list[tuple[Any, ...]]:
        return self.found


def usual(statement: str, _: tuple[Any, ...]) -> list[tuple[Any, ...]]:
    """A healthy server's answer, as far as anybody asks."""
    if statement == "SHOW GRANTS":
        return [("GRANT ALL PRIVILEGES ON *.* TO `root`@`localhost`",)]
    if statement.startswith("SELECT @@"):
        return [tuple(HOLDS.get(word.strip(), 1) for word in statement.removeprefix("SELECT ").split(","))]
    if statement.startswith(("SHOW MASTER STATUS", "SHOW BINARY LOG STATUS")):
        return [("bin.000001", 328, "", "", "")]
    return []


def talk(monkeypatch: Any, text: str, answer: Optional[Answer] = None) -> tuple[sql.Server, Script]:
    """A server of a version, and the script of what it is told."""
    script = Script(answer)
    monkeypatch.setattr(sql, "import_driver", lambda *_, **__: script)
    login = Login("repl_user", "s3cret repl'\"", "/run/mysqld/mysqld.sock")
    return sql.Server(login, version(text), lambda _: None), script


class Sessions:
    """The sessions of a server, asked in SQL: what a statement chooses is what a database would."""

    COLUMNS = ("id", "user", "command", "state", "info", "host")

    def __init__(self, *rows: tuple[Any, ...]) -> None:
        self.ended: list[int] = []
        self.base = sqlite3.connect(":memory:")
        self.base.execute("ATTACH ':memory:' AS information_schema")
        self.base.execute(f"CREATE TABLE information_schema.processlist ({', '.join(self.COLUMNS)})")
        self.base.executemany("INSERT INTO information_schema.processlist VALUES (?, ?, ?, ?, ?, ?)", rows)
        self.base.create_function("CONNECTION_ID", 0, lambda: 1)

    def __call__(self, statement: str, values: tuple[Any, ...]) -> list[tuple[Any, ...]]:
        if "information_schema" in statement:
            return self.base.execute(statement.replace("%s", "?"), values).fetchall()
        found = re.fullmatch(r"KILL (\d+)", statement)
        if found:
            self.ended.append(int(found[1]))
        return usual(statement, values)
