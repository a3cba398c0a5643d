"""RabbitMQ, the message broker."""

from __future__ import annotations

from ..kinds.native import Native
from ..lean import TYPE_CHECKING
from ..ocf.parameters import Text

if TYPE_CHECKING:
    from ..system.plan import Good
    from ..system.spawn import Command

HEADER = b"AMQP\x00\x00\x09\x01"
FRAME = 7
"""Type, channel and length, before a frame's payload."""
METHOD = 1
START = b"\x00\x0a\x00\x0a"
"""The class and the method of connection.start."""
END = b"\xce"


class RabbitMQ(
    Native,
    name="rabbitmq-server",
    summary="RabbitMQ message broker",
    binary="rabbitmq-server",
    config="",
    user="rabbitmq",
    port=5672,
):
    """Runs one RabbitMQ broker in the foreground; its cluster is not looked after.

    What monitor looks at: at OCF_CHECK_LEVEL 0 the process; at any level above that also the port,
    and the beginning of an AMQP 0-9-1 handshake, to which a broker that hangs does not answer.
    RabbitMQ notes each of these connections in its log as one that was closed early. The port mapper
    epmd is left alone when the broker stops, since other Erlang nodes may use it. The broker finds
    its configuration by itself in /etc/rabbitmq; config= names another file for it.
    """

    node_name = Text("", "Node name", "The broker's Erlang name, such as rabbit@host; its default if empty.")

    def arguments(self) -> tuple[str, ...]:
        """The configuration is a matter of the environment."""
        return ()

    def command(self, mark: str) -> Command:
        """The broker's script, in the foreground."""
        environment = {"RABBITMQ_NODE_PORT": str(self.port)} if type(self).port.given(self) else {}
        if self.config:
            environment["RABBITMQ_CONFIG_FILE"] = self.config
        if self.node_name:
            environment["RABBITMQ_NODENAME"] = self.node_name
        return self.launch((self.program(self.binary), *self.additional_parameters), mark, environment)

    def fits(self, command: tuple[str, ...]) -> bool:
        """The Erlang machine with RabbitMQ in it, or the script that becomes it."""
        words = [word.rpartition("/")[2] for word in command]
        if "beam" in words[0]:
            named = not self.node_name or self.node_name in command
            return named and any("rabbit" in word for word in command)
        return self.binary.rpartition("/")[2] in words[:2]

    def spares(self, command: tuple[str, ...]) -> bool:
        """The port mapper outlives the broker that happened to start it."""
        return command[0].rpartition("/")[2] == "epmd"

    def question(self) -> bytes:
        """The protocol's header (AMQP 0-9-1, 4.2.2)."""
        return HEADER

    def whole(self, answer: bytes) -> bool:
        """One frame, or the header that a broker of another protocol answers with."""
        if not answer.startswith(bytes([METHOD])):
            return len(answer) >= len(HEADER)
        return len(answer) > FRAME and len(answer) > FRAME + int.from_bytes(answer[3:FRAME], "big")

    def good(self) -> Good:
        """The broker begins with connection.start."""
        return FRAME, (START,), b"", END


AGENTS = (RabbitMQ,)
