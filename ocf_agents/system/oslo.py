"""What a service's own configuration says about its broker, its database and its port (oslo.config).

Only what a monitor needs of the format: sections, values, continued lines, files that win over
earlier ones, directories of files. Substitution of `$name` is made within the same configuration.
"""

from __future__ import annotations

from ..lean import TYPE_CHECKING, Record
from .url import host_and_port

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .host import Host

DEFAULT = "DEFAULT"
PORTS = {
    "rabbit": 5672, "amqp": 5672, "kombu": 5672, "qpid": 5672,
    "mysql": 3306, "mariadb": 3306, "postgresql": 5432, "postgres": 5432,
}  # fmt: skip
"""The port of each kind of server where its URL names none."""
NATIVE = ("mysql", "mysql+mysqldb")
"""The schemes of databases that are reached through MySQL's own client library."""
DEEPEST = 8


class Peer(Record):
    """A server that a service is connected to; `host` without the brackets of IPv6, perhaps a name."""

    host: str
    port: int

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host or '*'}:{self.port}"


class Configuration:
    """The options of all files together; whatever was read last wins."""

    def __init__(self, options: dict[str, dict[str, str]]) -> None:
        self.options = options

    def value(self, section: str, *names: str, default: str = "") -> str:
        """The first of these options that is set, with its references resolved."""
        for name in names:
            found = self.options.get(section, {}).get(name)
            if found is not None:
                return self.resolved(found, section, 0)
        return default

    def resolved(self, text: str, section: str, depth: int) -> str:
        """The text with `$name`, `${name}` and `${section.name}` replaced where they are known."""
        if "$" not in text or depth > DEEPEST:
            return text
        first, *rest = text.split("$")
        told = first
        for part in rest:
            name, after = reference(part)
            group, dot, option = name.rpartition(".")
            group = group if dot else section
            found = self.options.get(group, {}).get(option)
            if found is None:
                found = self.options.get(DEFAULT, {}).get(option)
            told += (
                "$" + part if not name or found is None else self.resolved(found, group, depth + 1) + after
            )
        return told

    def brokers(self) -> tuple[Peer, ...]:
        """Where the message broker is: transport_url, else the options before it; none for a fake one."""
        url = self.value(DEFAULT, "transport_url") or self.value("oslo_messaging_rabbit", "transport_url")
        if url:
            return servers(url)
        if "fake" in self.value(DEFAULT, "rpc_backend"):
            return ()
        old = [
            (section, self.value(section, "rabbit_hosts") or self.value(section, "rabbit_host"))
            for section in (DEFAULT, "oslo_messaging_rabbit")
        ]
        for section, hosts in old:
            if hosts:
                port = self.value(section, "rabbit_port", default="5672")
                return servers(f"rabbit://{hosts.replace(' ', '')}", int(port) if port.isdigit() else 5672)
        return (Peer("", PORTS["rabbit"]),)

    def databases(self, sections: Iterable[str] = ("database",)) -> tuple[Peer, ...]:
        """Where the databases are; none for a file, for a local socket, and where none is configured."""
        found: list[Peer] = []
        for section in sections:
            url = self.value(section, "connection", "sql_connection")
            _, bare = parted(url or self.value(DEFAULT, "sql_connection", "connection"))
            found += () if over_a_socket(bare) else servers(bare)
        return tuple(dict.fromkeys(found))


def reference(part: str) -> tuple[str, str]:
    """The name that a text after a dollar sign begins with, and the rest; no name after `$$`."""
    if part.startswith("{"):
        name, closed, rest = part[1:].partition("}")
        return (name, rest) if closed else ("", part)
    end = 0
    while end < len(part) and (part[end].isalnum() or part[end] in "_."):
        end += 1
    return part[:end], part[end:]


def read(host: Host, files: Iterable[str], directories: Iterable[str] = ()) -> Configuration:
    """The configuration in these files and, below them, the *.conf files of these directories."""
    options: dict[str, dict[str, str]] = {}
    for directory in directories:
        names = sorted(name for name in host.entries(directory) if name.endswith(".conf"))
        for name in names:
            merge(options, host.read(f"{directory}/{name}") or "")
    for file in files:
        if not file.endswith("/"):
            merge(options, host.read(file) or "")
            continue
        for name in sorted(name for name in host.entries(file[:-1]) if name.endswith(".conf")):
            merge(options, host.read(file + name) or "")
    return Configuration(options)


def merge(options: dict[str, dict[str, str]], text: str) -> None:
    """The options hold what the text says, too; lines that cannot be read are passed over."""
    section, key = DEFAULT, ""
    for raw in text.split("\n"):
        line = raw.strip()
        if not line or line[0] in "#;":
            # An empty line ends a continued value.
            key = key if line else ""
        elif raw[0] in " \t" and key:
            options[section][key] = f"{options[section][key]} {line}".lstrip()
        elif line[0] == "[":
            section, key = line[1:].partition("]")[0].strip(), ""
        else:
            key, value = pair(line)
            if key:
                options.setdefault(section, {})[key] = value


def pair(line: str) -> tuple[str, str]:
    """The name and the value in a line; the flag files of 2012 begin their lines with two dashes."""
    places = [place for place in (line.find("="), line.find(":")) if place > 0]
    if not places:
        return line.removeprefix("--").strip() if line.startswith("--") else "", "true"
    name, value = line[: min(places)].strip(), line[min(places) + 1 :].strip()
    if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'":
        value = value[1:-1]
    return name.removeprefix("--"), value


def servers(url: str, otherwise: int = 0) -> tuple[Peer, ...]:
    """The servers in the URL of a broker or a database; none where it leads over no TCP.

    A broker's URL may name several, each with a login of its own: rabbit://u:p@a:5672,u:p@b/vhost.
    """
    scheme, mark, rest = url.partition("://")
    port = PORTS.get(scheme.partition("+")[0], 0)
    if not mark or not port or "unix_socket=" in url:
        return ()
    authority = rest.partition("/")[0].partition("?")[0]
    found = []
    for one in authority.split(","):
        host, told = host_and_port(one.rpartition("@")[2])
        found.append(Peer(plain(host), told or otherwise or port))
    return tuple(dict.fromkeys(found))


def parted(url: str) -> tuple[str, str]:
    """The login in the URL of a database, and the URL without it: a password may hold what would end a host."""
    scheme, mark, rest = url.partition("://")
    login, at, place = rest.partition("@")
    return (login, scheme + mark + place) if at and "/" not in login.partition(":")[0] else ("", url)


def over_a_socket(url: str) -> bool:
    """Whether a URL without a login is of what MySQL's own client library takes for a local socket."""
    scheme, _, rest = url.partition("://")
    return scheme in NATIVE and host_and_port(rest.partition("/")[0])[0] == "localhost"


def plain(text: str) -> str:
    """A part of a URL with its percent-encoding undone (RFC 3986)."""
    first, *rest = text.split("%")
    raw = first.encode("utf-8", "surrogateescape")
    for part in rest:
        if len(part) > 1 and all(digit in "0123456789abcdefABCDEF" for digit in part[:2]):
            raw += bytes([int(part[:2], 16)]) + part[2:].encode("utf-8", "surrogateescape")
        else:
            raw += b"%" + part.encode("utf-8", "surrogateescape")
    return raw.decode("utf-8", "surrogateescape")
