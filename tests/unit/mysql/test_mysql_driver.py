"""The driver is imported with no more than it needs: a failover waits for that import three times."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

import pytest

from ocf_agents.mysql.dialect import version
from ocf_agents.mysql.look import Login
from ocf_agents.mysql.server import Server
from ocf_agents.system.errors import Refused

CHECKOUT = Path(__file__).resolve().parents[3]
DRIVER = """\
taken = []
for name in ("ssl", "cryptography"):
    try:
        __import__(name)
        taken.append(name)
    except ImportError:
        pass
"""
PROGRAM = """\
import sys
sys.path[:0] = sys.argv[1:3]
from ocf_agents.mysql.dialect import version
from ocf_agents.mysql.driver import import_driver
taken = import_driver(version(sys.argv[3])).taken
import ssl, cryptography
print(*taken)
"""


@pytest.mark.parametrize(
    ("server", "taken"),
    [
        ("mariadbd  Ver 10.11.6-MariaDB for Linux on x86_64", []),
        ("mysqld  Ver 8.0.36 for Linux on x86_64", ["ssl", "cryptography"]),
    ],
)
def test_the_driver_takes_along_what_encrypts_only_for_servers_whose_logins_need_it(
    tmp_path: Path, server: str, taken: list[str]
) -> None:
    (tmp_path / "pymysql.py").write_text(DRIVER)
    (tmp_path / "cryptography.py").write_text("")
    words = [sys.executable, "-IS", "-c", PROGRAM, str(tmp_path), str(CHECKOUT), server]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    assert done.stdout.split() == taken


def test_a_server_that_says_nothing_is_left_before_the_action_is_out_of_time(tmp_path: Path) -> None:
    pytest.importorskip("pymysql", reason="PyMySQL is not installed for this Python")
    path = str(tmp_path / "socket")
    with socket.socket(socket.AF_UNIX) as silent:
        silent.bind(path)
        silent.listen()
        server = Server(
            Login("root", "", path), version("mariadbd  Ver 10.11.6-MariaDB"), print, patience=0.2
        )
        with pytest.raises(Refused, match=f"root at {path}"):
            server.value("1")
