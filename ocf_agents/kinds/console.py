"""Console proxies: servers of web sockets, which answer HTTP in one way or another."""

from __future__ import annotations

from ..lean import TYPE_CHECKING
from ..system.url import Url
from .checks import Answers, Listens
from .configured import ConfiguredApi
from .rpc import ServerPort
from .variant import obsolete

if TYPE_CHECKING:
    from typing import ClassVar

    from ..ocf.parameters import Parameter

ANY = (200, 204, 300, 301, 302, 400, 403, 404, 405)
"""A proxy without web pages refuses a plain request, and that is an answer."""


class Console(ConfiguredApi):
    """Runs a console proxy.

    What monitor looks at: at OCF_CHECK_LEVEL 0 the process; at any level above that also the port,
    and that HTTP is answered there, in whatever way: a proxy that serves no pages refuses the request
    and is well. The address is the one in url=, with the port of console_port, or else the one in
    the service's configuration. Never send SIGHUP to a console proxy: it ends.
    """

    console_port = ServerPort(
        None,
        "Port of the proxy",
        "The port that must answer; by default the one in the service's configuration.",
        reloadable=True,
    )
    monitor_binary = obsolete("netstat", "the kernel is asked without a program.")

    web: ClassVar[Parameter[str] | str] = ""
    """The directory of pages, where the proxy serves some."""
    checks = (Listens(), Answers(healthy=(ANY, ANY)))

    def address(self) -> Url:
        """The address with the port that console_port gives."""
        address = super().address()
        port = self.console_port or address.port
        return Url(address.scheme, address.host, port, address.path)

    def arguments(self) -> tuple[str, ...]:
        """The configuration, and the pages where there are some."""
        pages = getattr(self, "web", "")
        return (*super().arguments(), *(("--web", pages) if pages else ()))
