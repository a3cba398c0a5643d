"""The notify environment as a value (Pacemaker Administration, clone notifications)."""

from __future__ import annotations

from ..lean import TYPE_CHECKING, Record

if TYPE_CHECKING:
    from .context import Context

ALL, LEADER, OTHERS, COMPANY = "all", "leader", "others", "company"
"""Whom on its own node an agent listens for: for any instance; for one that is promoted or about to be; for all
but those that are promoted now; for one that is not the only one."""


class Notification(Record):
    """What the cluster is about to do ("pre") or has just done ("post"); all values node names."""

    when: str = ""
    operation: str = ""
    starting: tuple[str, ...] = ()
    stopping: tuple[str, ...] = ()
    promoting: tuple[str, ...] = ()
    demoting: tuple[str, ...] = ()
    active: tuple[str, ...] = ()
    promoted: tuple[str, ...] = ()
    unpromoted: tuple[str, ...] = ()
    available: tuple[str, ...] = ()

    @classmethod
    def of(cls, context: Context) -> Notification:
        """The notify environment, in the words of OCF 1.1 or in those before."""

        def nodes(*names: str) -> tuple[str, ...]:
            for name in names:
                found = context.meta(f"notify_{name}_uname")
                if found:
                    return tuple(found.split())
            return ()

        return cls(
            when=context.meta("notify_type"),
            operation=context.meta("notify_operation"),
            starting=nodes("start"),
            stopping=nodes("stop"),
            promoting=nodes("promote"),
            demoting=nodes("demote"),
            active=nodes("active"),
            promoted=nodes("promoted", "master"),
            unpromoted=nodes("unpromoted", "slave"),
            available=nodes("available"),
        )

    @property
    def event(self) -> str:
        """The notification in one word, for instance "pre-promote"."""
        return f"{self.when}-{self.operation}"

    def concerns(self, node: str, whom: str) -> bool:
        """Whether the instance on this node is among those; a node that nobody named may be any."""
        if not node or whom == ALL:
            return True
        if whom == LEADER:
            return node in (*self.promoted, *self.promoting)
        if whom == OTHERS:
            return node not in self.promoting
        return {*self.active, *self.starting, *self.promoting} != {node}

    @property
    def promoted_afterwards(self) -> tuple[str, ...]:
        """Who is promoted once the announced changes are done; Pacemaker lists who is before them."""
        stay = [node for node in self.promoted if node not in self.demoting and node not in self.stopping]
        return (*stay, *(node for node in self.promoting if node not in stay))
