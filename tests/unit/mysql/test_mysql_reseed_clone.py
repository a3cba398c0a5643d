"""MySQL's own way: who may clone, what it is told, and what its server of the moment is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import rebuilding as re
from rebuilding import DATADIR, PLUGIN, attempt, be_mysql, turn, untouched

from ocf_agents.mysql.reseed.attempt import FAILED, LISTENS, READY
from ocf_agents.mysql.reseed.clone import Cloner
from ocf_agents.mysql.reseed.order import Order
from ocf_agents.system.errors import Refused

if TYPE_CHECKING:
    from pathlib import Path

    from database import Cluster, Node

GRANTS = "GRANT BACKUP_ADMIN ON *.* TO `repl_user`@`%`"
INSTALL = "INSTALL PLUGIN clone SONAME 'mysql_clone.so'"


@pytest.fixture
def cloning(parted: Cluster) -> Node:
    """n2 clones n1."""
    for node in parted.nodes.values():
        be_mysql(node)
    parted.nodes["n1"].server.grants = GRANTS
    turn(parted)
    return parted.nodes["n2"]


def test_a_server_that_was_set_apart_is_to_clone_the_primary_with_its_own_login(cloning: Node) -> None:
    assert attempt(cloning).phase == LISTENS
    assert cloning.spawned[-1].argv[-2] == "clone"
    order = cloning.order  # type: ignore[attr-defined]
    assert order.login == ("repl_user", "s3cret repl'\"")
    assert "s3cret" not in "".join(cloning.spawned[-1].argv)


def test_the_primary_makes_itself_ready_and_says_where_it_is(parted: Cluster, cloning: Node) -> None:
    primary = parted.nodes["n1"]
    assert INSTALL in primary.server.done
    order = primary.order  # type: ignore[attr-defined]
    assert (order.source, order.backup, order.refusal) == ("n1 3306", (), "")


def test_a_primary_without_the_plugin_says_so_to_whoever_asks(
    parted: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> None:
        raise Refused("root at /run/mysqld/mysqld.sock: Access denied")

    primary = parted.nodes["n1"]
    monkeypatch.setattr(primary.server, "as_root", refuse)
    for node in parted.nodes.values():
        be_mysql(node)
    primary.server.grants = GRANTS
    turn(parted)
    refusal = primary.order.refusal  # type: ignore[attr-defined]
    assert refusal == "n1 has no clone plugin: root at /run/mysqld/mysqld.sock: Access denied"


def test_a_clone_that_does_not_say_where_it_ends_is_not_used(parted: Cluster, cloning: Node) -> None:
    re.tell(cloning, phase=READY)
    turn(parted)
    assert attempt(cloning).phase == FAILED
    assert "does not say where it ends" in attempt(cloning).reason
    assert untouched(cloning)


def test_a_clone_that_says_where_it_ends_gets_the_word(parted: Cluster, cloning: Node) -> None:
    re.tell(cloning, phase=READY, position="0-1-100")
    turn(parted)
    assert re.told(cloning)


def test_replication_that_is_encrypted_does_not_stand_in_the_way(parted: Cluster) -> None:
    node = parted.nodes["n2"]
    be_mysql(node)
    parted.nodes["n1"].server.grants = GRANTS
    node.monitor(reseed="auto", replication_master_ssl_ca="/etc/ca.pem")
    order = node.order  # type: ignore[attr-defined]
    assert (order.encrypted, order.options) == (True, ("--clone-ssl-ca=/etc/ca.pem",))


def test_what_a_clone_lacks_is_found_before_it_is_needed(whole: Cluster) -> None:
    re.equip(whole)
    node = whole.nodes["n2"]
    be_mysql(node)
    node.server.variables["plugin_dir"] = "/usr/lib/mysql/plugin/"
    node.remove(PLUGIN)
    reason = node.do("validate-all", depth=10, reseed="auto").reason
    assert "mysql_clone.so: not installed on this node" in reason
    assert "reseed=auto: repl_user lacks BACKUP_ADMIN on n1: GRANT it there" in reason


def cloner(directory: Path, *argv: str) -> Cloner:
    """Whoever clones in the place of a server with this command line."""
    from ocf_agents.system.host import PATH, Host

    values = (str(directory / "attempt"), "one", "n1: it has more", "00", "127.0.0.1", 4444, DATADIR, "test")
    return Cloner(Host({"PATH": PATH}), Order(*values, argv=argv))


def test_the_server_of_the_moment_is_none_that_the_agent_would_take_for_its_own(tmp_path: Path) -> None:
    own = (f"--datadir={DATADIR}", "--socket=/run/mysqld.sock", "--pid_file=/run/mysqld.pid", "--read-only")
    words = cloner(tmp_path, "/usr/sbin/mysqld", "--defaults-file=/etc/my.cnf", *own).words("/copy", {})
    assert words[:2] == ("/usr/sbin/mysqld", "--defaults-file=/etc/my.cnf")
    assert not {*own[:3]} & {*words}
    assert "--read-only" in words
    assert {"--datadir=/copy", "--skip-log-bin", "--skip-networking=1", "--event-scheduler=OFF"} <= {*words}


def test_what_a_server_of_the_moment_complains_of_is_the_reason(tmp_path: Path) -> None:
    made = cloner(tmp_path, "/bin/sh", "-c", "echo no room on the disk >&2; exit 1")
    account = made.host.account("root")
    assert account
    with (
        pytest.raises(Refused, match="/bin/sh: no room on the disk"),
        made.serving(made.order.argv, account, ("root", "")),
    ):
        pytest.fail("nobody answers")
