"""Where the applier goes on in a relay log, as recorded from MariaDB 10.11 after its death."""

from __future__ import annotations

from typing import Any

import pytest

from ocf_agents.mysql.driver import SqlRefused
from ocf_agents.mysql.gtid import domains
from ocf_agents.mysql.relay_log import EVENTS, FIRST, events, following, resumption
from ocf_agents.system.errors import Refused

LOG, NEXT = "b-relay-bin.000002", "b-relay-bin.000003"


def transaction(number: int, file: str = LOG) -> list[tuple[Any, ...]]:
    at = FIRST + 100 * number
    return [
        (file, at, "Gtid", 1, at + 42, f"BEGIN GTID 0-1-{number}"),
        (file, at + 42, "Query", 1, at + 69, "insert into d.t (x) values (1)"),
        (file, at + 69, "Xid", 1, at + 100, "COMMIT /* xid=30 */"),
    ]


class Logs:
    """A server with relay logs; one may be cut off after so many events."""

    def __init__(self, logs: dict[str, list[tuple[Any, ...]]], cut: dict[str, int]) -> None:
        self.logs, self.cut = logs, cut

    def ask(self, statement: str, values: tuple[str]) -> list[tuple[Any, ...]]:
        (file,) = values
        place, limit = (int(statement.split(word)[1].split(maxsplit=1)[0]) for word in ("FROM ", "LIMIT "))
        if file not in self.logs:
            raise SqlRefused(statement, Exception(1220, "SHOW BINLOG EVENTS: Could not find target log"))
        rows = [row for row in self.logs[file] if row[1] >= place]
        if file in self.cut and place and limit > len([r for r in rows if r[1] < self.cut[file]]):
            raise SqlRefused(statement, Exception(1220, "SHOW BINLOG EVENTS: Wrong offset or I/O error"))
        return rows[:limit]


def test_the_applier_goes_on_after_what_is_committed_though_its_note_lags_behind() -> None:
    logs = Logs({LOG: transaction(5) + transaction(6) + transaction(7)}, {})
    found = resumption(events(logs.ask, LOG, 504), domains("0-1-6"))
    assert found == (LOG, FIRST + 700)


def test_nothing_is_lacking_where_everything_is_committed() -> None:
    logs = Logs({LOG: transaction(5)}, {})
    assert resumption(events(logs.ask, LOG, FIRST), domains("0-1-5")) is None


def test_a_hole_between_what_is_committed_and_the_log_is_refused() -> None:
    logs = Logs({LOG: transaction(7)}, {})
    with pytest.raises(Refused, match=r"goes on at 0-7, and this server ends at 0-5"):
        resumption(events(logs.ask, LOG, FIRST), domains("0-1-5"))


def test_a_log_that_was_cut_off_is_read_up_to_there_and_the_next_one_follows() -> None:
    first = transaction(5) + transaction(6)
    logs = Logs({LOG: first, NEXT: transaction(6, NEXT)}, {LOG: FIRST + 600})
    assert resumption(events(logs.ask, LOG, FIRST), domains("0-1-4")) == (LOG, FIRST + 500)
    assert resumption(events(logs.ask, LOG, FIRST), domains("0-1-5")) == (NEXT, FIRST + 600)


def test_a_long_log_is_read_to_its_end() -> None:
    logs = Logs({LOG: [row for number in range(1, EVENTS) for row in transaction(number)]}, {})
    last = EVENTS - 1
    assert resumption(events(logs.ask, LOG, FIRST), domains(f"0-1-{last - 1}")) == (LOG, FIRST + 100 * last)


def test_the_log_after_the_last_of_its_length_is_longer() -> None:
    assert following("x.000009") == "x.000010"
    assert following("x.999999") == "x.1000000"
    assert following("nonsense") == ""


def test_an_event_without_a_number_is_refused() -> None:
    with pytest.raises(Refused, match="names no transaction"):
        resumption([(LOG, 4, "Gtid", 1, 46, "what")], domains(""))
