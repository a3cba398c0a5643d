"""What a database, its replicas and the cluster's records say, whatever has become of it."""

from __future__ import annotations

import pytest
from fuzz_texts import fuzzed, raw, texts, told
from hypothesis import given
from hypothesis import strategies as st

from ocf_agents.mysql import dialect, gtid
from ocf_agents.mysql.diagnosis import PROMOTED_SCORE, Case, code_of, diagnose
from ocf_agents.mysql.look import ANSWERS, Look, judge, read
from ocf_agents.mysql.pact import Pact, Report

pytestmark = pytest.mark.long

STATUS = (
    "*************************** 1. row ***************************\nVariable_name: read_only\n        Value: ON\n"
    "Variable_name: gtid_binlog_state\n        Value: 0-1-100,0-2-150\nVariable_name: gtid_slave_pos\n"
    "        Value: 0-2-150\nVariable_name: Rpl_semi_sync_master_clients\n        Value: 1\ndumps: 1\n"
    "               Slave_IO_State: Waiting\n Master_Host: n1\n Slave_IO_Running: Yes\n Slave_SQL_Running: Yes\n"
    " Last_SQL_Errno: 0\n Last_SQL_Error: \n Seconds_Behind_Master: 0\n Gtid_IO_Pos: 0-2-151\n"
)
SETS = "3e11fa47-71ca-11e1-9e33-c80aa9429562:1-5:7,\n3E11FA47-71CA-11E1-9E33-C80AA9429563:tag:1"


@fuzzed
@given(texts(STATUS, STATUS.replace("Slave", "Replica").replace("Master", "Source")), st.booleans())
def test_a_look_at_a_server_always_means_a_state_and_never_too_much(output: str, opened: bool) -> None:
    seen = read(output)
    found = diagnose(Case(seen, opened=opened))
    code = code_of(found.state, opened)
    # A server that answers runs; and only one that is known to be open is the primary.
    assert code != 7
    if seen.read_only or seen.source or not opened:
        assert code != 8
        assert found.score != PROMOTED_SCORE
    told(lambda: (seen.drained, seen.position), ValueError)


@fuzzed
@given(st.integers(-20, 20), texts("ERROR 1040 (HY000): Too many connections", "ERROR 2002 (HY000): Can't"))
def test_a_client_that_failed_is_told_apart_whatever_it_says(code: int, errors: str) -> None:
    answer, _ = judge(code, errors)
    assert answer != ANSWERS
    if code and not errors.strip():
        assert answer


@fuzzed
@given(texts("0-1-100,0-2-150", SETS, "1|bin.000001|328"), texts("0-1-99", SETS, "1|bin.000002|4"))
def test_a_position_is_understood_or_refused_and_covers_itself(one: str, other: str) -> None:
    both, _ = told(lambda: (gtid.parse(one), gtid.parse(other)), ValueError)
    if both is None:
        return
    first, second = both
    assert gtid.covers(first, first)
    assert gtid.covers(first, second) in (True, False)
    if type(first) is type(second):
        both = first.joined(second)  # type: ignore[arg-type]
        assert gtid.covers(both, first) or isinstance(first, (gtid.Coordinates, gtid.Domains))


@fuzzed
@given(texts("primary=n1;standbys=n2,n3;invited=;position=0-1-5"))
def test_a_pact_is_one_or_none(text: str) -> None:
    found = Pact.read(text)
    if found is not None:
        assert found.names(found.primary)
        assert all(found.names(name) for name in found.standbys)
        assert isinstance(found.witnesses("n1"), tuple)


@fuzzed
@given(texts("n1;acks;0-1-5,0-2-9;closed", ";;;", f";;{SETS};"))
def test_a_report_is_one_or_none(text: str) -> None:
    found = Report.read(text)
    assert found is None or Report.read(found.write()) is not None


@fuzzed
@given(texts("mysqld  Ver 10.11.14-MariaDB-0+deb12u2 for debian", "mysqld  Ver 8.4.0 for Linux", "8.0.36-28"))
def test_a_version_is_one_or_refused(text: str) -> None:
    found, refusal = told(lambda: dialect.version(text), ValueError)
    assert len(refusal) < 200
    for topic in dialect.WORDS if found else ():
        assert isinstance(dialect.word(topic, found), str)


@fuzzed
@given(raw(STATUS))
def test_a_look_that_is_no_text_is_harmless(output: bytes) -> None:
    seen = read(output.decode("utf-8", "surrogateescape"))
    assert isinstance(seen, Look)
