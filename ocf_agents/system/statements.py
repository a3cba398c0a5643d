"""Statements to a MySQL or MariaDB over its local socket, for monitors that may find nothing changed.

The native client costs most of an interpreter before it asks anything. Here is what a login and a
query take when all is well, and no more: another way to log in, an error, or an answer in several
packets is an OSError, and the caller takes the native client.
"""

from .conversation import CHUNK, LARGEST, Conversation

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Callable

PROTOCOL = 10
FULL = 0xFFFFFF
"""The length of a packet that another one continues."""
OK, ANOTHER, END, ERROR = 0x00, 0xFE, 0xFE, 0xFF
"""How a server's packets begin: done, another login, no more rows, refused."""
LONGEST_END = 8
"""Bytes of a packet that ends the rows; a longer one that begins so is a row."""
KNOWN = b"\x01\x03"
"""The password was right, and that was known without asking for it in clear."""
QUERY, QUIT = b"\x03", b"\x01"
NOTHING = 0xFB
"""Stands for NULL where a value's length would be."""
WIDTHS = {0xFC: 2, 0xFD: 3, 0xFE: 8}
"""How many bytes a length has, by the byte before it; a smaller byte is the length itself."""
NAME = 4
"""The place of a column's name among the words of its definition."""
FOLLOWED = 0x08
"""Whether another answer follows, in a status."""
HEAD = b"".join(
    number.to_bytes(width, "little")
    # Long passwords, the protocol of 4.1 with its logins, several statements and answers, named logins;
    # the longest packet; utf8mb4; reserved.
    for number, width in (
        (0x1 | 0x200 | 0x8000 | 0x10000 | 0x20000 | 0x80000, 4),
        (1 << 24, 4),
        (45, 1),
        (0, 23),
    )
)
# The module hashlib costs more than all of this. What it wraps has another name in each Python, and
# where a distribution leaves it out, only OpenSSL's is left.
SHA1 = ("_sha1", "sha1"), ("_hashlib", "openssl_sha1")
SHA256 = ("_sha256", "sha256"), ("_sha2", "sha256"), ("_hashlib", "openssl_sha256")


def answers(socket: str, user: str, password: str, statements: str, seconds: float) -> str:
    """What the client program prints in its vertical form, but for padding and headings; raises OSError."""
    try:
        server = Server(socket, seconds)
        server.log_in(encoded(user), encoded(password))
        return server.query(encoded(statements)).decode("utf-8", "replace")
    except (LookupError, ValueError, ImportError) as error:
        raise OSError(f"{socket}: {error!r}") from error


def encoded(text: str) -> bytes:
    """A text as it came from outside."""
    return text.encode("utf-8", "surrogateescape")


class Server(Conversation):
    """A connection to a server, packet by packet."""

    def __init__(self, socket: str, seconds: float) -> None:
        super().__init__(seconds)
        self.connect((socket, 0), None)
        self.heard, self.place = b"", 0
        self.number = 0
        """The number of the next packet from here."""

    def log_in(self, user: bytes, password: bytes) -> None:
        """The server takes statements of this user."""
        greeting = self.packet()
        after = greeting.index(0, 1) + 1
        if greeting[0] != PROTOCOL:
            raise ValueError("another protocol")
        # Thread, half of the challenge, capabilities and the like, the other half, each with a 0 behind.
        challenge = greeting[after + 4 : after + 12] + greeting[after + 31 : after + 43]
        way = greeting[after + 44 :].partition(b"\0")[0]
        proof = PROOFS[way](password, challenge)
        self.tell(HEAD + user + b"\0" + bytes((len(proof),)) + proof + way + b"\0")
        reply = self.packet()
        if reply[0] == ANOTHER:
            way, _, challenge = reply[1:].partition(b"\0")
            self.tell(PROOFS[way](password, challenge[:20]))
            reply = self.packet()
        if reply == KNOWN:
            reply = self.packet()
        if reply[0] != OK:
            raise ValueError("another way to log in")

    def query(self, statements: bytes) -> bytes:
        """The answers to all statements: a line for each value, and one before each row."""
        self.number = 0
        self.tell(QUERY + statements)
        lines = []
        status = FOLLOWED
        while status & FOLLOWED:
            (columns,) = self.packet()
            names = [words(self.packet(), NAME + 1)[NAME] for _ in range(columns)]
            self.packet()
            row = self.packet()
            while row[0] != END or len(row) > LONGEST_END:
                lines.append(b"*")
                lines += [b"%s: %s" % pair for pair in zip(names, words(row, columns))]
                row = self.packet()
            status = row[3]
        self.number = 0
        # A server that is left without a word logs that.
        self.tell(QUIT)
        return b"\n".join(lines)

    def tell(self, content: bytes) -> None:
        """The packet is on its way."""
        self.say(len(content).to_bytes(3, "little") + bytes((self.number,)) + content)

    def packet(self) -> bytes:
        """What the server says next; OSError if that is an error."""
        head = self.exactly(4)
        self.number = head[3] + 1 & 0xFF
        length = int.from_bytes(head[:3], "little")
        content = self.exactly(length)
        if length == FULL or content[0] == ERROR:
            raise OSError("refused, or more than a monitor asks for")
        return content

    def exactly(self, length: int) -> bytes:
        """So many bytes of what the server says."""
        end = self.place + length
        while len(self.heard) < end:
            self.hurry()
            chunk = self.receive(CHUNK)
            if not chunk or end > LARGEST:
                raise OSError("the server closed the connection, or has much to say")
            self.heard += chunk
        taken = self.heard[self.place : end]
        self.place = end
        return taken


def words(packet: bytes, most: int) -> "list[bytes]":
    """The first values of a packet, NULL as the client prints it."""
    found = []
    place = 0
    for _ in range(most):
        length = packet[place]
        place += 1
        if length == NOTHING:
            found.append(b"NULL")
            continue
        if length > NOTHING:
            width = WIDTHS[length]
            length = int.from_bytes(packet[place : place + width], "little")
            place += width
        found.append(packet[place : place + length])
        place += length
    return found


def native(password: bytes, challenge: bytes) -> bytes:
    """The proof of a password to mysql_native_password."""
    digest = hashing(*SHA1)
    once = digest(password)
    return mixed(once, digest(challenge + digest(once))) if password else b""


def caching(password: bytes, challenge: bytes) -> bytes:
    """The proof of a password to caching_sha2_password."""
    digest = hashing(*SHA256)
    once = digest(password)
    return mixed(once, digest(digest(once) + challenge)) if password else b""


PROOFS: "dict[bytes, Callable[[bytes, bytes], bytes]]" = {
    b"mysql_native_password": native,
    b"caching_sha2_password": caching,
}
"""What proves a password to a server, by the name of the way to log in."""


def mixed(one: bytes, other: bytes) -> bytes:
    """The exclusive or of two digests."""
    both = int.from_bytes(one, "big") ^ int.from_bytes(other, "big")
    return both.to_bytes(len(one), "big")


def hashing(*places: "tuple[str, str]") -> "Callable[[bytes], bytes]":
    """A hash function from the first module that this interpreter has; ImportError if it has none."""
    for module, name in places:
        try:
            new = getattr(__import__(module), name)
        except ImportError:
            continue
        return lambda text: bytes(new(text).digest())
    raise ImportError(places[0][1])
