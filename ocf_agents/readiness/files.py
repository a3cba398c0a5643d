"""Agents, programs, users, files and passwords."""

from __future__ import annotations

import grp
import os
import stat
from hashlib import md5
from pathlib import Path
from typing import TYPE_CHECKING

from ..cib.model import SECRET
from ..inspection.trial import OCF_ROOT, SECRETS
from ..ocf.codes import Failure
from ..system.errors import Missing, Refused
from .line import fault, ok, warning
from .site import unready

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..system.host import Account
    from .line import Line
    from .site import Site


def agents(site: Site) -> Iterator[Line]:
    """Every agent of the configuration is installed where Pacemaker looks."""
    wanted = sorted({one.resource.agent for one in site.placed})
    lacking = [agent for agent in wanted if not installed(agent)]
    for agent in lacking:
        yield fault(agent, f"not installed below {OCF_ROOT}", "make install, or ocf-agents install")
    if wanted and not lacking:
        yield ok("agents", f"all {len(wanted)} are installed")


def installed(agent: str) -> bool:
    """Whether the executable is there."""
    _standard, provider, name = agent.split(":")
    return os.access(Path(OCF_ROOT, "resource.d", provider, name), os.X_OK)


def programs(site: Site) -> Iterator[Line]:
    """The agent finds what it needs: program or unit, configuration, user."""
    for one in site.placed:
        try:
            one.agent.check_host()
        except (Failure, Missing, Refused) as failure:
            yield unready(one, failure)
        else:
            yield ok(one.name, "its program, files and user are here")


def readable(site: Site) -> Iterator[Line]:
    """The service's user can read its configuration."""
    for one in site.placed:
        path, name = getattr(one.agent, "config", ""), getattr(one.agent, "user", "")
        account = site.host.account(name) if name else None
        if not path or account is None or not site.host.is_file(path):
            continue
        if may_read(path, account):
            yield ok(one.name, f"{name} can read {path}")
        else:
            group = grp.getgrgid(account.gid).gr_name
            yield fault(one.name, f"{name} cannot read {path}", f"chgrp {group} {path} && chmod g+r {path}")


def may_read(path: str, account: Account) -> bool:
    """Whether the user may read the file, and enter every directory above it."""
    if account.uid == 0:
        return True
    groups = os.getgrouplist(account.name, account.gid)
    steps = [(Path(path), stat.S_IROTH), *((one, stat.S_IXOTH) for one in Path(path).parents)]
    try:
        return all(granted(one.stat(), bit, account.uid, groups) for one, bit in steps)
    except OSError:
        return False


def granted(found: os.stat_result, bit: int, uid: int, groups: list[int]) -> bool:
    """Whether the mode grants this: the owner's bits count for the owner, else the group's, else the others'."""
    shift = 6 if found.st_uid == uid else 3 if found.st_gid in groups else 0
    return bool(found.st_mode & bit << shift)


def passwords(site: Site) -> Iterator[Line]:
    """What cibsecret is to keep is here, whole, and nobody else's to read."""
    for one in site.configuration.primitives:
        for name, value in one.parameters.items():
            if value == SECRET:
                yield password(f"{one.name}/{name}")


def password(place: str) -> Line:
    """One password."""
    file, subject = Path(SECRETS, place), place.replace("/", " ")
    how = f"cibsecret set {subject}, or on a node that has it: cibsecret sync"
    try:
        kept, sign = file.read_text().rstrip("\n"), Path(f"{file}.sign").read_text().strip()
    except PermissionError:
        return warning(subject, "its password can be read by root only", "run this as root")
    except OSError:
        return fault(subject, "its password is not on this node", how)
    if md5(kept.encode(), usedforsecurity=False).hexdigest() != sign:
        return fault(subject, "its password does not fit its checksum, and Pacemaker refuses it", how)
    if file.stat().st_mode & (stat.S_IROTH | stat.S_IRGRP):
        return warning(subject, "others than root can read its password", f"chmod 600 {file}")
    return ok(subject, "its password is kept by cibsecret")
