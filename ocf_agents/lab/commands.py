"""Commands on this machine: run to their end, or started so that they outlive the caller."""

# ruff: noqa: A002  # `input` is what subprocess.run calls it
from __future__ import annotations

import os
import select
import shlex
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import suppress
from typing import IO, TYPE_CHECKING

from .errors import LabError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

SYSTEM_PATH = "/usr/sbin:/usr/bin:/sbin:/bin"
CLEAN_ENVIRONMENT: Mapping[str, str] = {"PATH": SYSTEM_PATH, "HOME": "/root", "LANG": "C.UTF-8"}

_PACKAGES = {
    "bridge": "iproute2",
    "chroot": "coreutils",
    "corosync": "corosync",
    "crm": "crmsh",
    "crm_mon": "pacemaker-cli-utils",
    "hostname": "hostname",
    "ip": "iproute2",
    "nsenter": "util-linux",
    "pacemakerd": "pacemaker",
    "unshare": "util-linux",
}


def require_root_and_tools() -> None:
    """The lab's requirements are met, or a LabError names what is missing and how to get it."""
    if os.geteuid() != 0:
        raise LabError("the lab makes namespaces and control groups: run it as root")
    missing = sorted(tool for tool in _PACKAGES if not shutil.which(tool, path=SYSTEM_PATH))
    if missing:
        packages = sorted({_PACKAGES[tool] for tool in missing})
        raise LabError(f"{', '.join(missing)}: not installed; apt-get install {' '.join(packages)}")


def run(
    command: Sequence[str],
    *,
    input: str | None = None,
    timeout: float = 30,
    environment: Mapping[str, str] = CLEAN_ENVIRONMENT,
) -> subprocess.CompletedProcess[str]:
    """The command's exit status and output; it and its process group are gone after a timeout.

    Output goes to files, not pipes: a daemon that the command leaves behind would keep a pipe
    open and the caller waiting for ever.
    """
    with (
        tempfile.TemporaryFile() as stdin,
        tempfile.TemporaryFile() as stdout,
        tempfile.TemporaryFile() as stderr,
    ):
        stdin.write((input or "").encode())
        stdin.seek(0)
        process = subprocess.Popen(
            list(command),
            stdin=stdin,
            stdout=stdout,
            stderr=stderr,
            env=dict(environment),
            cwd="/",
            start_new_session=True,
        )
        try:
            status = process.wait(timeout)
        except BaseException as interruption:
            _end_group(process)
            if isinstance(interruption, subprocess.TimeoutExpired):
                raise LabError(f"{shlex.join(command)}: did not end within {timeout:g} s") from None
            raise
        return subprocess.CompletedProcess(list(command), status, _text(stdout), _text(stderr))


def check(command: Sequence[str], *, input: str | None = None, timeout: float = 30) -> str:
    """The standard output of a command that succeeded; a LabError carries what it complained of."""
    result = run(command, input=input, timeout=timeout)
    if result.returncode != 0:
        raise LabError(complaint(shlex.join(command), result))
    return result.stdout


def complaint(title: str, result: subprocess.CompletedProcess[str]) -> str:
    """One line: the command, its exit status and the last thing that it said."""
    said = " | ".join((result.stderr.strip() or result.stdout.strip()).splitlines()[-3:])
    return f"{title}: exit status {result.returncode}" + (f": {said}" if said else "")


def start_detached(
    command: Sequence[str],
    *,
    log: Path,
    seconds: float = 30,
    environment: Mapping[str, str] = CLEAN_ENVIRONMENT,
) -> None:
    """The command runs as nobody's child, without the caller's files, and says that it is ready.

    It says so with a line on its standard output; its standard error goes to the log.
    """
    receiver, sender = os.pipe()
    try:
        with log.open("ab") as errors:
            # setsid --fork, not a shell's "&": that would make SIGINT ignored in everything below.
            subprocess.run(
                ["setsid", "--fork", *command],
                stdin=subprocess.DEVNULL,
                stdout=sender,
                stderr=errors,
                env=dict(environment),
                cwd="/",
                check=True,
            )
        os.close(sender)
        sender = -1
        _await_line(receiver, log, time.monotonic() + seconds)
    finally:
        os.close(receiver)
        if sender >= 0:
            os.close(sender)


def _await_line(receiver: int, log: Path, deadline: float) -> None:
    readable, _, _ = select.select([receiver], [], [], max(0.0, deadline - time.monotonic()))
    if readable and os.read(receiver, 100):
        return
    fact = "ended before it was ready" if readable else "was not ready in time"
    said = " | ".join(log.read_text(errors="replace").splitlines()[-3:])
    raise LabError(f"{log.stem}: {fact}: {said or 'it said nothing'}")


def _end_group(process: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _text(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode(errors="replace")
