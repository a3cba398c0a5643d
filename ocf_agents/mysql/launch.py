"""The server's command line: what a server is told so that it cannot be writable by accident."""

from __future__ import annotations

from ..lean import TYPE_CHECKING
from .dialect import word
from .durability import renounced

if TYPE_CHECKING:
    from .member import Member

TABLES_SINCE = (8, 0, 2)
CONFIGURATIONS = ("/etc/my.cnf", "/etc/mysql/my.cnf")


def arguments(member: Member, config: str, pid: str, replicated: bool) -> tuple[str, ...]:
    """The server's arguments; the options that matter stand after the operator's file, and win."""
    given, version = member.settings, member.version
    basic = (
        f"--defaults-file={config}",
        f"--datadir={given.datadir}",
        f"--socket={given.socket}",
        f"--pid-file={pid}",
        f"--log-error={given.error_log}",
    )
    if not replicated:
        return basic
    closed = ("--read-only", *(("--super-read-only",) if word("closed to all", version) else ()))
    more = (word("replica waits at start", version), word("log replicated", version))
    return (
        *basic,
        *closed,
        *more,
        *tables(member, config),
        *events(member, config),
        *durable(member),
        *recovery(member),
        f"--report-host={member.name}",
    )


def durable(member: Member) -> tuple[str, ...]:
    """What makes a confirmed write outlive the server that confirmed it.

    A server that waits from the start on would not apply what it received; and before a MariaDB had a role,
    one that acknowledges from the start on rolled the tail of its log back (MDEV-33465).
    """
    if not member.lossless:
        return ("--gtid-strict-mode=1",) if member.version.mariadb else ()
    names = [word(topic, member.version) for topic in ("semi-sync source", "semi-sync replica")]
    still = (f"--loose-{name}_enabled=0" for name in names)
    flags = ("--sync-binlog=1", "--innodb-flush-log-at-trx-commit=1", *still)
    if member.version.mariadb:
        return (*flags, "--gtid-strict-mode=1", "--relay-log-recovery=0")
    plugins = (f"{name.replace('rpl_semi_sync', 'semisync')}.so" for name in names)
    # One by one: of a list, nothing is loaded after one that the configuration has loaded before.
    return (*flags, *(f"--plugin-load-add={plugin}" for plugin in plugins))


def tables(member: Member, config: str) -> tuple[str, ...]:
    """What makes a MySQL 5.7 without GTIDs keep how far it is in one transaction with what it applied.

    While it is closed this cannot be set. Later ones do so by themselves.
    """
    if member.version.mariadb or member.version.number >= TABLES_SINCE:
        return ()
    if configured(member, config, "--gtid-mode") == "ON":
        return ()
    return ("--relay-log-info-repository=TABLE", "--master-info-repository=TABLE")


def events(member: Member, config: str) -> tuple[str, ...]:
    """What keeps events from running in a MariaDB that is closed; that they are to run once it opens is remembered.

    Those of accounts that may write in such a server would, unlike in a MySQL that is closed to all.
    """
    if not member.version.mariadb:
        return ()
    wanted = configured(member, config, "--event-scheduler")
    member.memory["events"] = "1" if wanted in ("ON", "1") else ""
    return ("--event-scheduler=OFF",)


def configured(member: Member, config: str, option: str) -> str:
    """What the operator's file says of an option, in capitals; empty if nothing, ON if no more than its name."""
    question = (member.executable(), f"--defaults-file={config}", "--print-defaults")
    words = member.host.run(question, member.deadline.left()).output.replace("_", "-").split()
    values = [
        value.upper() or "ON" for name, _, value in (word.partition("=") for word in words) if name == option
    ]
    return values[-1] if values else ""


def recovery(member: Member) -> tuple[str, ...]:
    """Whether crash recovery rolls the tail of the log back, which perhaps nobody confirmed.

    A replica's start does: it then agrees with whoever leads now. The primary of the pact does not
    while no standby can take over, since then its log is the only whole one. With one that can, it
    first gives its claim up, because what it rolls back may have been confirmed after all.
    """
    role, whole = (word(topic, member.version) for topic in ("replica role", "primary role"))
    if not member.lossless or not whole:
        return (role,) if role else ()
    if not role or member.memory.receipt():
        # With a receipt it was a replica when it died: what it had applied came from a primary, and its
        # relay log goes on after that. To roll back would tear a hole that no position shows.
        return (whole,)
    pact = member.pact()
    if pact is None or pact.primary != member.name:
        return (role,)
    if not pact.successors(member.reports()):
        return (whole,)
    member.conclude(renounced(pact))
    member.log.info("gives its claim up to the standby that is there, and starts as a replica")
    return (role,)
