"""What a receiver is told before it begins, and how it is run."""

from __future__ import annotations

from ...lean import TYPE_CHECKING
from ...system.channel import derive
from ...system.host import PATH
from ...system.proc import MARK
from ...system.spawn import ROOT, Command
from ..encryption import encryption
from . import ATTEMPT
from .means import address, program
from .order import BACKUP, CLONE, PURPOSE, RECEIVE, UNPACK, Order

if TYPE_CHECKING:
    from ..member import Member
    from .attention import Site
    from .places import Places

SESSION = "/proc/sys/kernel/random/uuid"


def commission(member: Member, site: Site, places: Places, cause: str, server: str) -> Command:
    """The receiver, with its order written; raises OSError.

    server: pid and start of the server whose place is to be taken, if one runs.
    """
    given, host, becomes = member.settings, member.host, site.server()
    clones, encrypted = member.version.clones, encryption(given)
    order = Order(
        f"{member.memory.path}{ATTEMPT}",
        (host.read(SESSION) or "").strip(),
        cause,
        derive(given.replication_passwd, PURPOSE).hex(),
        address(member),
        given.reseed_port,
        places.data,
        given.context.instance,
        (program(member, BACKUP),),
        program(member, UNPACK),
        places.logs,
        site.user,
        server,
        becomes.argv,
        becomes.environment,
        site.records,
        login=(given.replication_user, given.replication_passwd) if clones else (),
        encrypted=encrypted is not None,
        # What a server that clones is told of certificates, as a replica is.
        options=tuple(f"--clone-ssl-{name}={path}" for name, path in encrypted.files.items())
        if encrypted
        else (),
    )
    python, script, file = order.write(host)
    words = (python, "-IS", script, CLONE if clones else RECEIVE, file)
    return Command(words, ROOT, {"PATH": PATH, "LC_ALL": "C", MARK: order.instance})
