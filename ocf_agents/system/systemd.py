"""Units of systemd, through systemctl."""

from __future__ import annotations

from ..lean import TYPE_CHECKING, Record
from .errors import Missing, Refused

if TYPE_CHECKING:
    from .host import Host

BOOTED = "/run/systemd/system"
"""Exists exactly where systemd is the running init (sd_booted(3))."""
PROPERTIES = "LoadState,ActiveState,SubState,MainPID,Result,Restart,UnitFileState"


class Unit(Record):
    """A unit as systemd shows it (org.freedesktop.systemd1(5))."""

    load: str = ""
    active: str = ""
    sub: str = ""
    main: int = 0
    result: str = ""
    restart: str = ""
    enabled: str = ""


def booted(host: Host) -> bool:
    """Whether systemd runs here at all."""
    return host.exists(BOOTED)


def show(host: Host, name: str, seconds: float) -> Unit:
    """The unit as it is now."""
    output = systemctl(host, seconds, "show", f"--property={PROPERTIES}", "--", name)
    told = dict(line.partition("=")[::2] for line in output.splitlines())
    main = told.get("MainPID", "")
    return Unit(
        told.get("LoadState", ""),
        told.get("ActiveState", ""),
        told.get("SubState", ""),
        int(main) if main.isdigit() else 0,
        told.get("Result", ""),
        told.get("Restart", ""),
        told.get("UnitFileState", ""),
    )


def change(host: Host, verb: str, name: str, seconds: float) -> None:
    """The job has run to its end; Refused with systemd's own words where it failed."""
    systemctl(host, seconds, verb, "--", name)


def systemctl(host: Host, seconds: float, *arguments: str) -> str:
    """What systemctl printed; raises Refused."""
    program = host.which("systemctl")
    if program is None:
        raise Missing("systemctl: not found in PATH; leave systemd_unit= empty without systemd")
    done = host.run((program, "--no-pager", *arguments), seconds)
    if done.code is None:
        raise Refused(f"systemctl {arguments[0]} {arguments[-1]}: not done within {seconds:.0f} s")
    if done.code:
        told = " ".join(done.errors.split()) or f"exit code {done.code}"
        raise Refused(f"systemctl {arguments[0]} {arguments[-1]}: {told}")
    return done.output
