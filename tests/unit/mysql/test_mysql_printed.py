"""What MySQL's own client prints, as seen with servers of 5.7 to 9.7."""

from __future__ import annotations

from ocf_agents.mysql.gtid import sets
from ocf_agents.mysql.look import read
from ocf_agents.system.unchanged import folded, sorted_out

ONE, OTHER = "3e11fa47-71ca-11e1-9e33-c80aa9429562", "b18e152c-e5a4-11f1-9bb4-024f4346030b"
HISTORY = f"{ONE}:1-5,\n{ONE}:nova:1-2,\n{OTHER}:1-{{last}}"
"""After a failover a set has two servers in it, and the client puts each on a line of its own."""
PRINTED = f"""\
*************************** 1. row ***************************
Variable_name: gtid_executed
        Value: {HISTORY}
*************************** 2. row ***************************
Variable_name: gtid_mode
        Value: ON
*************************** 1. row ***************************
             Replica_IO_State: Waiting for source to send event
                  Source_Host: 10.0.0.2
               Last_SQL_Errno: 1062
               Last_SQL_Error: Duplicate entry for keys a, b,
  Replicate_Ignore_Server_Ids:
           Retrieved_Gtid_Set: {HISTORY}
            Executed_Gtid_Set: {HISTORY}
                Auto_Position: 1
"""


def test_a_set_with_transactions_of_two_servers_is_read_to_its_end() -> None:
    seen = read(PRINTED.format(last=7))
    wanted = sets(HISTORY.format(last=7))
    assert seen.history == wanted
    assert seen.position == wanted
    assert seen.drained


def test_a_text_that_ends_in_a_comma_swallows_nothing() -> None:
    assert len(folded(PRINTED.format(last=7))) == len(PRINTED.splitlines()) - 6
    assert read(PRINTED.format(last=7)).trouble.endswith("keys a, b,")


def test_the_transactions_of_a_second_server_are_no_change_of_a_replica() -> None:
    moves = {"gtid_executed", "Retrieved_Gtid_Set", "Executed_Gtid_Set"}
    program = {"moves": moves, "limits": {}}
    before, after = (sorted_out(PRINTED.format(last=last), program)[0] for last in (7, 8))
    assert before == after
    assert not [line for line in before if OTHER in line]
