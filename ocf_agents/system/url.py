"""URLs as values; the parser of the standard library costs more than a whole monitor."""

from __future__ import annotations

from ..lean import Record

SCHEMES = {"http": 80, "https": 443}


class Url(Record):
    """An HTTP address; `host` without the brackets of IPv6, `path` with its leading slash or empty."""

    scheme: str
    host: str
    port: int
    path: str = ""

    @property
    def root(self) -> str:
        """The address without its path."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}"

    def __str__(self) -> str:
        return self.root + self.path


def split(raw: str) -> Url:
    """The parts of a URL; ValueError says what is wrong with it."""
    scheme, mark, rest = raw.partition("://")
    if not mark or scheme.lower() not in SCHEMES:
        raise ValueError("is not an http:// or https:// URL")
    if any(character in rest for character in " \"'<>\\^`{|}$") or not (
        rest.isascii() and rest.isprintable()
    ):
        raise ValueError("holds a character that a URL cannot hold")
    authority, slash, path = rest.partition("/")
    if "?" in authority or "#" in authority:
        raise ValueError("has no path before its ? or #")
    if "@" in authority:
        raise ValueError("holds a login; use the parameters for user and password")
    if authority.startswith("["):
        host, bracket, port = authority[1:].partition("]")
        if not bracket or (port and not port.startswith(":")):
            raise ValueError("has no closing bracket after its IPv6 address")
        port = port[1:]
    else:
        host, _, port = authority.partition(":")
    if not host:
        raise ValueError("names no host")
    if port and not port_in(port):
        raise ValueError("has no port between 1 and 65535")
    return Url(scheme.lower(), host, port_in(port) or SCHEMES[scheme.lower()], slash + path)


def unversioned(path: str) -> str:
    """What stands in a path before the version of an API, such as /identity in /identity/v3/auth/tokens."""
    kept = []
    for part in path.split("/"):
        if part.startswith("v") and part[1:].replace(".", "").isdigit():
            break
        kept.append(part)
    return "/".join(kept).rstrip("/")


def port_in(text: str) -> int:
    """The port that a text is; 0 where it is none that there can be."""
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0
    return number if number < 1 << 16 else 0


def host_and_port(text: str) -> tuple[str, int]:
    """The two parts of an address; the port is 0 where none is named, or none that can be."""
    if text.startswith("["):
        host, _, port = text[1:].partition("]")
        port = port[1:]
    else:
        host, _, port = text.rpartition(":") if text.count(":") == 1 else (text, "", "")
    return host, port_in(port)
