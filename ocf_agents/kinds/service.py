"""A service with a process and an interface that can be asked: what all OpenStack daemons are."""

from __future__ import annotations

from ..lean import TYPE_CHECKING
from ..ocf.actions import action
from ..ocf.agent import Agent
from ..ocf.codes import Degraded, Failure, NotInstalled, NotRunning
from ..ocf.parameters import Arguments, Boolean, Path, Text
from ..system.plan import PLAN, USABLE
from .family import program as program_of
from .state import RUNNING, STOPPED

if TYPE_CHECKING:
    from typing import ClassVar, Union

    from ..system.host import Account
    from ..system.http import Request
    from ..system.spawn import Command
    from ..system.url import Url
    from .checks import Check
    from .hosted import Hosted
    from .own_process import OwnProcess
    from .systemd_unit import SystemdUnit

    Backend = Union[OwnProcess, SystemdUnit, Hosted]


class Service(Agent):
    """Runs a service as a process of its own, as a systemd unit, or watches one hosted elsewhere."""

    binary = Text("", "Server program", "The server's executable: a path, or a name to find in PATH.")
    config = Path("", "Configuration file", "The service's configuration file.")
    user = Text("", "System user", "The account that the server runs as.")
    pid = Path(
        "",
        "Pid file",
        "Where the agent writes the server's pid; by default a file named after the resource in the "
        "agents' run directory. The agent itself does not rely on it.",
    )
    additional_parameters = Arguments(
        (),
        "More server arguments",
        "Appended to the server's command line; quoted as for a shell, but no shell sees them.",
    )
    systemd_unit = Text(
        "",
        "systemd unit",
        "If set, for instance to keystone.service, systemctl starts and stops the service, and binary, "
        "user, pid and additional_parameters have no effect. Disable the unit, so that only the "
        "cluster starts it.",
    )
    hosted = Boolean(
        False,
        "Hosted elsewhere",
        "If true, another server such as httpd or uWSGI runs the service and is looked after by its "
        "own resource or by systemd: the agent then starts and stops nothing and only watches.",
    )

    checks: ClassVar[tuple[Check, ...]] = ()

    @property
    def backend(self) -> Backend:
        """How this resource is run."""
        if self.hosted:
            from .hosted import Hosted

            return Hosted(self)
        if self.systemd_unit:
            from .systemd_unit import SystemdUnit

            return SystemdUnit(self)
        from .own_process import OwnProcess

        return OwnProcess(self)

    @action(timeout=60)
    def start(self) -> None:
        """Start the service and return once it answers."""
        self.check_parameters()
        self.check_host()
        self.announce()
        backend = self.backend
        backend.start()
        trouble = [""]

        def settled() -> bool:
            if self.deadline.left() > 0:
                # What a check says that was given no time is not worth telling.
                trouble[0] = self.trouble()
            return not trouble[0] or backend.look().state is STOPPED

        if not self.deadline.wait(settled):
            raise Failure(f"{self.name} is not usable in time: {trouble[0]}")
        if backend.look().state is STOPPED:
            # What the dead process left behind must not look like a service to the next monitor.
            words = backend.last_words()
            backend.stop()
            words = words or "it printed nothing; see its log"
            raise Failure(f"{self.name} ended while starting ({trouble[0]}): {words}")
        self.plan()
        self.log.info(f"{self.name} is up")

    @action(timeout=60)
    def stop(self) -> None:
        """Stop the service, by force if need be; nothing of it is left."""
        self.backend.stop()
        self.forget()
        self.log.info(f"{self.name} is stopped")

    def forget(self) -> None:
        """Nothing is left of what monitors kept beside the backend's record."""

    @action(timeout=30, interval=20, depth=0)
    @action(timeout=30, interval=30, depth=10)
    @action(timeout=30, interval=60, depth=20)
    def monitor(self) -> int | None:
        """Look at the process; at a depth above 0 also ask the service."""
        sight = self.backend.look()
        if sight.state is STOPPED:
            raise NotRunning(f"{self.name} {sight}")
        if sight.state is not RUNNING:
            raise Failure(f"{self.name} {sight}")
        # Of a hosted service there is no process to look at.
        depth = max(self.context.depth, USABLE if self.hosted and not self.context.probe else 0)
        if depth:
            try:
                self.examine(max(depth, USABLE))
            except Failure:
                # A plan is for healthy services; with a broken one it would only ask everything twice.
                self.unplan()
                raise
        if not self.context.probe:
            self.plan()
        return None

    @action(timeout=20)
    def reload_agent(self) -> None:
        """Take over changed parameters; each call of the agent reads them anew anyway."""
        self.check_parameters()

    def beside(self, ending: str) -> str:
        """A file of this resource in the agents' run directory."""
        return f"{self.host.run_directory}/{self.context.instance or self.name}{ending}"

    def plan(self) -> None:
        """The next monitors that find the service healthy can be short ones."""
        if self.systemd_unit or "promote" in self.actions:
            # Systemd's opinion cannot be had for so little, and a role hangs on more than the service.
            return
        from .planning import remember, stale

        if stale(self):
            remember(self)

    def unplan(self) -> None:
        """The next monitors go the long way."""
        self.discard(self.beside(PLAN))

    def discard(self, path: str) -> None:
        """The file is gone, or it is in the log why it is not: no file must keep a service from being stopped."""
        try:
            self.host.remove(path)
        except OSError as error:
            self.log.warning(f"{path}: {error.strerror or error}; it stays behind")

    def discard_pid(self, path: str) -> None:
        """The pid file is gone; what is none stays."""
        from .pidfile import foreign

        fault = foreign(self.host, path)
        if fault:
            self.log.warning(f"pid={path}: {fault}; it stays")
        else:
            self.discard(path)

    def discard_socket(self, path: str) -> None:
        """The socket is gone; what is none stays."""
        from ..system.host import SOCKET

        if self.host.kind(path) == SOCKET:
            self.discard(path)

    def examine(self, depth: int) -> None:
        """Every check up to this depth holds; raises the first failure, a degradation last."""
        from .checks import examine

        examine(self, [check for check in self.checks if check.depth <= depth])

    def trouble(self) -> str:
        """What keeps the service from being usable; empty if nothing does."""
        try:
            self.examine(USABLE)
        except Degraded as degraded:
            self.log.warning(str(degraded))
        except Failure as failure:
            return str(failure)
        return ""

    def check_host(self) -> None:
        """This host has the unit, or the program, the configuration and the user."""
        backend = self.backend
        if self.hosted or self.systemd_unit:
            backend.check()  # type: ignore[union-attr]  # the two backends that are left have it
            return
        self.check_files()
        self.check_pid()
        self.check_program()

    def check_files(self) -> None:
        """The configuration file and the user exist, or NotInstalled."""
        if self.config:
            self.check_file("config", self.config)
        self.account()

    def account(self) -> Account:
        """The user as whom it runs, or NotInstalled."""
        found = self.host.account(self.user)
        if found is None:
            raise NotInstalled(f"user={self.user}: no such user on this node; is the package installed?")
        return found

    def check_file(self, name: str, path: str) -> None:
        """The file that this parameter names exists, or NotInstalled."""
        if not self.host.is_file(path):
            raise NotInstalled(f"{name}={path}: no such file on this node; is the file system mounted?")

    def check_pid(self) -> None:
        """What pid= names may be overwritten, or NotInstalled."""
        from .pidfile import foreign

        fault = foreign(self.host, self.pid)
        if fault:
            raise NotInstalled(f"pid={self.pid}: {fault}; name a file that nobody else uses")

    def check_program(self) -> None:
        """The server program is there, or NotInstalled."""
        self.program(self.binary)

    def program(self, name: str) -> str:
        """The path of a program, or NotInstalled."""
        path = self.host.which(name)
        if path is None:
            raise NotInstalled(f"binary={name}: no such program on this node; is the package installed?")
        return path

    def announce(self) -> None:
        """What an operator should know about the parameters is logged, once for each start."""

    def command(self, mark: str) -> Command:
        """The command line that runs the service in the foreground."""
        return self.launch((self.program(self.binary), *self.arguments(), *self.additional_parameters), mark)

    def address(self) -> Url:
        """Where the service is asked; only an API is."""
        raise NotImplementedError

    def request(self, path: str) -> Request:
        """A question to the service; only an API has an answer."""
        raise NotImplementedError

    def arguments(self) -> tuple[str, ...]:
        """What the server is told on its command line."""
        return ("--config-file", self.config) if self.config else ()

    def launch(self, argv: tuple[str, ...], mark: str, environment: dict[str, str] | None = None) -> Command:
        """A command of this service: as its user, with an environment that owes nothing to ours."""
        from ..system.host import PATH
        from ..system.proc import MARK
        from ..system.spawn import Command

        account = self.account()
        basic = {"PATH": PATH, "HOME": account.home, "USER": account.name, "LANG": "C.UTF-8", MARK: mark}
        return Command(argv, account, {**basic, **(environment or {})})

    def fits(self, command: tuple[str, ...]) -> bool:
        """Whether a process with this command line is this service."""
        name = self.binary.rpartition("/")[2]
        words = {part for word in command for part in word.split("=", 1)}
        return bool(name) and program_of(command) == name and words.issuperset(self.needles())

    def spares(self, command: tuple[str, ...]) -> bool:
        """Whether a process with this command line is another service's, though this one started it."""
        return False

    def needles(self) -> tuple[str, ...]:
        """What the command line of a process of this service holds beside the program."""
        return (self.config,) if self.config else ()
