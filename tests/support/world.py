"""A machine in memory: a Host whose processes, files and clock a test lays out and looks at afterwards.

Nothing passes time here but `sleep` and programs that say what they cost, so that a stop that
waits for a minute is tested in a millisecond, and always in the same order.
"""

from __future__ import annotations

import errno
import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Callable, Optional, Union

from ocf_agents.system import vigil
from ocf_agents.system.host import DIRECTORY, REGULAR, SOCKET, Account, Host
from ocf_agents.system.proc import MARK, Process
from ocf_agents.system.run import Finished

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ocf_agents.system.spawn import Command

TERM, KILL, STOP, CONT = 15, 9, 19, 18
RUN = "/run/openstack-agents"


@dataclass
class Body:
    """A process with its character; by default it obeys SIGTERM at once and takes its children along."""

    command: tuple[str, ...]
    pid: int = 0
    user: str = "keystone"
    parent: int = 1
    session: int = 0
    started: int = 0
    mark: str = ""
    state: str = "S"
    says: str = ""
    stubborn: bool = False
    """Ignores SIGTERM."""
    immortal: bool = False
    """Hangs in the kernel: not even SIGKILL ends it."""
    lingers: float = 0.0
    """Seconds from SIGTERM to its end."""
    deserts: bool = False
    """Leaves its children behind when it ends on SIGTERM."""
    respawns: bool = False
    """Starts another child for each one that dies."""
    ends_at: Optional[float] = None
    sockets: set[int] = field(default_factory=set)
    told_to_end: bool = False


@dataclass
class Call:
    """A program that was run."""

    argv: tuple[str, ...]
    seconds: float
    stdin: str
    environment: Mapping[str, str]


Program = Callable[["World", Call], Finished]
Life = Callable[["World", Body], None]


def idle(_world: World, _body: Body) -> None:
    """The life of a process that only sits there."""


class World(Host):
    """A machine of one node, with nothing on it but what a test puts there."""

    def __init__(self, environment: Optional[Mapping[str, str]] = None) -> None:
        self.clock = 1000.0
        self.started = 1_760_000_000.0
        super().__init__({"HA_RSCTMP": RUN, **(environment or {})})
        self.files: dict[str, str] = {"/proc/sys/kernel/random/uuid": "6a1f3c52-fence\n"}
        self.directories = {"/", "/run"}
        self.room: dict[str, int] = {}
        """Directories on a full disk: how many more writes each of them takes."""
        self.mounts: set[str] = set()
        self.users: dict[str, Account] = {}
        self.programs: dict[str, Program] = {}
        self.daemons: dict[str, Life] = {}
        self.bodies: dict[int, Body] = {}
        self.ports: dict[int, tuple[str, int]] = {}
        self.calls: list[Call] = []
        self.signals: list[tuple[int, int]] = []
        self.spawned: list[Command] = []
        self.vigils: list[Command] = []
        """Those who wait for the end of a service; here nobody comes to look when it ends."""
        self.next_pid = 100

    # What a test lays out.

    def install(self, path: str, program: Optional[Program] = None, life: Life = idle) -> None:
        """An executable: a program that runs to its end, or a daemon with a life."""
        if program:
            self.programs[path] = program
        else:
            self.daemons[path] = life

    def user(self, name: str, uid: int) -> None:
        """A system user."""
        self.users[name] = Account(name, uid, uid, f"/var/lib/{name}")

    def run_process(self, *command: str, **character: object) -> Body:
        """A living process; without a session given it leads its own."""
        body = Body(command, **character)  # type: ignore[arg-type]  # a test says what it means
        body.pid = body.pid or self.next_pid
        self.next_pid = max(self.next_pid, body.pid) + 1
        body.session = body.session or body.pid
        body.started = body.started or round(self.clock * 100) + body.pid
        self.bodies[body.pid] = body
        return body

    def listen(self, body: Body, port: int, address: str = "0.0.0.0") -> int:
        """The process accepts connections; the inode of its socket."""
        inode = 5000 + len(self.ports)
        self.ports[inode] = (address, port)
        body.sockets.add(inode)
        return inode

    def holder(self, port: int) -> Optional[Body]:
        """A living process that accepts connections to a port."""
        holders = (b for b in self.bodies.values() if any(self.ports[i][1] == port for i in b.sockets))
        return next(holders, None)

    def kill(self, body: Body) -> None:
        """The process is gone; its children go on as orphans."""
        self.bodies.pop(body.pid, None)
        for child in self.children(body):
            child.parent = 1
        parent = self.bodies.get(body.parent)
        if parent and parent.respawns and not parent.told_to_end:
            again = self.run_process(*body.command, user=body.user, parent=parent.pid, session=body.session)
            again.mark, again.sockets = body.mark, set(body.sockets)

    def children(self, body: Body) -> list[Body]:
        """The processes whose parent this one is."""
        return [other for other in self.bodies.values() if other.parent == body.pid]

    def alive(self, body: Body) -> bool:
        """Whether the very process lives."""
        return self.bodies.get(body.pid) is body

    def signalled(self) -> set[int]:
        """The pids of all processes that ever got a signal."""
        return {pid for pid, _ in self.signals}

    # What an agent sees.

    def now(self) -> float:
        return self.clock

    def date(self) -> float:
        return self.started + self.clock

    def sleep(self, seconds: float) -> None:
        assert seconds >= 0, "an agent cannot sleep backwards"
        self.clock += seconds
        for body in list(self.bodies.values()):
            if body.ends_at is not None and body.ends_at <= self.clock:
                self.end(body)

    def end(self, body: Body) -> None:
        """The process ends in its own way, with or without its children."""
        if not body.deserts:
            for child in self.children(body):
                self.bodies.pop(child.pid)
        self.kill(body)

    def read(self, path: str) -> Optional[str]:
        return self.files.get(path)

    def read_bytes(self, path: str) -> Optional[bytes]:
        text = self.files.get(path)
        return None if text is None else text.encode("utf-8", "surrogateescape")

    def write(
        self, path: str, content: Union[str, bytes], mode: int = 0o644, *, lasting: bool = False
    ) -> None:
        directory = os.path.dirname(path)
        if not self.exists(os.path.dirname(directory)):
            raise FileNotFoundError(errno.ENOENT, "No such file or directory")
        if self.room.get(directory, 1) <= 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        if path in self.directories:
            raise IsADirectoryError(errno.EISDIR, "Is a directory")
        if directory in self.room:
            self.room[directory] -= 1
        self.directories.add(directory)
        text = content if isinstance(content, str) else content.decode("utf-8", "surrogateescape")
        self.files[path] = text

    def remove(self, path: str) -> None:
        if path in self.directories:
            raise IsADirectoryError(errno.EISDIR, "Is a directory")
        self.files.pop(path, None)

    def make_directory(self, path: str, mode: int) -> None:
        if self.exists(path):
            raise FileExistsError(errno.EEXIST, "File exists")
        self.directories.add(path)

    def below(self, path: str) -> list[str]:
        """Everything in a directory and in those in it."""
        return [one for one in (*self.files, *self.directories) if one.startswith(f"{path}/")]

    def move(self, path: str, target: str) -> None:
        if not self.exists(path):
            raise FileNotFoundError(errno.ENOENT, "No such file or directory")
        if self.exists(target):
            raise FileExistsError(errno.EEXIST, "File exists")
        for one in (path, *self.below(path)):
            if one in self.files:
                self.files[target + one[len(path) :]] = self.files.pop(one)
            else:
                self.directories.discard(one)
                self.directories.add(target + one[len(path) :])

    def remove_tree(self, path: str, last: str) -> None:
        for one in sorted(self.below(path), key=lambda one: one == f"{path}/{last}"):
            self.files.pop(one, None)
            self.directories.discard(one)
        self.directories.discard(path)

    def size(self, path: str) -> int:
        return sum(len(self.files.get(one, "")) for one in self.below(path))

    def free(self, path: str) -> int:
        return 1 << 40

    def mounted(self, path: str) -> bool:
        return path in self.mounts

    def flush(self) -> None:
        pass

    def trim(self, path: str, size: int) -> None:
        if len(self.files.get(path, "")) > size:
            self.files[path] = ""

    def kind(self, path: str) -> int:
        if path in self.directories:
            return DIRECTORY
        if path in self.programs or path in self.daemons:
            return REGULAR
        if path not in self.files:
            return 0
        return SOCKET if path.endswith(".sock") else REGULAR

    def entries(self, directory: str) -> list[str]:
        below = (
            path for path in (*self.files, *self.directories) if os.path.dirname(path) == directory != path
        )
        return sorted({os.path.basename(path) for path in below})

    def stamp(self, path: str) -> str:
        return self.files.get(path, "")

    def which(self, program: str) -> Optional[str]:
        if self.bare or not program:
            return None
        places = [""] if "/" in program else [f"{place}/" for place in self.path.split(":")]
        files = (place + program for place in places)
        return next((file for file in files if file in self.programs or file in self.daemons), None)

    def account(self, name: str) -> Optional[Account]:
        return self.users.get(name)

    def run(
        self,
        argv: tuple[str, ...],
        seconds: float,
        stdin: str = "",
        environment: Optional[Mapping[str, str]] = None,
    ) -> Finished:
        call = Call(argv, seconds, stdin, environment or {})
        self.calls.append(call)
        began = self.clock
        done = self.programs[argv[0]](self, call)
        if self.clock - began > seconds:
            self.clock = began + seconds
            return Finished(None, done.output, done.errors)
        return done

    def query(self, socket: str, user: str, password: str, statements: str, seconds: float) -> str:
        raise FileNotFoundError(2, "No such file or directory", socket)

    def meanwhile(self, work: Callable[[], Any]) -> Callable[[], Any]:
        result = work()
        return lambda: result

    def process(self, pid: int) -> Optional[Process]:
        body = self.bodies.get(pid)
        return self.seen(body) if body else None

    def processes(self) -> Iterator[Process]:
        return iter([self.seen(body) for body in self.bodies.values()])

    def seen(self, body: Body) -> Process:
        """A process as /proc shows it."""
        uid = self.users[body.user].uid if body.user in self.users else 0
        return Process(body.pid, body.parent, body.session, body.started, body.state, uid, body.command)

    def mark(self, process: Process) -> str:
        body = self.bodies.get(process.pid)
        return body.mark if body else ""

    def spawn(self, command: Command, output: str) -> int:
        if vigil.__file__ in command.argv:
            self.vigils.append(command)
            return 0
        life = self.daemons.get(command.argv[0])
        if life is None:
            raise FileNotFoundError(errno.ENOENT, "No such file or directory")
        self.spawned.append(command)
        body = self.run_process(*command.argv, user=command.account.name, mark=command.environment[MARK])
        life(self, body)
        self.files[output] = body.says
        return body.pid

    def signal(self, process: Process, number: int) -> None:
        body = self.bodies.get(process.pid)
        if body is None or body.started != process.started:
            return
        self.signals.append((body.pid, number))
        if number == STOP:
            body.state = "T"
        elif number == CONT:
            body.state = "S"
            if body.told_to_end:
                self.obey(body)
        elif number == KILL and not body.immortal:
            self.kill(body)
        elif number == TERM and not body.stubborn and not body.immortal:
            body.told_to_end = True
            if body.state != "T":
                self.obey(body)

    def obey(self, body: Body) -> None:
        """A process that was told to end does so, sooner or later."""
        if body.lingers:
            body.ends_at = body.ends_at or self.clock + body.lingers
        else:
            self.end(body)

    def listeners(self, address: str, port: int) -> set[int]:
        held = {inode for body in self.bodies.values() for inode in body.sockets}
        wild = ("0.0.0.0", "::", address)
        return {i for i, (where, at) in self.ports.items() if i in held and at == port and where in wild}

    def sockets(self, process: Process) -> set[int]:
        body = self.bodies.get(process.pid)
        return set(body.sockets) if body else set()
