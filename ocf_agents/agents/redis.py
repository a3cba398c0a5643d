"""Redis, as the coordination backend of some services."""

from __future__ import annotations

from ..kinds.native import Native
from ..lean import TYPE_CHECKING
from ..ocf.codes import Degraded, Failure
from ..ocf.parameters import Secret
from ..system.url import Url

if TYPE_CHECKING:
    from ..system.plan import Good

ALIVE = (b"+PONG", b"-NOAUTH", b"-NOPERM")


class Redis(
    Native,
    name="redis",
    summary="Redis",
    binary="redis-server",
    config="/etc/redis/redis.conf",
    user="redis",
    port=6379,
):
    """Runs redis-server in the foreground, as a single instance or as a clone.

    What monitor looks at: at OCF_CHECK_LEVEL 0 the process; at any level above that also the port,
    and the answer to PING. With password= it logs in first; without it, a server that asks for a
    login answers as well. A server that is still loading its data set is not usable: a start waits
    for it. Replication is not looked after.
    """

    password = Secret(
        "", "Password", "Sent before PING; better kept with cibsecret than in the CIB.", reloadable=True
    )

    def arguments(self) -> tuple[str, ...]:
        """The configuration, but neither in the background nor for another supervisor."""
        return (self.config, "--daemonize", "no", "--supervised", "no")

    def fits(self, command: tuple[str, ...]) -> bool:
        """Redis writes its address where its arguments were."""
        words = " ".join(command).split()
        program = words[0].rpartition("/")[2] if words else ""
        return program == self.binary.rpartition("/")[2] and (
            self.config in words or any(word.endswith(f":{self.address().port}") for word in words)
        )

    def address(self) -> Url:
        """The port in the configuration, if none is given."""
        return Url("tcp", self.host_name, self.configured_port("port"))

    def place(self) -> tuple[str, int]:
        """Where it listens."""
        return self.host_name, self.address().port

    def question(self) -> bytes:
        """PING, perhaps after AUTH (RESP)."""
        secret = self.password.encode("utf-8", "surrogateescape")
        login = b"*2\r\n$4\r\nAUTH\r\n$%d\r\n%s\r\n" % (len(secret), secret) if secret else b""
        return login + b"*1\r\n$4\r\nPING\r\n"

    def whole(self, answer: bytes) -> bool:
        """One line for each command."""
        return answer.count(b"\r\n") >= (2 if self.password else 1)

    def good(self) -> Good:
        """PONG, or at least Redis's own refusal."""
        logged_in = b"+OK\r\n" if self.password else b""
        return 0, tuple(logged_in + word for word in ALIVE), b"", b"\r\n"

    def judge(self, where: str, answer: bytes) -> None:
        """What is no answer of a healthy server may still tell why."""
        last = answer.split(b"\r\n")[-2]
        if last.startswith(b"-LOADING"):
            raise Failure(f"{where}: is loading its data set")
        if self.password and not answer.startswith(b"+OK") and last.startswith(ALIVE):
            raise Degraded(f"{where}: login refused; is password= right?")
        super().judge(where, answer)


AGENTS = (Redis,)
