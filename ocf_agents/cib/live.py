"""The running cluster's configuration, as its own tool prints it."""

from __future__ import annotations

from ..system.errors import Missing, Refused
from ..system.host import Host

SECONDS = 20.0


def query() -> str:
    """The CIB in XML; raises Missing without Pacemaker's tools, Refused where it does not answer."""
    host = Host({})
    program = host.which("cibadmin")
    if program is None:
        raise Missing("cibadmin: not found; is pacemaker installed on this machine?")
    done = host.run((program, "--query"), SECONDS)
    if done.code is None:
        raise Refused(f"cibadmin: no answer within {SECONDS:.0f} s")
    if done.code:
        raise Refused(f"cibadmin: {' '.join(done.errors.split()) or f'exit code {done.code}'}")
    return done.output
