"""An API that its packages ship as a WSGI application: uWSGI runs it, or its own small server."""

from __future__ import annotations

from ..lean import TYPE_CHECKING
from ..ocf.codes import NotInstalled
from ..ocf.parameters import Path, Text
from .api import Api
from .family import program

if TYPE_CHECKING:
    from typing import ClassVar

    from ..system.spawn import Command

AUTOMATIC = ("uwsgi_python3", "uwsgi")
NONE = "none"


class Wsgi(Api):
    """Runs a WSGI application under uWSGI, as Debian does, or under the script's own server."""

    uwsgi = Text(
        "auto",
        "uWSGI program",
        "The uWSGI to run the application with: a path or a name; auto takes uwsgi_python3 or uwsgi "
        "where one is installed, and otherwise, like none, runs the script's own server, which "
        "serves one request at a time.",
    )
    uwsgi_config = Path(
        "",
        "uWSGI configuration",
        "The ini file that uWSGI reads; where the default does not exist, the agent's own settings are used.",
    )

    config_environment: ClassVar[str] = ""
    """What the application's environment variables for its configuration begin with; without any it has arguments."""
    module: ClassVar[str] = ""
    """The WSGI module of releases that ship no script any more."""

    def server(self) -> str | None:
        """The path of uWSGI, or None where the script serves itself."""
        if self.uwsgi == NONE:
            return None
        names = AUTOMATIC if self.uwsgi == "auto" else (self.uwsgi,)
        found = next((path for path in map(self.host.which, names) if path), None)
        if found is None and self.uwsgi != "auto":
            raise NotInstalled(f"uwsgi={self.uwsgi}: no such program on this node; is the package installed?")
        return found

    def check_files(self) -> None:
        """An ini file that was asked for exists, or NotInstalled."""
        super().check_files()
        if self.context.parameters.get("uwsgi_config") and self.wrapped() and self.server():
            self.check_file("uwsgi_config", self.uwsgi_config)

    def check_program(self) -> None:
        """The script is there, or uWSGI and a release that has the module in its place."""
        if not (self.wrapped() and self.module and self.server()):
            super().check_program()

    def announce(self) -> None:
        """A server for one request at a time deserves a word."""
        if not (self.hosted or self.systemd_unit) and self.wrapped() and self.server() is None:
            self.log.warning(
                f"{self.name} runs under {self.binary}'s own server, one request at a time; install "
                "uWSGI with its Python 3 plugin, or use systemd_unit= or hosted=true"
            )

    def wrapped(self) -> bool:
        """Whether binary= names the application's script, rather than a daemon of an old release."""
        return self.binary.rpartition("/")[2] == str(type(self).binary.default)

    def command(self, mark: str) -> Command:
        """UWSGI in the foreground, or the script."""
        if not self.wrapped():
            return super().command(mark)
        environment = {}
        if self.config_environment:
            directory, _, file = self.config.rpartition("/")
            environment = {
                f"{self.config_environment}_CONFIG_DIR": directory,
                f"{self.config_environment}_CONFIG_FILES": self.config_names(directory, file),
            }
        server = self.server()
        if server is None:
            argv: tuple[str, ...] = (self.program(self.binary), "--port", str(self.address().port))
        else:
            argv = (server, *self.uwsgi_arguments())
        return self.launch((*argv, *self.additional_parameters), mark, environment)

    def config_names(self, directory: str, file: str) -> str:
        """The application's configuration files, by their names in the directory."""
        return file

    def uwsgi_arguments(self) -> tuple[str, ...]:
        """The settings that matter to the agent stand last, where they win over the ini file's."""
        settings: tuple[str, ...] = (
            "--plugin", "python3", "--lazy-apps", "--enable-threads", "--processes", "4",
            "--threads", "2", "--buffer-size", "65535", "--thunder-lock",
            "--rem-header", "Content-Length",
        )  # fmt: skip
        application = self.application()
        # uWSGI takes a mere port for one of IPv4; [::] is both.
        everywhere = "[::]" if ":" in self.address().host else ""
        socket: tuple[str, ...] = ("--http-socket", f"{everywhere}:{self.address().port}")
        if self.uwsgi_config and self.host.is_file(self.uwsgi_config):
            settings, application = ("--ini", self.uwsgi_config), ()
            if names_a_socket(self.host.read(self.uwsgi_config) or ""):
                socket = ()
        if not self.config_environment:
            application = (*application, "--pyargv", " ".join(self.arguments()))
        return (*settings, *application, *socket, "--master", "--die-on-term", "--no-orphans", "--need-app")

    def application(self) -> tuple[str, ...]:
        """The script where the release has one, else the module."""
        script = self.host.which(self.script())
        if script:
            return ("--wsgi-file", script)
        return ("--module", f"{self.module}:application")

    def script(self) -> str:
        """The application's script, which is what binary= names where there is no daemon as well."""
        return self.binary

    def fits(self, command: tuple[str, ...]) -> bool:
        """UWSGI with this application or this ini file, or the script itself."""
        words = [word.rpartition("/")[2] for word in command]
        name = self.binary.rpartition("/")[2]
        if words[0].startswith("uwsgi"):
            name = self.script().rpartition("/")[2]
            return bool({name, f"{self.module}:application"} & set(words)) or self.uwsgi_config in command
        return program(command) == name


def names_a_socket(ini: str) -> bool:
    """Whether a uWSGI configuration says itself where to listen."""
    keys = (line.partition("=")[0].strip() for line in ini.splitlines())
    return any(key in ("http", "http-socket", "https", "https-socket", "socket") for key in keys)
