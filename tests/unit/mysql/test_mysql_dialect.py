"""One word for each flavour and version."""

from __future__ import annotations

import pytest

from ocf_agents.mysql.dialect import WORDS, Version, column, version, word

VERSIONS = {
    "5.7.44": ("SHOW SLAVE STATUS", "SHOW MASTER STATUS", "CHANGE MASTER TO"),
    "8.0.21": ("SHOW SLAVE STATUS", "SHOW MASTER STATUS", "CHANGE MASTER TO"),
    "8.0.22": ("SHOW REPLICA STATUS", "SHOW MASTER STATUS", "CHANGE MASTER TO"),
    "8.0.23": ("SHOW REPLICA STATUS", "SHOW MASTER STATUS", "CHANGE REPLICATION SOURCE TO"),
    "8.2.0": ("SHOW REPLICA STATUS", "SHOW BINARY LOG STATUS", "CHANGE REPLICATION SOURCE TO"),
    "8.4.5": ("SHOW REPLICA STATUS", "SHOW BINARY LOG STATUS", "CHANGE REPLICATION SOURCE TO"),
    "9.3.0": ("SHOW REPLICA STATUS", "SHOW BINARY LOG STATUS", "CHANGE REPLICATION SOURCE TO"),
    "10.5.29-MariaDB": ("SHOW SLAVE STATUS", "SHOW MASTER STATUS", "CHANGE MASTER TO"),
    "11.8.2-MariaDB-log": ("SHOW SLAVE STATUS", "SHOW MASTER STATUS", "CHANGE MASTER TO"),
}


@pytest.mark.parametrize("text", VERSIONS)
def test_each_version_hears_the_statements_that_it_knows(text: str) -> None:
    found = tuple(word(topic, version(text)) for topic in ("show replica", "show log", "change source"))
    assert found == VERSIONS[text]


@pytest.mark.parametrize("text", ["8.4.5", "9.3.0"])
def test_no_version_without_the_old_words_hears_one(text: str) -> None:
    for topic in WORDS:
        assert not {"MASTER", "SLAVE"} & set(word(topic, version(text)).upper().replace("_", " ").split())


def test_the_version_is_found_in_what_the_program_prints() -> None:
    printed = "mysqld  Ver 10.11.19-MariaDB-0+deb12u1 for debian-linux-gnu on x86_64 (Debian 12)"
    assert version(printed) == Version("mariadb", (10, 11, 19))
    assert version("/usr/sbin/mysqld  Ver 8.0.36 for Linux on x86_64 (Source distribution)").number == (
        8,
        0,
        36,
    )
    with pytest.raises(ValueError, match="names no version"):
        version("segmentation fault")


@pytest.mark.parametrize(
    ("text", "rolls_back", "keeps"),
    [
        ("10.5.24-MariaDB", "", ""),
        ("10.11.7-MariaDB", "", ""),
        ("10.11.8-MariaDB", "--init-rpl-role=SLAVE", "--init-rpl-role=MASTER"),
        ("8.4.0", "", ""),
    ],
)
def test_only_a_server_that_knows_its_role_is_told_it(text: str, rolls_back: str, keeps: str) -> None:
    assert word("replica role", version(text)) == rolls_back
    assert word("primary role", version(text)) == keeps


def test_columns_are_known_by_their_old_names() -> None:
    assert column("Seconds_Behind_Source") == "Seconds_Behind_Master"
    assert column("Replica_IO_Running") == "Slave_IO_Running"
    assert column("Relay_Source_Log_File") == "Relay_Master_Log_File"
    assert column("Read_Source_Log_Pos") == "Read_Master_Log_Pos"
