"""What the agent remembers on this node between two calls: small files, most in the run directory.

Nothing in them is a promise to anybody: whatever is lost with them is found out again.
"""

from __future__ import annotations

from posix import getppid

from ..lean import TYPE_CHECKING
from ..ocf.codes import Unrecorded

if TYPE_CHECKING:
    from ..system.host import Host
    from ..system.proc import Process

LASTING = "/var/lib/pacemaker/openstack-agents"
"""What must outlive a loss of power is here: where the cluster's own record is, on every node of it."""
FRESH = 600.0
"""Seconds after which even an unchanged score is told to the cluster again."""
AWAITED = 30.0
"""Seconds within which somebody is promoted who has a score; it is told anew then, and later after twice as long."""
MODE = 0o600
FAILED = "promotion failed"
"""The word for a promotion that began and did not end with an open server."""


class Memory:
    """Words by name, kept until the node reboots; a word that was never set is empty."""

    def __init__(self, host: Host, path: str) -> None:
        self.host = host
        self.path = path
        lines = (host.read(path) or "").splitlines()
        self.words = dict(line.partition("=")[::2] for line in lines)
        self.saved = dict(self.words)

    def __getitem__(self, name: str) -> str:
        return self.words.get(name, "")

    def __setitem__(self, name: str, value: str) -> None:
        self.words[name] = value.replace("\n", " ")

    def save(self) -> None:
        """The file holds the words as they are now; one that cannot be written costs only work."""
        kept = {name: value for name, value in self.words.items() if value}
        if kept == self.saved:
            return
        try:
            self.host.write(self.path, "".join(f"{name}={value}\n" for name, value in kept.items()), MODE)
        except OSError:
            return
        self.saved = kept

    def forget(self) -> None:
        """Nothing is remembered, but for the next start that a promotion failed; what cannot go does no harm."""
        self.words, self.saved = {FAILED: self[FAILED]}, {}
        try:
            self.host.remove(self.path)
        except OSError:
            return
        self.save()

    def lasted(self, name: str, holds: bool) -> float:
        """Seconds for which this has been so, as far as anybody looked; 0 if it is not so now."""
        now = int(self.host.now())
        self[name] = self[name] or str(now) if holds else ""
        return now - int(self[name] or now)

    # The server process that promote opened: a file of its own, which no monitor ever writes.

    @property
    def opening(self) -> str:
        """The file that names this process."""
        return f"{self.path}.opened"

    def opened(self, main: Process | None) -> bool:
        """Whether promote opened this very process for writing."""
        return main is not None and self.host.read(self.opening) == identity(main)

    def open(self, main: Process) -> None:
        """From now on this very process is to be writable, or Unrecorded."""
        try:
            self.host.write(self.opening, identity(main), MODE)
        except OSError as error:
            raise Unrecorded(self.opening, error) from error

    def close(self) -> None:
        """From now on no process is to be writable, or Unrecorded."""
        try:
            self.host.remove(self.opening)
        except OSError as error:
            raise Unrecorded(self.opening, error) from error

    # Whether this node's copy of the pact is the newest: a node that was off may have missed a change.

    def met(self) -> bool:
        """Whether this Pacemaker has met a node since it started that has the newest pact."""
        return self.host.read(f"{self.path}.met") == self.listener()

    def meet(self) -> None:
        """This Pacemaker has met such a node; if that cannot be kept, it is as if it had not."""
        try:
            self.host.write(f"{self.path}.met", self.listener(), MODE)
        except OSError:
            return

    # The newest pact that was seen here, since the cluster's record may be set back.

    @property
    def record(self) -> str:
        """The file that holds the newest pact, and goes on to hold it when the node has lost power."""
        return f"{LASTING}/{self.path.rpartition('/')[2]}.pact"

    def newest(self) -> str:
        """The pact with its number, as it was seen last; empty if none was."""
        return self.host.read(self.record) or ""

    def see(self, text: str) -> None:
        """This is the newest pact; if that cannot be kept, the cluster's record alone counts."""
        try:
            self.host.write(self.record, text, MODE, lasting=True)
        except OSError:
            return

    # The receipt of what was received, which outlives the server, but not the node.

    def receipt(self) -> str:
        """The receipt as it was kept last, or nothing."""
        return self.host.read(f"{self.path}.receipt") or ""

    def keep_receipt(self, text: str) -> None:
        """This is the receipt; one that cannot be kept is as good as none."""
        if text != self.receipt():
            try:
                self.host.write(f"{self.path}.receipt", text, MODE)
            except OSError:
                return

    # What the cluster was told.

    def told(self, claim: str) -> bool:
        """Whether this Pacemaker was told the same not too long ago."""
        if self["claim"] != claim or self["listener"] != self.listener():
            return False
        told = self["told"]
        return told.isdigit() and 0 <= self.host.now() - int(told) < FRESH

    def unheard(self) -> bool:
        """Whether this Pacemaker has had long enough to act on what it was told last."""
        return self.host.now() - int(self["told"] or 0) >= AWAITED * (1 << int(self["repeated"] or 0))

    def tell(self, claim: str, repeated: bool = False) -> None:
        """This Pacemaker has been told so just now, perhaps once more."""
        self["repeated"] = str(int(self["repeated"] or 0) + 1) if repeated else ""
        self["claim"], self["listener"], self["told"] = claim, self.listener(), str(int(self.host.now()))

    def listener(self) -> str:
        """Who called this agent; a Pacemaker that was restarted is another one."""
        caller = self.host.process(getppid())
        return identity(caller) if caller else str(getppid())


def identity(process: Process) -> str:
    """A process, told from any later one of the same pid."""
    return f"{process.pid}:{process.started}"
