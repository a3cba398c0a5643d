"""What each agent for this database needs to work as well as its own documentation allows."""

from __future__ import annotations

from dataclasses import dataclass

GRANTS = """\
GRANT ALL ON *.* TO repl_user@localhost;
GRANT ALL ON *.* TO test_user@localhost;
GRANT REPLICATION CLIENT, REPLICATION SLAVE, SUPER, PROCESS, RELOAD ON *.* TO repl_user@'10.77.%.%';
"""
BEGINNING = "INSERT INTO mysql.gtid_slave_pos (domain_id, sub_id, server_id, seq_no) VALUES (0, 1, 9, 1);\n"
"""All servers begin with the same position, which is not empty."""


@dataclass(frozen=True)
class Needs:
    """Parameters beside those of 2012, statements for the accounts, and lines for the server's options."""

    parameters: str = 'evict_outdated_slaves="false"'
    accounts: str = ""
    options: str = ""


NEEDS = {
    # MariaDB 10.11 took READ_ONLY ADMIN and others out of SUPER, which its documentation asks for.
    "ocf:heartbeat:mysql": Needs(accounts=GRANTS),
    # It elects by one number per server, sets up semi-synchronous replication with the test account, and
    # loses the option that it gives the server for its log.
    "ocf:heartbeat:mariadb": Needs(
        'node_list="{nodes}"', GRANTS + BEGINNING, "log_slave_updates = 1\ngtid_strict_mode = 1\n"
    ),
}


def needs(agent: str) -> Needs:
    """What an agent needs; ours needs nothing that the configuration of 2012 has not."""
    return NEEDS.get(agent, Needs())
