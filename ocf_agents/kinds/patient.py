"""A service that knows the loss of a dependency from a fault of its own, and gives it time."""

from __future__ import annotations

from ..lean import TYPE_CHECKING
from ..ocf.codes import Degraded, Failure
from ..ocf.parameters import Duration
from .service import Service

if TYPE_CHECKING:
    from typing import ClassVar

LOST = ".lost"
WAITING = 0.5
"""The part of start's time for which it waits for a dependency; a service without one is up as well."""


class Patient(Service):
    """Reports a lost dependency as degraded for a while, and only then as a failure."""

    dependency_grace = Duration(
        180.0,
        "Grace for a lost dependency",
        "While the broker or the database is away for less than this, monitor reports the service as "
        "degraded; after it, as failed, since a service that has not come back by then needs a restart. "
        "The default covers the fencing of a node (60 s) and a promotion (120 s), so that a failover of "
        "the database does not restart all that depends on it.",
        reloadable=True,
    )

    kept: ClassVar[tuple[str, ...]] = (LOST,)
    """Endings of the files beside the record that a stop takes away."""

    def losses(self) -> dict[str, float]:
        """Since when each lost dependency is away, by the host's clock."""
        now = self.host.now()
        found: dict[str, float] = {}
        for line in (self.host.read(self.beside(LOST)) or "").splitlines():
            name, _, since = line.partition(" ")
            if since.replace(".", "", 1).isdigit() and float(since) <= now:
                found[name] = float(since)
        return found

    def missing(self, dependency: str, fact: str) -> None:
        """Raises Degraded within the grace and Failure after it; a probe has no such expectations."""
        if self.context.probe:
            self.log.info(fact)
            return
        starting = self.context.action == "start"
        if starting and self.deadline.left() > self.deadline.timeout * WAITING:
            raise Failure(fact)
        losses, now = self.losses(), self.host.now()
        if dependency not in losses:
            losses[dependency] = now
            self.keep(losses)
        away, grace = now - losses[dependency], self.dependency_grace
        if starting or away < grace:
            raise Degraded(f"{fact}, for {away:.0f} s (dependency_grace={grace:.0f}s)")
        raise Failure(f"{fact}, for {away:.0f} s, longer than dependency_grace={grace:.0f}s")

    def found(self, dependency: str) -> None:
        """A dependency that may have been lost is there."""
        losses = self.losses()
        if losses.pop(dependency, None) is not None:
            self.log.info(f"{self.name} has its {dependency} again")
            self.keep(losses)

    def keep(self, losses: dict[str, float]) -> None:
        """The losses are on record, and no plan hides them."""
        self.unplan()
        if not losses:
            self.discard(self.beside(LOST))
            return
        text = "".join(f"{name} {since}\n" for name, since in losses.items())
        try:
            self.host.write(self.beside(LOST), text)
        except OSError as error:
            self.log.warning(f"{self.beside(LOST)}: {error}; the grace begins anew with each monitor")

    def plan(self) -> None:
        """While a dependency is away every monitor goes the long way, which counts the time."""
        if not self.losses():
            super().plan()

    def forget(self) -> None:
        """Nothing is left of what monitors kept."""
        for ending in self.kept:
            self.discard(self.beside(ending))
        super().forget()
