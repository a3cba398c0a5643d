"""Daemons: started as their user, cut off from whoever started them, and signalled for certain."""

from __future__ import annotations

import os
import signal as signals
import subprocess

from ..lean import TYPE_CHECKING, Record
from . import proc
from .host import Account

if TYPE_CHECKING:
    from .proc import Process

ROOT = Account("root", 0, 0, "/")
"""Who may do everything, and owns the agents themselves."""


class Command(Record):
    """What to start: an argument list that no shell sees, as a user, with a whole environment."""

    argv: tuple[str, ...]
    account: Account
    environment: dict[str, str]


def spawn(command: Command, output: str) -> int:
    """The pid of a new process in a session of its own; raises OSError if it cannot be started.

    It holds no descriptor of ours, so that no pipe of our caller stays open; what it prints is
    appended to the file `output`, which may be emptied at any time.
    """
    account = command.account
    descriptor = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND | os.O_CLOEXEC, 0o640)
    switch = os.geteuid() != account.uid
    try:
        started = subprocess.Popen(
            command.argv,
            stdin=subprocess.DEVNULL,
            stdout=descriptor,
            stderr=descriptor,
            cwd=account.home if os.path.isdir(account.home) else "/",
            env=command.environment,
            start_new_session=True,
            user=account.uid if switch else None,
            group=account.gid if switch else None,
            extra_groups=os.getgrouplist(account.name, account.gid) if switch else None,
            umask=0o022,
        )
    finally:
        os.close(descriptor)
    started.returncode = 0  # it outlives us: nobody is to wait for it, or to warn that nobody did
    return started.pid


def piped(command: Command, errors: str, *, feeds: bool) -> subprocess.Popen[bytes]:
    """A child that is fed through a pipe, or that feeds us; what it complains of is in the file `errors`.

    Raises OSError if it cannot be started.
    """
    account = command.account
    switch = os.geteuid() != account.uid
    with open(errors, "wb") as complaints:
        return subprocess.Popen(
            command.argv,
            stdin=subprocess.DEVNULL if feeds else subprocess.PIPE,
            stdout=subprocess.PIPE if feeds else complaints,
            stderr=complaints,
            cwd="/",
            env=command.environment,
            user=account.uid if switch else None,
            group=account.gid if switch else None,
            extra_groups=os.getgrouplist(account.name, account.gid) if switch else None,
        )


def become(command: Command) -> None:
    """This process is the command from now on, as its user; raises OSError if it cannot be."""
    account = command.account
    if os.geteuid() != account.uid:
        os.setgroups(os.getgrouplist(account.name, account.gid))
        os.setgid(account.gid)
        os.setuid(account.uid)
    os.umask(0o022)
    os.chdir(account.home if os.path.isdir(account.home) else "/")
    os.execve(command.argv[0], command.argv, command.environment)  # noqa: S606  # an argument list, no shell


def signal(process: Process, number: int) -> None:
    """The very process got the signal; one that is gone needs none.

    Holding a descriptor of the process while comparing start times leaves no moment in which its
    pid could pass to another one.
    """
    try:
        descriptor = os.pidfd_open(process.pid)
    except ProcessLookupError:
        return
    try:
        now = proc.process(process.pid)
        if now and now.started == process.started:
            signals.pidfd_send_signal(descriptor, number)
    except ProcessLookupError:
        pass
    finally:
        os.close(descriptor)
