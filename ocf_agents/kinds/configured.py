"""A service with an oslo configuration: what it is started with, and where it says that it listens."""

from __future__ import annotations

from ..lean import TYPE_CHECKING
from ..ocf.codes import NotInstalled
from ..system import oslo
from ..system.oslo import DEFAULT, Configuration
from ..system.url import Url, port_in
from .api import Api
from .service import Service

if TYPE_CHECKING:
    from typing import ClassVar

ANYWHERE = ("", "0.0.0.0", "::", "*")  # noqa: S104  # what a configuration may say
FLAGS = "--"


class Configured(Service):
    """Runs a service of OpenStack with its configuration files."""

    further: ClassVar[tuple[str, ...]] = ()
    """The parameters that name configuration files beside `config`."""
    logs: ClassVar[tuple[str, ...]] = ()
    """The parameter that names the service's log file, where it has one."""
    options: ClassVar[tuple[str, ...]] = ()
    """Arguments that the service always needs."""
    options_of: ClassVar[str] = ""
    """The only program that these arguments are for, if not any."""
    read: Configuration | None = None

    @property
    def files(self) -> tuple[str, ...]:
        """The configuration files: those that were asked for, and those of the defaults that exist."""
        more = [
            getattr(self, name)
            for name in self.further
            if self.context.parameters.get(name) or self.host.exists(getattr(self, name))
        ]
        return tuple(file for file in (self.config, *more) if file)

    def configuration(self) -> Configuration:
        """What the service reads: the usual directories, then its files, then those of its arguments."""
        if self.read is None:
            told = self.told()
            usual = () if any(one.endswith("/") for one in told) else self.directories()
            self.read = oslo.read(self.host, (*self.files, *told), usual)
        return self.read

    def directories(self) -> list[str]:
        """The project's and the program's, each where it is found first (find_config_dirs of oslo.config)."""
        project = self.name.partition("-")[0]
        account = self.host.account(self.user)
        homes = (f"{account.home}/.{project}", account.home) if account else ()
        places = (*homes, f"/etc/{project}", "/etc")
        program = self.binary.rpartition("/")[2].removesuffix(".py")
        found: list[str] = []
        for stem in (project, program):
            several = (f"{place}/{stem}.conf.d" for place in places)
            found += [one for one in several if self.host.exists(one)][:1]
        return found

    def told(self) -> list[str]:
        """The files, and with a slash at their end the directories, that more arguments name."""
        words = [part for word in self.additional_parameters for part in word.split("=", 1)]
        named = list(zip(words, words[1:]))
        return [
            value + ("/" if name == "--config-dir" else "")
            for name, value in named
            if name in ("--config-file", "--config-dir")
        ]

    def arguments(self) -> tuple[str, ...]:
        """Each configuration file by an option of its own; a flag file of 2012 by the option it had."""
        own = self.options if self.options_of in ("", self.binary.rpartition("/")[2]) else ()
        if self.config and self.flags():
            return ("--flagfile", self.config, *own)
        files = tuple(word for file in self.files for word in ("--config-file", file))
        logs = tuple(f"--log-file={getattr(self, name)}" for name in self.logs if getattr(self, name))
        return (*files, *logs, *own)

    def flags(self) -> bool:
        """Whether the configuration is a flag file, whose lines all begin with two dashes."""
        lines = (line.strip() for line in (self.host.read(self.config) or "").split("\n"))
        return next((line for line in lines if line and line[0] != "#"), "").startswith(FLAGS)

    def fits(self, command: tuple[str, ...]) -> bool:
        """As any service, though it may have made a title of its command line."""
        return super().fits(untitled(command))

    def check_files(self) -> None:
        """Every configuration file that was asked for exists, or NotInstalled."""
        super().check_files()
        for name in self.further:
            path = getattr(self, name)
            if self.context.parameters.get(name) and not self.host.exists(path):
                raise NotInstalled(f"{name}={path}: no such file on this node; is the file system mounted?")


def untitled(command: tuple[str, ...]) -> tuple[str, ...]:
    """The words of a title such as "name: worker (/usr/bin/python3 /usr/bin/name --config-file ...)"."""
    if len(command) != 1 or " " not in command[0]:
        return command
    text = command[0]
    for bracket in "()[]":
        text = text.replace(bracket, " ")
    return tuple(word.rstrip(":") for word in text.split())


class ConfiguredApi(Configured, Api):
    """Runs an HTTP service that listens where its configuration says."""

    host_options: ClassVar[tuple[tuple[str, str], ...]] = ()
    """Section and name of the options that name the address it listens on."""
    port_options: ClassVar[tuple[tuple[str, str], ...]] = ()
    """The same for its port."""

    def address(self) -> Url:
        """The local address that url= gives, else the one in the configuration, else the default."""
        default = super().address()
        if type(self).url.given(self):
            return default
        host = self.option(self.host_options)
        port = port_in(self.option(self.port_options)) or default.port
        if host in ANYWHERE or not host.isascii() or not host.isprintable() or " " in host:
            host = default.host
        return Url(default.scheme, host, port, default.path)

    def option(self, names: tuple[tuple[str, str], ...]) -> str:
        """The first of these options that is set."""
        values = (self.configuration().value(section, name) for section, name in names)
        return next((value for value in values if value), "")


def common(name: str) -> tuple[tuple[str, str], ...]:
    """An option of the default section, as most services have it."""
    return ((DEFAULT, name),)
