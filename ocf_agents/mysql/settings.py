"""The parameters of the agent: those of every agent for MySQL that came before, and some of its own."""

from __future__ import annotations

from ..ocf.agent import Agent
from ..ocf.parameters import Boolean, Duration, Integer, Parameter, Path, Port, Secret, Text

SEMI_SYNC, ASYNC = "semi-sync", "async"
NEVER, AUTO = "never", "auto"


class Choice(Parameter[str]):
    """One of a few words."""

    words: tuple[str, ...] = ()

    def parse(self, raw: str) -> str:
        """The word, whatever its case."""
        if raw.lower() not in self.words:
            raise self.wrong(raw, f"is none of {', '.join(self.words)}")
        return raw.lower()

    def among(self, *words: str) -> Choice:
        """The same parameter with these words."""
        self.words = words
        return self


class Access(Agent):
    """Where the server's files are, and who may ask it."""

    client_binary = Text("mysql", "Client program", "The native client; a monitor looks through it.")
    datadir = Path("/var/lib/mysql", "Data directory", "Where the databases are.")
    group = Text("mysql", "System group", "Accepted for configurations of old; the user's groups are used.")
    error_log = Path(
        "/var/log/mysqld.log", "Error log", "The server's error log, made if it is missing.", aliases=("log",)
    )
    socket = Path("/var/lib/mysql/mysql.sock", "Local socket", "Where the agent talks to the server.")
    enable_creation = Boolean(
        False, "Make a database", "If true, start fills an empty datadir with system tables."
    )
    binary_prefix = Text("", "Obsolete: command prefix", "Accepted for configurations of old, and not used.")
    test_table = Text(
        "mysql.user", "Test table", "Read by a monitor of a depth above 0, as test_user.", reloadable=True
    )
    test_user = Text("root", "Test user", "Who reads the test table.", reloadable=True)
    test_passwd = Secret("", "Its password", "Without one the test table is not read.", reloadable=True)
    reader_attribute = Text(
        "readable",
        "Reader attribute",
        "The transient node attribute that is above 0 where readers may be sent; two databases in one "
        "cluster need two names.",
        unique="reader_attribute",
    )
    writer_attribute = Text(
        "",
        "Writer attribute",
        "If set, the node attribute that is 1 on the primary only.",
        unique="writer_attribute",
    )
    reader_failcount = Integer(
        1, "Reader patience", "How many bad looks in a row take a node away from readers.", reloadable=True
    ).within(1, 100)


class Replication(Agent):
    """How servers replicate, and who may lead."""

    replication_user = Text(
        "",
        "Replication account",
        "Replicas log in with it, and the agent itself on its own node.",
        reloadable=True,
    )
    replication_passwd = Secret(
        "", "Its password", "Better kept with cibsecret than in the CIB.", reloadable=True
    )
    replication_port = Port(3306, "Port", "Where the servers accept replicas.")
    replication_options = Text(
        "", "More source options", "Appended to CHANGE MASTER TO, for instance MASTER_DELAY=0."
    )
    replication_require_ssl = Boolean(
        False,
        "Encrypt replication",
        "If true, a replica follows only a server that offers TLS, and is degraded as long as that offers none. "
        "MariaDB connects without it when such a server later offers none; give the account REQUIRE SSL as well.",
    )
    replication_master_ssl_ca = Text("", "CA certificate", "For replicas that check the primary.")
    replication_master_ssl_cert = Text("", "Client certificate", "For replicas that show one.")
    replication_master_ssl_key = Text("", "Client key", "For replicas that show a certificate.")
    max_slave_lag = Integer(
        3600,
        "Largest lag in seconds",
        "A replica further behind serves no readers and is not promoted.",
        reloadable=True,
    )
    evict_outdated_slaves = Boolean(
        False,
        "Stop lagging replicas",
        "If true, monitor fails on a replica beyond max_slave_lag.",
        reloadable=True,
    )
    durability = Choice(
        SEMI_SYNC,
        "Durability",
        "semi-sync: a write is confirmed once a replica has it, and a node that may lack one is never "
        "promoted; when no replica is left, the cluster first records that none may take over, and only "
        "then does the primary go on alone. async: writes wait for nobody, and those that no replica has "
        "yet are lost with the primary.",
    ).among(SEMI_SYNC, ASYNC)
    writer_vip = Text(
        "",
        "Writer address",
        "The IP address that clients write to. Promote refuses while another writable server answers there; "
        "a primary is degraded while it is not here and does not lead here, and closes when another "
        "server has answered there for longer than the grace.",
        reloadable=True,
    )
    writer_vip_grace = Duration(
        30.0, "Grace for the writer address", "How long another server may answer there.", reloadable=True
    )
    reseed = Choice(
        NEVER,
        "Reseed",
        "auto: a server that was set apart, or that has no data, is rebuilt from the primary, while that works: "
        "MariaDB with mariadb-backup, MySQL 8.0.17 and later with the clone plugin, for which "
        "replication_user needs BACKUP_ADMIN; the old data are renamed and kept, and what is lacking for it "
        "is in the monitor's reason. never: that is done by hand.",
        reloadable=True,
    ).among(NEVER, AUTO)
    reseed_port = Port(
        4444, "Reseed port", "Where a server that is rebuilt hears from the primary.", reloadable=True
    )


class Obsolete(Agent):
    """Parameters of former agents that a configuration may still hold; none has an effect."""

    node_list = Text("", "Obsolete: electorate", "Accepted and not needed: the cluster knows its nodes.")
    backup_lockfile = Text("", "Obsolete: backup lock", "Accepted for configurations of old, and not used.")
    geo_remote_IP = Text("", "Obsolete: other site", "Accepted for configurations of old, and not used.")  # noqa: N815
    geo_remote_user = Text("", "Obsolete: user there", "Accepted for configurations of old, and not used.")
    geo_remote_opts = Text("", "Obsolete: ssh options", "Accepted for configurations of old, and not used.")
    booth_master_ticket = Text("", "Obsolete: ticket", "Accepted for configurations of old, and not used.")
    post_promote_script = Text("", "Obsolete: hook", "Accepted for configurations of old, and not run.")
    prm_binlog_parser_path = Text(
        "", "Obsolete: log parser", "Accepted for configurations of old, and not used."
    )
    async_stop = Boolean(False, "Obsolete: early answer", "Accepted; stop returns when the server is gone.")
    try_restart_crashed_master = Boolean(
        False, "Obsolete: restart in monitor", "Accepted; a monitor never starts a server."
    )


class Settings(Access, Replication, Obsolete):
    """All parameters that this agent has beside those of a service."""
