"""Where the old and the new data are, and the few renames in between: after each one it is known how to go on.

The new data are made in a directory beside the data, where a mark says how far they are. While they are
received, they can be thrown away; from the word "swapping" on, all is only ever carried on. So a power
failure leaves the old data as they were, or what the next start makes the new ones.
"""

from __future__ import annotations

from ...lean import TYPE_CHECKING, Record
from ...system.errors import Refused
from . import APART, MARK, WORK

if TYPE_CHECKING:
    from ...system.host import Account, Host

FILLING, SWAPPING = "filling", "swapping"
NOTHING, DISCARD, CARRY_ON, DONE = "nothing", "discard", "carry on", "done"
"""What is to be done about what is found."""


class Found(Record):
    """What is there of the new data."""

    work: bool = False
    """Whether there is the directory in which they are made."""
    mark: str = ""
    """What the mark in it says."""
    new: bool = False
    """Whether the new data are still in there."""
    other: bool = False
    """Whether there is anything but our mark."""


def due(found: Found) -> str:
    """What is to be done; Refused if the directory beside the data is not of these agents."""
    if not found.work:
        return NOTHING
    if found.mark.startswith(SWAPPING):
        return CARRY_ON if found.new else DONE
    if found.other and not found.mark:
        raise Refused("holds files that are none of this agent's; move them away")
    return DISCARD


class Places:
    """The directories of one server."""

    def __init__(self, host: Host, datadir: str, logs: tuple[str, ...] = ()) -> None:
        self.host = host
        self.data = datadir.rstrip("/")
        self.work = f"{self.data}{WORK}"
        self.mark = f"{self.work}/{MARK}"
        self.new = f"{self.work}/data"
        self.logs = logs
        """The paths of the server's logs without their numbers."""

    def found(self) -> Found:
        """What is there now."""
        entries = {*self.host.entries(self.work)}
        return Found(
            self.host.exists(self.work),
            self.host.read(self.mark) or "",
            self.host.exists(self.new),
            bool(entries - {MARK}),
        )

    def apart(self) -> list[str]:
        """What was set apart before, by whomever, and is still there."""
        names = [self.data, *(path for path in self.logs if self.outside(path))]
        return [
            f"{directory}/{entry}"
            for directory, _, name in (path.rpartition("/") for path in names)
            for entry in self.host.entries(directory)
            if entry.startswith(f"{name}{APART}")
        ]

    def outside(self, path: str) -> bool:
        """Whether a log is in another place than the data."""
        return path.startswith("/") and not path.startswith(f"{self.data}/")

    def prepare(self, account: Account, directory: str = "") -> None:
        """There is an empty directory of the account's to be filled, the new data's if not said; raises OSError."""
        # Only root writes beside it: what the mark says is obeyed with root's rights.
        self.host.make_directory(self.work, 0o711)
        self.host.write(self.mark, FILLING)
        self.host.provide_directory(directory or self.new, account)

    def swap(self, stamp: str, account: Account) -> str:
        """The new data are the data; the path of the old ones, or nothing where there were none.

        Raises OSError; then, as after a power failure, it is to be carried on.
        """
        for path in self.logs:
            directory = path.rpartition("/")[0]
            if directory.startswith(f"{self.data}/"):
                self.host.provide_directory(directory.replace(self.data, self.new, 1), account)
        self.host.flush()
        self.host.write(self.mark, "\n".join((SWAPPING, stamp, *self.logs)))
        self.host.flush()
        return self.carry_on()

    def carry_on(self) -> str:
        """A swap that was begun is done; the path of the old data. Raises OSError."""
        host = self.host
        _, stamp, *logs = (host.read(self.mark) or "").split("\n")
        target = f"{self.data}{APART}-{stamp}"
        for path in filter(self.outside, logs):
            self.set_logs_apart(path, f"{path}{APART}-{stamp}")
        if host.entries(self.data):
            host.move(self.data, target)
        elif host.exists(self.data):
            host.remove_tree(self.data, MARK)
        host.move(self.new, self.data)
        return target if host.exists(target) else ""

    def set_logs_apart(self, path: str, target: str) -> None:
        """The files of a log that is not among the data are in a directory beside it."""
        directory, _, name = path.rpartition("/")
        for entry in self.host.entries(directory):
            if entry.startswith(f"{name}.") and self.host.is_file(f"{directory}/{entry}"):
                if not self.host.exists(target):
                    self.host.make_directory(target, 0o700)
                self.host.move(f"{directory}/{entry}", f"{target}/{entry}")

    def discard(self) -> None:
        """Nothing is left beside the data of what was made there; raises OSError."""
        self.host.remove_tree(self.work, MARK)

    def undo(self) -> str:
        """What was left half done is undone, while a server may be running on the data; what was due.

        Raises OSError, or Refused where the data are half way to the new ones.
        """
        step = self.due()
        if step == CARRY_ON:
            raise Refused(f"{self.work}: holds data that are to take the place of these at the next start")
        if step != NOTHING:
            self.discard()
        return step

    def tidy(self) -> str:
        """What was left half done is undone, or done; no server runs. Raises OSError or Refused."""
        if self.due() == CARRY_ON:
            self.carry_on()
            self.discard()
            return CARRY_ON
        return self.undo()

    def due(self) -> str:
        """What is to be done about what is there; raises Refused."""
        try:
            return due(self.found())
        except Refused as refused:
            raise Refused(f"{self.work}: {refused}") from None
