"""A service as a systemd unit: systemctl starts and stops it, the agent judges."""

from __future__ import annotations

from ..lean import TYPE_CHECKING
from ..ocf.codes import Failure, NotInstalled
from ..system import systemd
from .family import family, state_of
from .state import FAILED, RUNNING, STARTING, STOPPED, STOPPING, Sight, State

if TYPE_CHECKING:
    from .service import Service

STATES: dict[str, State] = {
    "active": RUNNING,
    "reloading": RUNNING,
    "refreshing": RUNNING,
    "activating": STARTING,
    "deactivating": STOPPING,
    "maintenance": FAILED,
    "inactive": STOPPED,
    # systemd keeps "failed" as a memory; the processes of such a unit are gone.
    "failed": STOPPED,
}
"""What each ActiveState of org.freedesktop.systemd1(5) amounts to."""
UNUSABLE = ("not-found", "bad-setting", "error", "masked")


class SystemdUnit:
    """The backend for distributions whose unit knows best how the service is run."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.host = service.host
        self.name = service.systemd_unit

    def look(self) -> Sight:
        """What systemd says of the unit."""
        if not systemd.booted(self.host):
            return Sight(STOPPED)
        unit = self.unit()
        state = STATES.get(unit.active, FAILED)
        main = self.host.process(unit.main) if unit.main else None
        if main and state is RUNNING:
            state = state_of(main)
        others = [p for p in family(self.host.processes(), (main,)) if p.pid != main.pid] if main else []
        return Sight(state, main, tuple(others))

    def unit(self) -> systemd.Unit:
        """The unit, or NotInstalled where systemd does not know it."""
        unit = systemd.show(self.host, self.name, self.service.deadline.left())
        asked = self.service.context
        if unit.load in UNUSABLE and not asked.probe and asked.action != "stop":
            raise NotInstalled(f"systemd_unit={self.name}: systemd says {unit.load}; is it installed?")
        return unit

    def start(self) -> None:
        """Systemd says that the unit is started; Failure has its words where it is not."""
        self.check()
        systemd.change(self.host, "start", self.name, self.service.deadline.left())

    def stop(self) -> None:
        """Systemd says that the unit is stopped, and so do its processes."""
        if not systemd.booted(self.host):
            return
        unit = self.unit()
        # A unit outlives its file, and is no less to be stopped.
        if unit.load == "not-found" and STATES.get(unit.active) is STOPPED:
            return
        systemd.change(self.host, "stop", self.name, self.service.deadline.left())
        sight = self.look()
        if sight.state is not STOPPED:
            raise Failure(f"{self.name} {sight} after systemctl stop")

    def check(self) -> None:
        """Systemd runs here, knows the unit, and leaves its starts and restarts to the cluster."""
        if not systemd.booted(self.host):
            raise NotInstalled(
                f"systemd_unit={self.name}: systemd does not run here ({systemd.BOOTED} is missing); "
                "leave systemd_unit= empty and the agent starts the service itself"
            )
        unit = self.unit()
        if unit.enabled == "enabled":
            self.service.log.warning(
                f"{self.name} is also started by systemd at boot; run: systemctl disable {self.name}"
            )
        if unit.restart not in ("", "no"):
            self.service.log.warning(
                f"{self.name} has Restart={unit.restart}, so that systemd restarts it behind the "
                f"cluster's back; run: systemctl edit {self.name}, and set Restart=no"
            )

    def last_words(self) -> str:
        """Why systemd says that the unit ended."""
        return f"systemd says {self.unit().result}; see: journalctl -u {self.name}"
