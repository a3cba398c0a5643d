"""An HTTP API: a service with an address."""

from __future__ import annotations

from ..lean import TYPE_CHECKING
from ..ocf.codes import Misconfigured
from ..ocf.parameters import Boolean, Path, UrlParameter
from .service import Service

if TYPE_CHECKING:
    from ..system.http import Request
    from ..system.url import Url


class Api(Service):
    """Runs an HTTP API and asks it."""

    url = UrlParameter(
        None,
        "Local address",
        "Where the monitor of a depth above 0 reaches this instance on this node. With https the "
        "certificate must be valid for it.",
        reloadable=True,
    )
    os_cacert = Path(
        "",
        "CA certificates",
        "The file of certificates that https answers are checked against; the system's if empty.",
        reloadable=True,
    )
    insecure = Boolean(
        False,
        "Trust any certificate",
        "If true, the certificates of https answers are not checked.",
        reloadable=True,
        aliases=("os_insecure",),
    )

    def address(self) -> Url:
        """Where this instance is asked."""
        if self.url is None:
            raise Misconfigured("url: this parameter is required; set it to the local address of the API")
        return self.url

    def base(self) -> str:
        """What the paths of this instance are below."""
        return self.address().root

    def request(self, path: str) -> Request:
        """A GET of a path of this instance."""
        from ..system.http import Request

        return Request(self.base() + path, cafile=self.os_cacert, insecure=self.insecure)
