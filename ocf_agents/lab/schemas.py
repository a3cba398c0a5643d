"""Databases that are filled before a lab's cluster runs them: a server on one node for as long as that takes."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from . import mariadb

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .lab import Lab
    from .node import Node

PASSWORD = "secret"  # noqa: S105  # it guards a lab


def url(owner: str, name: str = "") -> str:
    """Where a service finds its database: behind the virtual address.

    A connection into a node that lost its power says nothing for ever, so that reads get a deadline.
    """
    return f"mysql+pymysql://{owner}:{PASSWORD}@{mariadb.NAME}/{name or owner}?read_timeout=30"


@contextmanager
def server(lab: Lab, owned: Sequence[tuple[str, str]]) -> Iterator[None]:
    """MariaDB answers at the virtual address as long as the block lasts; then all nodes have what it wrote.

    It has the accounts of the lab and these databases, each after its owner, who may do anything there.
    Nothing of it is in a binary log, as if one node had just been copied to the others.
    """
    mariadb.install_databases(lab)
    first, *others = lab.nodes
    with running(first, lab.address(mariadb.VIP)):
        statements = "".join(
            f"CREATE DATABASE {name} CHARACTER SET utf8mb3; "
            f"GRANT ALL ON {name}.* TO '{owner}'@'%' IDENTIFIED BY '{PASSWORD}';\n"
            for owner, name in owned
        )
        first.check(["mariadb", f"--socket={mariadb.SOCKET}"], input=statements)
        yield
    mariadb.copy(first.disk / mariadb.DATA[1:], others)


@contextmanager
def running(node: Node, address: str) -> Iterator[None]:
    """MariaDB answers on the node at this address as long as the block lasts; it writes no log to replicate."""
    node.check(["ip", "address", "add", f"{address}/32", "dev", "lo"])
    node.check(["install", "-d", "-o", "mysql", "-g", "mysql", str(Path(mariadb.SOCKET).parent)])
    server = (
        f"{mariadb.SERVER} --defaults-file=/etc/mysql/my.cnf --user=mysql --skip-log-bin "
        f"--datadir={mariadb.DATA} --socket={mariadb.SOCKET} --innodb-flush-log-at-trx-commit=0"
    )
    node.check(["sh", "-c", f"setsid {server} </dev/null >/tmp/mariadbd.out 2>&1 &"])
    ping = ["mariadb-admin", f"--socket={mariadb.SOCKET}", "ping"]
    node.check(["sh", "-c", 'until "$@" >/dev/null 2>&1; do sleep 0.1; done', "sh", *ping], timeout=60)
    yield
    node.check(["mariadb-admin", f"--socket={mariadb.SOCKET}", "shutdown"], timeout=60)
    node.check(["sh", "-c", "while pgrep -x mariadbd >/dev/null; do sleep 0.1; done"], timeout=60)
    node.check(["ip", "address", "delete", f"{address}/32", "dev", "lo"])
