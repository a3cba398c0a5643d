"""Servers beside OpenStack, asked in their own protocols over one connection, without a client program."""

from __future__ import annotations

from ..lean import TYPE_CHECKING
from ..ocf.codes import Degraded, Failure
from ..ocf.parameters import Boolean, Port, Text
from ..system.plan import SLOW, fits
from ..system.url import Url, port_in
from .checks import Check, Listens
from .service import Service

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import ClassVar

    from ..system.http import Answer
    from ..system.plan import Good, Question

SHOWN = 60
"""Characters of a strange answer that an exit reason repeats."""


class Replies(Check):
    """The server answers in its own protocol."""

    def questions(self, service: Service) -> list[Question]:
        """The question of this protocol, where the server can be asked."""
        if not isinstance(service, Native) or not service.speaks():
            return []
        return [(service.place(), None, service.question(), service.good())]

    def judge(self, service: Service, answers: Sequence[Answer]) -> None:
        """Silence and a strange answer are failures, an answer that took long is a degradation."""
        if not isinstance(service, Native) or not service.speaks():
            return
        place, began = service.place(), service.host.now()
        left = service.deadline.left()
        where = place[0] if place[0].startswith("/") else f"{place[0]} port {place[1]}"
        try:
            answer = service.host.converse(place, service.question(), service.whole, left)
        except TimeoutError:
            raise Failure(f"{where}: no answer within {left:.0f} s") from None
        except OSError as error:
            raise Failure(f"{where}: {error.strerror or error}; is that {service.name}'s address?") from error
        if not service.whole(answer):
            shown = answer[:SHOWN].decode("ascii", "backslashreplace")
            raise Failure(f"{where}: closed the connection after {shown!r}; is that {service.name}?")
        service.judge(where, answer)
        took = service.host.now() - began
        if took > service.deadline.timeout * SLOW:
            raise Degraded(f"{where}: took {took:.1f} s of the {service.deadline.timeout:.0f} s there are")


class Native(Service):
    """Runs a server with a protocol of its own.

    What monitor looks at: at OCF_CHECK_LEVEL 0 the process; at any level above that also the port,
    and the server's answer in its own protocol. No client program is run for it.
    """

    host_name = Text(
        "127.0.0.1",
        "Local address",
        "Where the monitor of a depth above 0 asks the server on this node.",
        reloadable=True,
    )
    port = Port(1, "Port", "The port that the server is asked at.")
    tls = Boolean(
        False,
        "TLS only",
        "If true, the port speaks TLS alone, and the monitor looks only whether the server listens there.",
        reloadable=True,
    )

    checks: ClassVar[tuple[Check, ...]] = (Listens(), Replies())

    def address(self) -> Url:
        """Where the server is asked."""
        return Url("tcp", self.host_name, self.port)

    def fits(self, command: tuple[str, ...]) -> bool:
        """The program itself: whoever merely names it as an argument is another one."""
        program = command[0].rpartition("/")[2] == self.binary.rpartition("/")[2]
        return program and all(part in command for part in self.needles())

    def place(self) -> tuple[str, int]:
        """The same as a connection takes it: host and port, or the path of a local socket and 0."""
        return self.host_name, self.port

    def speaks(self) -> bool:
        """Whether the server can be asked at all."""
        return not self.tls

    def question(self) -> bytes:
        """What the server is asked."""
        raise NotImplementedError

    def whole(self, answer: bytes) -> bool:
        """Whether the answer has come to its end."""
        return answer.endswith(b"\r\n")

    def good(self) -> Good:
        """What a healthy server answers."""
        raise NotImplementedError

    def judge(self, where: str, answer: bytes) -> None:
        """Raises Failure or Degraded for an answer that a healthy server does not give."""
        if not fits(self.good(), answer):
            raise self.strange(where, answer)

    def strange(self, where: str, answer: bytes) -> Failure:
        """The failure that repeats what the server said."""
        shown = answer[:SHOWN].decode("ascii", "backslashreplace").strip()
        return Failure(f"{where}: answered {shown!r}; is that {self.name}?")

    def configured(self, name: str, separator: str | None = None) -> str:
        """The last value of an option in a configuration of lines such as "name value"."""
        found = ""
        for line in (self.host.read(self.config) or "").split("\n"):
            words = line.strip().split(separator, 1)
            if len(words) == 2 and words[0].strip().lower() == name:
                found = words[1].partition(" #")[0].strip().strip("\"'")
        return found

    def configured_port(self, name: str, separator: str | None = None) -> int:
        """The port that is given as a parameter, else in the configuration, else the usual one."""
        return self.port_else(self.configured(name, separator))

    def port_else(self, told: str) -> int:
        """The port that is given as a parameter, else the one in this text, else the usual one."""
        given = type(self).port.given(self)
        return self.port if given else port_in(told) or self.port
