"""A service inside another server, such as httpd or an emperor of uWSGI: the agent only watches."""

from __future__ import annotations

from ..lean import TYPE_CHECKING
from ..ocf.codes import Unrecorded
from ..system.plan import WATCHED
from .state import RUNNING, STOPPED, Sight

if TYPE_CHECKING:
    from .service import Service


class Hosted:
    """The backend that starts nothing and stops nothing; a file says whether it is to watch."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.host = service.host
        self.marker = service.beside(WATCHED)

    def look(self) -> Sight:
        """Running from start to stop; whether the service answers is for the checks to say."""
        return Sight(RUNNING if self.host.exists(self.marker) else STOPPED)

    def start(self) -> None:
        """The agent watches from now on."""
        try:
            self.host.write(self.marker, "")
        except OSError as error:
            raise Unrecorded(self.marker, error) from error

    def stop(self) -> None:
        """The agent watches no more; the service is left as it is."""
        try:
            self.host.remove(self.marker)
        except OSError as error:
            raise Unrecorded(self.marker, error) from error
        self.service.unplan()

    def check(self) -> None:
        """Nothing of the host matters to a mere watcher."""

    def last_words(self) -> str:
        """Who would know."""
        return "hosted=true: it is for the hosting server (httpd, uWSGI) to start it"
