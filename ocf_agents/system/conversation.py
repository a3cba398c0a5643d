"""Questions to servers over TCP, TLS or a local socket, until a deadline.

Like `pulse`, this serves healthy monitors. The interpreter's own `_socket` and `_ssl` do it: the
modules `socket` and `ssl`, which wrap them, cost more than a whole monitor.
"""

import _socket
from time import monotonic

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Optional

    Place = tuple[str, int]
    Trust = tuple[str, bool]

CHUNK = 1 << 16
LARGEST = 1 << 20
END_OF_HEAD = b"\r\n\r\n"
CHUNKED = b"\r\ntransfer-encoding: chunked"
LENGTH = b"\r\ncontent-length:"
SYSTEM = ("", False)
"""To trust whom the system trusts."""
DIRECTORY = 3
"""The place of the system's directory of certificates among OpenSSL's defaults."""


class Socket(_socket.socket):
    """A socket that a weak reference can be had of, as TLS wants."""


class Conversation:
    """Questions one after the other, over one connection as long as place and server let it.

    A place is (host, port), or (path, 0) for a local socket. With TLS comes whom to trust: a file of
    certificates, the system's if empty, and whether any certificate will do.
    """

    socket: Socket
    send: "Callable[[bytes], int]"
    receive: "Callable[[int], bytes]"

    def __init__(self, seconds: float) -> None:
        self.end = monotonic() + seconds
        self.peer: Any = None
        self.ended = False
        """Whether the last answer ended with the connection."""
        self.contexts: dict[Trust, Any] = {}

    def ask(
        self,
        place: "Place",
        question: bytes,
        whole: "Callable[[bytes], bool]",
        trust: "Optional[Trust]" = None,
    ) -> bytes:
        """What the server answered until it was whole or had closed; OSError, a TimeoutError at the deadline."""
        if self.peer == (place, trust) and not self.ended:
            try:
                answer = self.exchange(question, whole)
                if answer:
                    return answer
            except OSError:
                # Many a server closes after an answer without a word.
                pass
        self.connect(place, trust)
        return self.exchange(question, whole)

    def exchange(self, question: bytes, whole: "Callable[[bytes], bool]") -> bytes:
        """What came back over this connection."""
        self.say(question)
        answer = b""
        while not whole(answer) and len(answer) < LARGEST:
            self.hurry()
            chunk = self.receive(CHUNK)
            if not chunk:
                self.ended = True
                break
            answer += chunk
        return answer

    def say(self, rest: bytes) -> None:
        """The server was sent this."""
        while rest:
            self.hurry()
            rest = rest[self.send(rest) :]

    def connect(self, place: "Place", trust: "Optional[Trust]") -> None:
        """There is a new connection; the one before it ends, since nothing refers to it any more."""
        self.reach(place)
        if trust:
            self.secure(place, trust)
        self.peer, self.ended = (place, trust), False

    def reach(self, place: "Place") -> None:
        """There is a connection to the place, over which nothing was said yet."""
        for family, address in addresses(*place):
            self.socket = Socket(family, _socket.SOCK_STREAM)
            self.hurry()
            try:
                self.socket.connect(address)
                break
            except OSError as error:
                fault = error
        else:
            raise fault
        self.send, self.receive = self.socket.send, self.socket.recv

    def secure(self, place: "Place", trust: "Trust") -> None:
        """The connection is encrypted, and the server is the one that it should be; else OSError."""
        from _ssl import SSLCertVerificationError

        if trust not in self.contexts:
            self.contexts[trust] = trusting(*trust)
        try:
            self.shake_hands(place[0], trust)
        except SSLCertVerificationError:
            if trust != SYSTEM:
                raise
            # Whom the directory does not know, the bundle may. To read it costs twelve interpreters.
            self.contexts[trust].set_default_verify_paths()
            self.reach(place)
            self.shake_hands(place[0], trust)

    def shake_hands(self, host: str, trust: "Trust") -> None:
        """The connection is encrypted; OSError if the server does not show that it is this host."""
        tls = self.contexts[trust]._wrap_socket(self.socket, False, host)  # noqa: SLF001  # as ssl does
        self.hurry()
        tls.do_handshake()
        self.send, self.receive = tls.write, tls.read

    def hurry(self) -> None:
        """The next step ends by the deadline."""
        left = self.end - monotonic()
        if left <= 0:
            raise TimeoutError
        self.socket.settimeout(left)


def addresses(host: str, port: int) -> "list[tuple[int, Any]]":
    """The family and the address of a place, as the kernel's calls take them."""
    if host.startswith("/"):
        return [(_socket.AF_UNIX, host)]
    # As text, the name would need a codec that costs as much as the whole monitor.
    found = _socket.getaddrinfo(host.encode("ascii", "replace"), port, 0, _socket.SOCK_STREAM)
    return [(one[0], one[4]) for one in found]


def trusting(cafile: str, insecure: bool) -> "Any":
    """A TLS context that verifies certificates and the names in them, unless it is insecure."""
    import _ssl

    context = _ssl._SSLContext(_ssl.PROTOCOL_TLS_CLIENT)  # noqa: SLF001  # as ssl does
    context.check_hostname = not insecure
    context.verify_mode = _ssl.CERT_NONE if insecure else _ssl.CERT_REQUIRED
    if cafile:
        context.load_verify_locations(cafile, None, None)
    elif not insecure:
        # By default OpenSSL would read a bundle of all certificates first, where there is one.
        context.load_verify_locations(None, _ssl.get_default_verify_paths()[DIRECTORY], None)
    return context


def framed(answer: bytes, ended: bool = False) -> bool:
    """Whether an answer over HTTP/1.1 has come to the end that it announced (RFC 9112, 6.3)."""
    head, mark, body = answer.partition(END_OF_HEAD)
    if not mark:
        return False
    head = head.lower()
    place = head.find(LENGTH)
    if place >= 0:
        length = head[place + len(LENGTH) :].partition(b"\r")[0].strip()
        return length.isdigit() and len(length) < 20 and len(body) >= int(length)
    if CHUNKED in head:
        return body.endswith(b"0" + END_OF_HEAD)
    return ended or head[9:12] == b"204"


def ask(place: "Place", question: bytes, whole: "Callable[[bytes], bool]", seconds: float) -> bytes:
    """What the server answered to a single question; OSError, a TimeoutError at the deadline."""
    try:
        return Conversation(seconds).ask(place, question, whole)
    except _socket.timeout:
        # What Python 3.9 raises is no TimeoutError; later it is the same.
        raise TimeoutError from None
