"""The machine as one object; tests hand in another one, in memory, with a clock of its own."""

from __future__ import annotations

import posix
import time

from ..lean import TYPE_CHECKING, Record
from . import plan, proc, pulse

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Callable, TypeVar

    from .proc import Process
    from .run import Finished
    from .spawn import Command

    Result = TypeVar("Result")

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
FILE_TYPE, REGULAR, DIRECTORY, SOCKET = 0o170000, 0o100000, 0o040000, 0o140000


class Account(Record):
    """A system user."""

    name: str
    uid: int
    gid: int
    home: str


class Host:
    """This machine."""

    def __init__(self, environment: Mapping[str, str], began: float | None = None) -> None:
        # Pacemaker's clock runs from the moment it started us, not from when we start to look.
        self.began = self.now() if began is None else began
        self.path = environment.get("PATH") or PATH
        self.run_directory = plan.run_directory(environment)
        # ocf-tester asks how an agent behaves where nothing is installed.
        self.bare = environment.get("OCF_TESTER_FAIL_HAVE_BINARY", "") == "1"

    def now(self) -> float:
        """Seconds on a clock that nobody sets."""
        return time.monotonic()

    def date(self) -> float:
        """Seconds since 1970, by the clock that all machines have in common."""
        return time.time()

    def sleep(self, seconds: float) -> None:
        """So many seconds have passed."""
        time.sleep(seconds)

    def read(self, path: str) -> str | None:
        """The text of a file, or None where there is none to read."""
        raw = pulse.read(path)
        return None if raw is None else raw.decode("utf-8", "surrogateescape")

    def read_bytes(self, path: str) -> bytes | None:
        """The bytes of a file, or None where there is none to read."""
        return pulse.read(path)

    def write(self, path: str, content: str | bytes, mode: int = 0o644, *, lasting: bool = False) -> None:
        """The file holds just this content, with its directory made if need be; raises OSError.

        It is replaced in one step: no reader ever sees half of it. One that is to be lasting is on the
        disk, so that it outlives a loss of power.
        """
        directory = path.rpartition("/")[0]
        if directory and not self.exists(directory):
            posix.mkdir(directory, 0o755)
        draft = f"{path}.{posix.getpid()}"
        descriptor = posix.open(draft, posix.O_WRONLY | posix.O_CREAT | posix.O_EXCL | posix.O_CLOEXEC, mode)
        try:
            try:
                rest = content if isinstance(content, bytes) else content.encode("utf-8", "surrogateescape")
                while rest:
                    rest = rest[posix.write(descriptor, rest) :]
                if lasting:
                    posix.fsync(descriptor)
            finally:
                posix.close(descriptor)
            posix.rename(draft, path)
            if lasting:
                from .disk import synchronize

                synchronize(directory)
        except OSError:
            self.remove(draft)
            raise

    def provide_directory(self, path: str, account: Account) -> None:
        """The directory exists; one that was missing is the account's. Raises OSError."""
        if not self.exists(path):
            posix.mkdir(path, 0o755)
            posix.chown(path, account.uid, account.gid)

    def make_directory(self, path: str, mode: int) -> None:
        """There is this new directory of ours; raises OSError."""
        posix.mkdir(path, mode)
        posix.chmod(path, mode)

    def provide_file(self, path: str, account: Account) -> None:
        """The file exists; one that was missing is the account's. Raises OSError."""
        if not self.exists(path):
            posix.close(posix.open(path, posix.O_WRONLY | posix.O_CREAT | posix.O_CLOEXEC, 0o640))
            posix.chown(path, account.uid, account.gid)

    def remove(self, path: str) -> None:
        """There is no such file."""
        try:
            posix.unlink(path)
        except (FileNotFoundError, NotADirectoryError):
            pass

    def move(self, path: str, target: str) -> None:
        """What had the one name has the other, which nothing had before; raises OSError."""
        from .trees import move

        move(path, target)

    def remove_tree(self, path: str, last: str) -> None:
        """There is no such directory; the entry `last` of it went last. Raises OSError."""
        from .trees import remove

        remove(path, last)

    def size(self, path: str) -> int:
        """The bytes that a directory takes on its disk."""
        from .trees import size

        return size(path)

    def free(self, path: str) -> int:
        """The bytes that a file system still takes; raises OSError."""
        from .trees import free

        return free(path)

    def mounted(self, path: str) -> bool:
        """Whether a file system of its own is there, so that it cannot be moved."""
        from .trees import mounted

        return mounted(path)

    def flush(self) -> None:
        """All that was written is on the disks."""
        posix.sync()

    def trim(self, path: str, size: int) -> None:
        """A file longer than `size` bytes is empty; one that its writers append to stays usable."""
        try:
            if posix.stat(path).st_size > size:
                posix.truncate(path, 0)
        except OSError:
            pass

    def kind(self, path: str) -> int:
        """The type of file that is there, perhaps behind links (stat(2)); 0 if there is none."""
        try:
            return posix.stat(path).st_mode & FILE_TYPE
        except (OSError, ValueError):
            return 0

    def exists(self, path: str) -> bool:
        """Whether there is anything by this name."""
        return self.kind(path) != 0

    def stamp(self, path: str) -> str:
        """What changes whenever the file is written; empty where there is none that may be seen."""
        return pulse.stamp(path)

    def is_file(self, path: str) -> bool:
        """Whether this is a regular file, perhaps behind links."""
        return self.kind(path) == REGULAR

    def which(self, program: str) -> str | None:
        """The path of an executable, given as a path or as a name to find in PATH."""
        if self.bare or not program:
            return None
        directories = [""] if "/" in program else [f"{place}/" for place in self.path.split(":") if place]
        for directory in directories:
            candidate = directory + program
            if self.is_file(candidate) and posix.access(candidate, posix.X_OK):
                return candidate
        return None

    def account(self, name: str) -> Account | None:
        """The system user of this name."""
        from pwd import getpwnam

        try:
            found = getpwnam(name)
        except (KeyError, ValueError, OSError):
            return None
        return Account(name, found.pw_uid, found.pw_gid, found.pw_dir)

    def run(
        self,
        argv: tuple[str, ...],
        seconds: float,
        stdin: str = "",
        environment: Mapping[str, str] | None = None,
    ) -> Finished:
        """A small program has run to its end, or was ended after so many seconds."""
        from .run import run

        return run(argv, seconds, stdin, environment or self.surroundings)

    def meanwhile(self, work: Callable[[], Result]) -> Callable[[], Result]:
        """What waits for the work, which goes on beside the caller's, and returns its result or raises."""
        from .meanwhile import meanwhile

        return meanwhile(work)

    @property
    def surroundings(self) -> dict[str, str]:
        """The environment of a small program that needs no other."""
        return {"PATH": self.path, "LC_ALL": "C"}

    def process(self, pid: int) -> Process | None:
        """The living process of this pid; a zombie is none."""
        return proc.process(pid)

    def processes(self) -> Iterator[Process]:
        """Every living process but this one."""
        return proc.processes()

    def mark(self, process: Process) -> str | None:
        """The resource that a process was started for by these agents, or nothing; None if it is gone."""
        return proc.mark(process)

    def spawn(self, command: Command, output: str) -> int:
        """The pid of a new process in a session of its own; its output is appended to a file."""
        from .spawn import spawn

        return spawn(command, output)

    def signal(self, process: Process, number: int) -> None:
        """The very process got the signal, and no other that has its pid by now."""
        from .spawn import signal

        signal(process, number)

    def entries(self, directory: str) -> list[str]:
        """The names in a directory; none where it cannot be read."""
        try:
            return posix.listdir(directory)
        except (OSError, ValueError):
            return []

    def connections(self, peers: list[bytes]) -> set[int]:
        """The sockets (by inode) with an established connection to one of these far ends."""
        from .connections import connected

        return connected(peers)

    def converse(
        self, place: tuple[str, int], question: bytes, whole: Callable[[bytes], bool], seconds: float
    ) -> bytes:
        """What a server answered in its own protocol; raises OSError."""
        from .conversation import ask

        return ask(place, question, whole, seconds)

    def query(self, socket: str, user: str, password: str, statements: str, seconds: float) -> str:
        """What a database answered, for less than its client program takes; raises OSError."""
        from .statements import answers

        return answers(socket, user, password, statements, seconds)

    def addresses(self, name: str) -> set[str]:
        """The IP addresses that a host name stands for; none if it cannot be resolved."""
        from socket import getaddrinfo

        try:
            return {str(found[4][0]) for found in getaddrinfo(name, None)}
        except OSError:
            return set()

    def holds(self, address: str) -> bool:
        """Whether an IP address is one of this node's own."""
        from .addresses import local

        return local(address)

    def listeners(self, address: str, port: int) -> set[int]:
        """The sockets (by inode) that accept connections to this address and port."""
        from .sockets import listeners

        return listeners(address, port)

    def sockets(self, process: Process) -> set[int]:
        """The sockets (by inode) that a process holds."""
        from .sockets import held

        return held(process.pid)
