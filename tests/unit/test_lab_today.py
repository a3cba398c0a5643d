"""What a lab needs from Pacemaker 3 and MariaDB 11, which no longer know some words of 2012."""

from __future__ import annotations

import pytest

from ocf_agents.lab.mariadb import CLONE
from ocf_agents.lab.pacemaker import of_today
from ocf_agents.mysql.dialect import version
from ocf_agents.readiness.databases import needed


def test_lines_of_2012_are_written_in_the_words_of_today() -> None:
    assert of_today(CLONE.format(nodes=2)) == (
        'clone ms_MySQL clustermysql meta promotable=true promoted-max="1" promoted-node-max="1" clone-max="2" '
        'clone-node-max="1" notify="true" globally-unique="false" target-role="Promoted" is-managed="true"\n'
        "colocation masterIP_on_mysqlMaster inf: mysqlmasterIP ms_MySQL:Promoted\n"
        "order mysqlPromote_before_IP inf: ms_MySQL:promote mysqlmasterIP:start\n"
    )


@pytest.mark.parametrize(
    ("line", "today"),
    [
        ('op monitor interval="5s" role="Master"', 'op monitor interval="5s" role="Promoted"'),
        ("op monitor interval=2s role=Slave", "op monitor interval=2s role=Unpromoted"),
        ("primitive Master ocf:pacemaker:Dummy", "primitive Master ocf:pacemaker:Dummy"),
        ("clone c p meta promotable=true promoted-max=1", "clone c p meta promotable=true promoted-max=1"),
    ],
)
def test_only_what_has_another_name_now_changes(line: str, today: str) -> None:
    assert of_today(line) == today


@pytest.mark.parametrize(
    ("server", "also"),
    [
        ("10.11.6-MariaDB", set()),
        ("8.4.6", set()),
        ("11.0.2-MariaDB", {"SLAVE MONITOR"}),
        ("11.8.6-MariaDB", {"SLAVE MONITOR"}),
    ],
)
def test_an_account_needs_a_grant_of_its_own_where_super_no_longer_has_it(
    server: str, also: set[str]
) -> None:
    assert set(needed(version(server))) - set(needed(version("5.7.44"))) == also
