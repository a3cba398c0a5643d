"""MongoDB, the database of old Ceilometers."""

from __future__ import annotations

from ..kinds.native import Native
from ..lean import TYPE_CHECKING
from ..system.url import Url

if TYPE_CHECKING:
    from ..system.plan import Good

REQUEST = 0x0A63
OP_MSG = 2013
HEADER = 16
SIZE = 4
OK = b"\x01ok\x00\x00\x00\x00\x00\x00\x00\xf0\x3f"
"""The element {ok: 1.0} of an answer (BSON)."""


class MongoDB(
    Native,
    name="mongodb",
    summary="MongoDB",
    binary="mongod",
    config="/etc/mongod.conf",
    user="mongodb",
    port=27017,
):
    """Runs mongod in the foreground, as a single instance or as a member of a replica set.

    Its configuration must not ask for the background (processManagement.fork). What monitor looks
    at: at OCF_CHECK_LEVEL 0 the process; at any level above that also the port, and the answer to
    the command isMaster, the "hello" that servers of every age understand. It needs no login. Which
    member of a replica set is primary is for MongoDB itself to say.
    """

    def arguments(self) -> tuple[str, ...]:
        """The configuration, and the port where one is given."""
        port = ("--port", str(self.port)) if type(self).port.given(self) else ()
        return ("--config", self.config, *port)

    def address(self) -> Url:
        """The port in the configuration (of YAML, or of lines as before 2.6), if none is given."""
        port = self.configured_port("port", ":")
        if port == self.port:
            port = self.configured_port("port", "=")
        return Url("tcp", self.host_name, port)

    def place(self) -> tuple[str, int]:
        """Where it listens."""
        return self.host_name, self.address().port

    def question(self) -> bytes:
        """An OP_MSG with {isMaster: 1, $db: "admin"} (MongoDB wire protocol)."""
        elements = b"\x10isMaster\x00" + number(1) + b"\x02$db\x00" + number(6) + b"admin\x00"
        document = number(len(elements) + SIZE + 1) + elements + b"\x00"
        body = number(0) + b"\x00" + document
        return number(HEADER + len(body)) + number(REQUEST) + number(0) + number(OP_MSG) + body

    def whole(self, answer: bytes) -> bool:
        """A message begins with its own length."""
        return len(answer) >= HEADER and len(answer) >= int.from_bytes(answer[:SIZE], "little")

    def good(self) -> Good:
        """An answer to our very request, which says that all is well."""
        return 2 * SIZE, (number(REQUEST),), OK, b"\x00"


def number(value: int) -> bytes:
    """A number of 32 bits as BSON and the wire protocol write it."""
    return value.to_bytes(SIZE, "little")


AGENTS = (MongoDB,)
