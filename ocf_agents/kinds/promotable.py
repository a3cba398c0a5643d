"""Agents whose clone instances can be promoted: notifications, promotion score, role."""

from __future__ import annotations

from ..lean import TYPE_CHECKING
from ..ocf.actions import action
from ..ocf.agent import Agent
from ..ocf.codes import Failure

if TYPE_CHECKING:
    from typing import Callable

    from ..system.cluster import Cluster


class Promotable(Agent):
    """Runs as a promotable clone; also as a plain clone or primitive, where nothing is promoted."""

    @property
    def cluster(self) -> Cluster:
        """The cluster's record of this node: its promotion score and its attributes."""
        from ..system.cluster import Cluster, Membership

        asked = self.context
        return Cluster(self.host, Membership(asked.resource, asked.instance, asked.node, asked.feature_set))

    @action(timeout=120)
    def promote(self) -> None:
        """Take over the promoted role, or refuse and say why."""
        raise NotImplementedError

    @action(timeout=120)
    def demote(self) -> None:
        """Give up the promoted role."""
        raise NotImplementedError

    @action(timeout=90)
    def notify(self) -> None:
        """Prepare for what the cluster announces; never fails, since Pacemaker ignores failures.

        The methods marked with @on("pre-promote") and so on are called for their events.
        """
        event = self.context.notification.event
        for method in self.listeners(event):
            try:
                method()
            except Failure as failure:
                self.log.error(f"{event} notification: {failure}")

    def listeners(self, event: str) -> list[Callable[[], None]]:
        """The methods that listen to this event on this node, those of base classes first."""
        told, node = self.context.notification, self.context.meta("on_node")
        names = {
            name: None
            for base in reversed(type(self).__mro__)
            for name, member in vars(base).items()
            if event in getattr(member, "events", ()) and told.concerns(node, member.events[event])
        }
        return [getattr(self, name) for name in names]
