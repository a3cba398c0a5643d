"""What must be so before a server can be run and replicated, and what is made so."""

from __future__ import annotations

from ..lean import TYPE_CHECKING
from ..ocf.codes import Failure, Misconfigured, NotInstalled
from ..system.errors import Missing, Refused
from .dialect import word
from .look import ANSWERS, CROWDED, DENIED, ask, judge
from .receipt import ask_primary

if TYPE_CHECKING:
    from ..ocf.clone import Clone
    from ..system.host import Account
    from .member import Member

CREATORS = ("mariadb-install-db", "mysql_install_db")
GRANTED = ("REPLICATION SLAVE", "ALL PRIVILEGES")


def prepare(member: Member, config: str, pid: str, account: Account) -> None:
    """The directories of socket, pid file and log exist and are the user's; the log file too.

    A database exists, if one is to be made where there is none.
    """
    given, host = member.settings, member.host
    try:
        for path in (given.socket, pid):
            host.provide_directory(path.rpartition("/")[0], account)
        host.provide_file(given.error_log, account)
    except OSError as error:
        raise Failure(f"{error.filename or given.error_log}: {error.strerror or error}") from error
    if given.enable_creation and not host.exists(f"{given.datadir}/mysql") and not awaits(member):
        create(member, config, account.name)


def awaits(member: Member) -> bool:
    """Whether the data that are lacking here are to be those of a primary that is on record."""
    pact = member.pact() if member.bare else None
    return pact is not None and pact.primary not in ("", member.name)


def create(member: Member, config: str, user: str) -> None:
    """The empty data directory holds system tables; nothing is made beside other files."""
    given, host = member.settings, member.host
    if {*host.entries(given.datadir)} - {"lost+found"}:
        raise Failure(
            f"datadir={given.datadir}: holds files but no database; move them away, or mount the disk"
        )
    words = (f"--defaults-file={config}", f"--datadir={given.datadir}", f"--user={user}")
    if member.version.mariadb:
        program = next(filter(None, map(host.which, CREATORS)), None)
        if program is None:
            raise NotInstalled(f"{CREATORS[0]}: no such program on this node, and enable_creation is set")
        command = (program, *words, "--skip-test-db")
    else:
        command = (member.executable(), *words, "--initialize-insecure")
    done = host.run(command, member.deadline.left())
    if done.code or not host.exists(f"{given.datadir}/mysql"):
        said = (done.errors or done.output).strip().splitlines()[-1:] or ["it took too long"]
        raise Failure(f"{command[0]}: {said[0]}")
    member.log.info(f"made a new database in {given.datadir}")


def check_host(member: Member) -> None:
    """The server's program is there, and a database, unless one is to be received; else NotInstalled."""
    member.executable()
    directory = member.settings.datadir
    if not member.host.exists(f"{directory}/mysql") and not member.bare:
        raise NotInstalled(
            f"datadir={directory}: holds no database; is the file system mounted? Else make one "
            "with mariadb-install-db"
        )


def check_server(member: Member, clone: Clone, replicated: bool) -> None:
    """A replicated server has what replication needs, or Misconfigured has all findings."""
    if not replicated:
        return
    findings = clone_findings(clone)
    if not member.settings.replication_user:
        findings.append("replication_user: not set, so that no replica can log in")
    look = member.look()
    if member.reseeds:
        from .reseed.means import findings as reseeding

        findings += [f"reseed=auto: {finding}" for finding in reseeding(member, look.answer == ANSWERS)]
    if look.unfit:
        findings.append(f"this server {look.unfit}")
    if look.answer == DENIED:
        findings.append(f"this server refuses the monitor: {look.error}")
    if look.answer == ANSWERS:
        findings += server_findings(member)
    if look.placed:
        findings += member.placed_server.unsafe()
        member.log.info(
            "there are no GTIDs (gtid_mode=OFF): a server that has parted, or that missed a change of the "
            "primary, is set apart where one with GTIDs could follow"
        )
    if findings:
        raise Misconfigured("; ".join(findings))


def clone_findings(clone: Clone) -> list[str]:
    """What is wrong with the clone's options."""
    findings = []
    if not clone.notify:
        findings.append("notify=true is missing in the clone's options: replicas would not follow")
    if clone.promoted_maximum != 1:
        findings.append("promoted-max must be 1: two writable servers part for ever")
    if clone.node_maximum > 1:
        findings.append("clone-node-max must be 1")
    return findings


def server_findings(member: Member) -> list[str]:
    """What the running server lacks."""
    from .driver import granted

    server, findings = member.server, []
    if not server.value("@@GLOBAL.log_bin"):
        findings.append("log_bin is off: set log_bin in the server's configuration")
    number = int(server.value("@@GLOBAL.server_id"))
    if not number:
        findings.append("server_id is not set: give each server one of its own")
    updates = word("log replicated", member.version).strip("-").replace("-", "_")
    if not server.value(f"@@GLOBAL.{updates}"):
        findings.append(f"{updates} is off: a former primary could not come back")
    findings += beside(member, number)
    told = granted(server.rows("SHOW GRANTS"))
    if not any(privilege in told for privilege in GRANTED):
        findings.append(f"{member.login.user} lacks REPLICATION SLAVE")
    return findings


def beside(member: Member, number: int) -> list[str]:
    """What does not go together with the other servers, or with replication as the cluster runs it."""
    findings = []
    for look in (twins, gaps, sources):
        try:
            findings += look(member, number)
        except (Refused, Missing) as refused:
            member.log.warning(str(refused))
    return findings


def twins(member: Member, number: int) -> list[str]:
    """Whether the primary is another server of the same number."""
    pact = member.pact()
    if pact is None or pact.primary in ("", member.name):
        return []
    peer = ask_primary(member, pact)
    if peer is None or peer.server_id != number:
        return []
    return [f"server_id {number} is that of {pact.primary} too: give each server one of its own"]


def gaps(member: Member, _number: int) -> list[str]:
    """Whether the binary log leaves something out."""
    rows = member.server.rows(word("show log", member.version))
    found = (", ".join(filter(None, map(str, row[2:4]))) for row in rows)
    return [f"the binary log leaves databases out ({text}): no replica gets all" for text in found if text]


def sources(member: Member, _number: int) -> list[str]:
    """Whether the server replicates from somebody that the cluster does not know."""
    text = "it replicates from {} too: a server of the cluster has one source"
    return [text.format(name) for name in member.server.sources()]


def read_table(member: Member) -> None:
    """The test table can be read by the test user, where one with a password is configured."""
    table = member.settings.test_table
    if member.tester is None:
        return
    done = ask(member.host, member.tester, member.counting, member.deadline.left())
    if done is None:
        raise Failure(f"{table}: could not be read in time")
    code, output, errors = done
    fault, words = judge(code, errors)
    if fault == CROWDED:
        return
    if fault or code or "COUNT(*)" not in output:
        raise Failure(f"{table}: {words or errors.strip() or 'could not be read'}")
