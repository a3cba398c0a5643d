"""HAProxy, in front of the APIs."""

from __future__ import annotations

from ..kinds.native import Native, Replies
from ..lean import TYPE_CHECKING
from ..ocf.parameters import Path

if TYPE_CHECKING:
    from ..system.plan import Good


class HAProxy(
    Native,
    name="haproxy",
    summary="HAProxy",
    binary="haproxy",
    config="/etc/haproxy/haproxy.cfg",
    user="root",
    without=("host_name", "port", "tls"),
):
    """Runs HAProxy in the foreground with its worker, usually as a clone.

    It is started as root, which it needs for ports below 1024, and becomes the user and group that
    its configuration names. What monitor looks at: at OCF_CHECK_LEVEL 0 the process; at any level
    above that also the answer to "show info" at its stats socket. Without a stats socket in the
    configuration ("stats socket /run/haproxy/admin.sock level operator") only the process is seen.
    """

    stats_socket = Path(
        "",
        "Stats socket",
        "The local socket of HAProxy's runtime API; by default the first one in the configuration.",
        reloadable=True,
    )

    checks = (Replies(),)

    def arguments(self) -> tuple[str, ...]:
        """Master and worker, and not in the background."""
        return ("-W", "-db", "-f", self.config)

    def place(self) -> tuple[str, int]:
        """The stats socket; an empty path where there is none."""
        if self.stats_socket:
            return self.stats_socket, 0
        for line in (self.host.read(self.config) or "").split("\n"):
            words = line.split()
            if words[:2] == ["stats", "socket"] and len(words) > 2:
                path = words[2].rpartition("@")[2]
                if path.startswith("/"):
                    return path, 0
        return "", 0

    def speaks(self) -> bool:
        """Whether there is a socket to ask at."""
        return bool(self.place()[0])

    def question(self) -> bytes:
        """A command of the runtime API."""
        return b"show info\n"

    def whole(self, answer: bytes) -> bool:
        """It ends with an empty line."""
        return answer.endswith(b"\n\n")

    def good(self) -> Good:
        """HAProxy says its name first."""
        return 0, (b"Name: HAProxy",), b"", b"\n\n"

    def announce(self) -> None:
        """A monitor that can see so little deserves a word."""
        if not self.speaks():
            self.log.warning(f"{self.config} has no stats socket: monitors see only the process")


AGENTS = (HAProxy,)
