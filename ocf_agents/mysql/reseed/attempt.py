"""What the receiver or the donor has written down of itself, and what the two agents tell each other."""

from __future__ import annotations

from ...lean import TYPE_CHECKING, Record
from ...system.pulse import recorded
from ..memory import MODE

if TYPE_CHECKING:
    from ...system.host import Host
    from ...system.proc import Process

LISTENS, RECEIVES, PREPARES, READY = "listens", "receives", "prepares", "ready"
TAKES, STARTS = "takes", "starts"
SENDS, SENT, FAILED = "sends", "sent", "failed"
"""What a receiver does, one after the other; what a donor does; and how either may end."""
KILL = 9
UNITS = ("bytes", "kB", "MB", "GB", "TB")
STEP = 1000


class Attempt(Record):
    """One rebuilding, as the process that works on it last told; written by that process while it lives."""

    phase: str = ""
    session: str = ""
    cause: str = ""
    """What it is done for; the same thing is not done twice for one."""
    process: str = ""
    """Pid and start of that process."""
    since: str = "0"
    """When the phase began, on the host's clock."""
    received: str = "0"
    size: str = "0"
    position: str = ""
    """Where in the primary's history a clone ends; MariaDB's backup has a note of its own."""
    apart: str = ""
    """Where the old data are."""
    reason: str = ""
    """Why it failed, or what else there is to say."""

    @classmethod
    def read(cls, host: Host, path: str) -> Attempt:
        """The attempt in a file; one without a phase where there is none."""
        words = dict(line.partition("=")[::2] for line in (host.read(path) or "").splitlines())
        return cls(**{name: words[name] for name in cls.__annotations__ if name in words})

    def write(self, host: Host, path: str) -> None:
        """The file holds this attempt; raises OSError."""
        lines = (f"{name}={getattr(self, name)}".replace("\n", " ") for name in type(self).__annotations__)
        host.write(path, "\n".join(lines) + "\n", MODE)

    def but(self, **changes: str) -> Attempt:
        """The same attempt with something changed."""
        return type(self)(**{name: getattr(self, name) for name in type(self).__annotations__} | changes)

    def worker(self, host: Host) -> Process | None:
        """The process that works on it, if it lives."""
        pid, started = recorded(self.process.encode()) or (0, 0)
        found = host.process(pid) if pid else None
        return found if found and found.started == started else None

    def end(self, host: Host) -> bool:
        """Whether nothing is left of the process and of what it started; they are ended at once."""
        worker = self.worker(host)
        pid, started = recorded(self.process.encode()) or (0, 0)
        family = [one for one in host.processes() if pid and one.session == pid and one.started >= started]
        for one in ([worker] if worker else []) + family:
            host.signal(one, KILL)
        return not family and worker is None

    def progress(self, source: str) -> str:
        """What it is about, in a sentence about the server."""
        if self.phase == FAILED:
            return f"is not rebuilt: {self.reason}"
        if self.phase == LISTENS:
            return f"is to be rebuilt from {source}, and waits for its data"
        if self.phase == RECEIVES:
            return f"is being rebuilt from {source}: {amount(self.received)} of {amount(self.size)} received"
        if self.phase == PREPARES:
            return f"is being rebuilt from {source}: {amount(self.received)} received, being prepared"
        return f"is being rebuilt from {source}: the copy takes the place of its data"


class Request(Record):
    """A node asks another one for its data."""

    source: str
    session: str
    address: str
    port: int

    @classmethod
    def read(cls, text: str) -> Request | None:
        """The request in a text of `write`; None where there is none."""
        words = text.split()
        return (
            cls(words[0], words[1], words[2], int(words[3]))
            if len(words) == 4 and words[3].isdigit()
            else None
        )

    def write(self) -> str:
        """The request as one line."""
        return f"{self.source} {self.session} {self.address} {self.port}"


def amount(text: str) -> str:
    """A number of bytes as people say it."""
    number = float(text) if text.isdigit() else 0.0
    unit = 0
    while number >= STEP and unit < len(UNITS) - 1:
        number, unit = number / STEP, unit + 1
    return f"{number:.1f} {UNITS[unit]}" if unit > 2 else f"{number:.0f} {UNITS[unit]}"
