"""Servers that a lab's nodes can run: Debian's MariaDB, or a MySQL that is unpacked somewhere."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..mysql.dialect import superuser_watches, version, word
from .commands import check

if TYPE_CHECKING:
    from pathlib import Path

BEGINNING = "FLUSH PRIVILEGES;\n"
"""MariaDB's bootstrap starts without the tables of accounts."""


@dataclass(frozen=True)
class MariaDB:
    """The server of the machine's own packages."""

    program: str = "/usr/sbin/mariadbd"
    parameters: str = 'binary="/usr/bin/mysqld_safe"'
    options: str = "innodb_log_file_size = 16M\nbinlog_expire_logs_seconds = 600\n"
    shares: tuple[Path, ...] = ()

    @property
    def accounts(self) -> str:
        """What its accounts need beside the grants of 2012, one statement a line."""
        server = version(check([self.program, "--version"]))
        if superuser_watches(server):
            return ""
        return f"GRANT {word('may show replica', server)} ON *.* TO repl_user@localhost;\n"

    def aside(self, statement: str) -> str:
        """What root tells a replica to write something there that nobody replicates."""
        return f"SET sql_log_bin = 0; {statement}"

    def fill(self, directory: Path, statements: str) -> None:
        """The directory, which is the server's user's, holds a database that was told these, one a line."""
        options = ["--no-defaults", "--user=mysql", *own(directory), "--innodb-log-file-size=16M"]
        install = ["--auth-root-authentication-method=socket", "--skip-test-db"]
        check(["mariadb-install-db", *options, *install], timeout=120)
        check([self.program, *options, "--bootstrap"], input=BEGINNING + statements, timeout=60)


@dataclass(frozen=True)
class MySQL:
    """A server with its client, libraries, plugins and messages below one directory.

    The nodes have to see it at the same path: the directory is one of the lab's shares.
    """

    directory: Path
    gtids: bool = True
    """Whether it has GTIDs; without them it replicates by file and offset."""
    accounts: str = ""

    @property
    def program(self) -> str:
        """The server."""
        return f"{self.directory}/bin/mysqld"

    @property
    def parameters(self) -> str:
        """What the agent is told of it."""
        return f'binary="{self.program}" client_binary="{self.directory}/bin/mysql"'

    @property
    def shares(self) -> tuple[Path, ...]:
        """What the nodes have to see of this machine."""
        return (self.directory,)

    def aside(self, statement: str) -> str:
        """What root tells a replica to write something there that nobody replicates."""
        opened, closed = (f"SET GLOBAL super_read_only = {value}" for value in (0, 1))
        return f"{opened}; SET sql_log_bin = 0; {statement}; {closed}"

    @property
    def places(self) -> dict[str, str]:
        """The options that say where the server's files are, which it else looks for below /usr."""
        share = f"{self.directory}/share"
        return {
            "basedir": str(self.directory),
            "plugin_dir": f"{self.directory}/plugin",
            "lc_messages_dir": share,
            "character_sets_dir": f"{share}/charsets",
            "secure_file_priv": "NULL",
            "loose_mysqlx": "OFF",
            "loose_innodb_redo_log_capacity": "16M",
        }

    @property
    def options(self) -> str:
        """Lines of the configuration; an old client looks for its character sets too."""
        lines = [f"{name} = {value}" for name, value in self.places.items()]
        # Said either way: 9.7 has them unless it is told not to.
        lines += [
            f"{name} = {'ON' if self.gtids else 'OFF'}" for name in ("gtid_mode", "enforce_gtid_consistency")
        ]
        return "\n".join((*lines, "[mysql]", f"character_sets_dir = {self.directory}/share/charsets", ""))

    def fill(self, directory: Path, statements: str) -> None:
        """The directory, which is the server's user's, holds a database that was told these, one a line."""
        command = [self.program, "--no-defaults", "--user=mysql", *own(directory)]
        command += [f"--{name}={value}" for name, value in self.places.items()]
        check([*command, "--initialize-insecure"], timeout=120)
        told = directory.with_suffix(".sql")
        told.write_text(f"{statements}SHUTDOWN;\n")
        alone = ["--skip-networking", "--skip-log-bin", f"--init-file={told}"]
        check([*command, *alone, "--socket=lab.sock", "--pid-file=lab.pid"], timeout=120)
        # Each copy of these files is to be a server of its own.
        (directory / "auto.cnf").unlink()


def own(directory: Path) -> list[str]:
    """The places of a server that runs for a moment.

    One that starts takes away what others have put into a directory for temporary tables.
    """
    return [f"--datadir={directory}", f"--tmpdir={directory.with_name('tmp')}"]


def provide(flavour: MariaDB | MySQL, directory: Path, statements: str) -> None:
    """The directory is made, and holds a database of this flavour that was told these statements."""
    for one in (directory, directory.with_name("tmp")):
        one.mkdir()
        shutil.chown(one, "mysql", "mysql")
    directory.parent.chmod(0o755)
    flavour.fill(directory, statements)
