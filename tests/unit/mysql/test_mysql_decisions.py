"""What a look means, and who may lead."""

from __future__ import annotations

from decimal import Decimal

import pytest

from ocf_agents.mysql.diagnosis import KEEP, PROMOTED_SCORE, STATES, Case, code_of, diagnose
from ocf_agents.mysql.election import Candidate, elect
from ocf_agents.mysql.gtid import domains
from ocf_agents.mysql.look import ANSWERS, CROWDED, DENIED, SILENT, Look, judge, quoted, read, tabled
from ocf_agents.mysql.pact import Pact, Report

REPLICA = Look(ANSWERS, source="n1", receiving="Yes", applying="Yes", lag=0)
PRIMARY = Look(ANSWERS, read_only=False)


def but(look: Look, **changes: object) -> Look:
    return Look(**{**look.__dict__, **changes})


SCENES = {
    "rebuilding": (Case(Look(SILENT), rebuilding="is being rebuilt from n1"), 190, None),
    "silent": (Case(Look(SILENT)), 1, None),
    "crowded": (Case(Look(CROWDED)), 190, KEEP),
    "denied": (Case(Look(DENIED)), 190, KEEP),
    "plain": (Case(PRIMARY, replicated=False), 0, None),
    "single": (Case(PRIMARY, single=True), 9, None),
    "misplaced": (Case(but(PRIMARY, read_only=True), stray="it is elsewhere", closed=True), 9, None),
    "two-minded": (Case(but(PRIMARY, source="n1"), opened=True), 9, None),
    "opened by hand": (Case(PRIMARY), 9, None),
    "stray": (Case(PRIMARY, opened=True, stray="it is elsewhere"), 190, PROMOTED_SCORE),
    "primary": (Case(PRIMARY, opened=True), 8, PROMOTED_SCORE),
    "quarantined": (Case(REPLICA, quarantine="it has 0-1-5"), 190, None),
    "unfit": (Case(but(REPLICA, unfit="has gtid_mode=OFF")), 190, None),
    "turned away": (Case(Look(ANSWERS), turned_away="n1 turns repl_user away: 1045"), 190, None),
    "doubtful": (Case(Look(ANSWERS), doubt="its relay log was restarted"), 190, None),
    "long detached": (Case(Look(ANSWERS), alone=True), 190, 500),
    "detached": (Case(Look(ANSWERS)), 0, 500),
    "broken": (Case(but(REPLICA, applying="No", trouble="error 1062: Duplicate")), 190, None),
    "deaf": (Case(but(REPLICA, receiving="No", refusal="error 1236: not in the log")), 190, 1000),
    "long cut off": (Case(but(REPLICA, receiving="Connecting", lag=None), alone=True), 190, 1000),
    "cut off": (Case(but(REPLICA, receiving="Connecting", lag=None)), 0, 1000),
    "outdated": (Case(but(REPLICA, lag=4000), evict=True), 1, None),
    "lagging": (Case(but(REPLICA, lag=4000)), 190, None),
    "joining": (Case(REPLICA, eligible=False), 0, None),
    "replica": (Case(REPLICA), 0, 1000),
}


def test_there_is_a_scene_for_every_state() -> None:
    assert list(SCENES) == [state.name for state in STATES]


@pytest.mark.parametrize("name", SCENES)
def test_each_look_means_one_state(name: str) -> None:
    case, code, score = SCENES[name]
    found = diagnose(case)
    assert (found.state.name, found.state.code, found.score) == (name, code, score)


def test_a_replica_whose_lag_is_unknown_is_never_a_candidate() -> None:
    assert diagnose(Case(but(REPLICA, lag=None))).score is None


def test_whoever_is_not_on_record_has_no_score_however_healthy() -> None:
    assert diagnose(Case(Look(ANSWERS), eligible=False)).score is None
    assert diagnose(Case(but(REPLICA, receiving="No"), eligible=False)).score is None


def test_a_joining_replica_never_outranks_a_primary() -> None:
    scores = [state.score for state in STATES if state.score not in (None, PROMOTED_SCORE)]
    assert all(score < PROMOTED_SCORE for score in scores)


def test_too_many_connections_are_a_degraded_primary_not_a_dead_one() -> None:
    found = diagnose(Case(Look(CROWDED, "ERROR 1040 (HY000): Too many connections"), opened=True))
    assert code_of(found.state, opened=True) == 191
    assert code_of(found.state, opened=False) == 190


def test_a_hung_primary_fails_as_a_promoted_one() -> None:
    assert code_of(diagnose(Case(Look(SILENT), opened=True)).state, opened=True) == 9


@pytest.mark.parametrize(
    ("errors", "answer"),
    [
        ("ERROR 1040 (HY000): Too many connections", CROWDED),
        (
            "ERROR 2002 (HY000): Received error packet before completion of TLS handshake. The authenticity "
            "of the following error cannot be verified: 1040 - Too many connections",
            CROWDED,
        ),
        ("ERROR 1045 (28000): Access denied for user 'x'@'localhost'", DENIED),
        ("ERROR 2002 (HY000): Can't connect to local server through socket", SILENT),
        ("ERROR 1227 (42000) at line 3: Access denied; you need PROCESS", ""),
        ("", ""),
    ],
)
def test_the_clients_errors_are_told_apart_by_number(errors: str, answer: str) -> None:
    assert judge(1 if errors else 0, errors)[0] == answer


def test_a_client_that_dies_without_a_word_is_no_answer() -> None:
    assert judge(-11, "")[0] == SILENT


def test_a_text_in_an_error_message_cannot_pass_for_a_variable() -> None:
    seen = read(
        "Variable_name: read_only\n        Value: ON\n"
        "  Master_Host: n1\n   Last_SQL_Errno: 1062\n"
        "   Last_SQL_Error: Duplicate\nVariable_name: read_only\n        Value: OFF\nSlave_IO_Running: Yes\n"
    )
    assert seen.read_only
    assert "1062" in seen.trouble


def test_new_and_old_columns_read_alike() -> None:
    new = read(
        "Source_Host: n1\nReplica_IO_Running: Yes\nReplica_SQL_Running: Yes\nSeconds_Behind_Source: 3\n"
    )
    old = read("Master_Host: n1\nSlave_IO_Running: Yes\nSlave_SQL_Running: Yes\nSeconds_Behind_Master: 3\n")
    assert new == old
    assert (new.source, new.lag) == ("n1", 3)


def test_a_source_that_cannot_be_reached_is_no_fault_of_the_replica() -> None:
    assert read("Last_IO_Errno: 2003\nLast_IO_Error: cannot connect\n").refusal == ""
    assert read("Last_IO_Errno: 1236\nLast_IO_Error: not in the log\n").refusal != ""


def test_a_replica_that_is_refused_has_all_that_it_received_and_may_lead() -> None:
    assert read("Last_IO_Errno: 1236\nLast_IO_Error: not in the log\n").trouble == ""


def test_a_password_of_any_characters_stays_within_its_quotes() -> None:
    assert quoted('a"b\\c\nd') == '"a\\"b\\\\c\\nd"'


# Who may lead.

PACT = Pact("n1", ("n2", "n3"))


def verdict(name: str, position: str, pact: Pact | None = PACT, **heard: str) -> tuple[bool, str]:
    found = elect(Candidate(name, domains(position), {n: domains(p) for n, p in heard.items()}, pact))
    return found.allowed, found.better


def test_a_standby_leads_only_after_all_standbys_were_heard() -> None:
    assert verdict("n2", "0-1-9") == (False, "")
    assert verdict("n2", "0-1-9", n3="0-1-9") == (True, "")
    assert verdict("n2", "0-1-9", n3="0-1-8") == (True, "")


def test_a_standby_gives_way_to_a_better_one() -> None:
    assert verdict("n2", "0-1-8", n3="0-1-9") == (False, "n3")
    assert verdict("n2", "0-1-8", n3="0-1-8", n1="0-1-9") == (False, "n1")


def test_the_dead_primary_need_not_be_heard() -> None:
    assert verdict("n2", "0-1-9", Pact("n1", ("n2",))) == (True, "")


def test_whoever_is_not_on_record_never_leads() -> None:
    assert verdict("n4", "0-1-99", n2="0-1-9", n3="0-1-9") == (False, "")
    assert verdict("n1", "0-1-99", Pact("", ("n2",)), n2="0-1-9") == (False, "")


def test_a_primary_that_nobody_followed_leads_again() -> None:
    assert verdict("n1", "0-1-9", Pact("n1")) == (True, "")
    assert verdict("n1", "0-1-9", Pact("n1"), n2="0-2-100") == (True, "")


def test_without_a_pact_the_furthest_leads() -> None:
    assert verdict("n1", "0-1-8", None, n2="0-1-9") == (False, "n2")
    assert verdict("n2", "0-1-9", None, n1="0-1-8") == (True, "")


@pytest.mark.parametrize("pact", [PACT, Pact("n1"), Pact("", ("n2",), "n3", "0-1-5")])
def test_a_pact_survives_being_written_and_read(pact: Pact) -> None:
    assert Pact.read(pact.write()) == pact


@pytest.mark.parametrize("text", [None, "", "10.0.0.1", "10.0.0.1|mysql-bin.000001|328", "primary=n1"])
def test_what_is_no_pact_is_none(text: str | None) -> None:
    assert Pact.read(text) is None


def test_a_report_survives_being_written_and_read() -> None:
    report = Report("n1", True, domains("0-1-5,0-2-9"), "closed")
    assert Report.read(report.write()) == report
    assert Report.read("n1;acks;nonsense;") is None


APPLIER = """\
Variable_name: gtid_slave_pos
        Value: 0-1-100
Slave_SQL_Running: Yes
Slave_SQL_Running_State: {state}
working: {working}
Master_Host: n1
"""


@pytest.mark.parametrize(
    ("state", "working", "drained"),
    [
        ("Slave has read all relay log; waiting for more updates", "0", True),
        ("Slave has read all relay log; waiting for more updates", "NULL", True),
        ("Slave has read all relay log; waiting for more updates", "2", False),
        ("Replica has read all relay log; waiting for more updates", "0", True),
        ("Reading event from the relay log", "0", False),
        ("", "0", False),
    ],
)
def test_everything_is_applied_only_when_no_worker_is_busy_any_more(
    state: str, working: str, drained: bool
) -> None:
    assert read(APPLIER.format(state=state, working=working)).drained is drained


def test_a_look_through_the_driver_is_the_one_through_the_client() -> None:
    printed = "\n".join(
        (
            "Variable_name: read_only", "Value: OFF", "Variable_name: gtid_binlog_state", "Value: 0-1-7",
            "Variable_name: gtid_slave_pos", "Value: ", "dumps: 1", "receiver: 0", "applier: 12",
            "Master_Host: n1", "Slave_IO_Running: No", "Slave_SQL_Running: Yes", "Seconds_Behind_Master: NULL",
            "Gtid_IO_Pos: 0-1-9",
        )
    )  # fmt: skip
    names = ("Master_Host", "Slave_IO_Running", "Slave_SQL_Running", "Seconds_Behind_Master", "Gtid_IO_Pos")
    answers = (
        (
            ("Variable_name", "Value"),
            [("read_only", "OFF"), ("gtid_binlog_state", "0-1-7"), ("gtid_slave_pos", "")],
        ),
        (("dumps", "receiver", "applier"), [(Decimal(1), 0, 12)]),
        (names, [("n1", "No", "Yes", None, "0-1-9")]),
    )
    assert tabled(answers) == read(printed)
    assert tabled(answers).applier == "12"
