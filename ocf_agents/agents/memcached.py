"""Memcached, the cache of tokens and of the dashboard."""

from __future__ import annotations

from ..kinds.native import Native
from ..lean import TYPE_CHECKING
from ..system.url import Url, host_and_port

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ..system.plan import Good

PORT, LISTEN = "-p", "-l"
BACKGROUND = "-d"
OURS = ("-u", "-P")
"""What the agent sees to; each has a value."""
SHORT = {"--port": PORT, "--daemon": BACKGROUND, "--listen": LISTEN, "--user": "-u", "--pidfile": "-P"}
SYSCONFIG = {"PORT": PORT, "MAXCONN": "-c", "CACHESIZE": "-m"}
"""What the file of RHEL calls each option."""


class Memcached(
    Native,
    name="memcached",
    summary="Memcached",
    binary="memcached",
    config="/etc/memcached.conf",
    user="memcache",
    port=11211,
):
    """Runs memcached in the foreground, as a single instance or as a clone.

    config= is Debian's file of options, one in a line, or RHEL's /etc/sysconfig/memcached (with
    user=memcached); options for another user, a pid file and the background are passed over, since
    the agent sees to these. What monitor looks at: at OCF_CHECK_LEVEL 0 the process; at any level
    above that also the port, and the answer to the command "version".
    """

    def arguments(self) -> tuple[str, ...]:
        """The options in the configuration, and the port where one is given."""
        port = (PORT, str(self.port)) if type(self).port.given(self) else ()
        return (*self.options(), *port)

    def options(self) -> list[str]:
        """The options in the configuration that are for memcached itself."""
        words: list[str] = []
        for raw in (self.host.read(self.config) or "").split("\n"):
            line = raw.strip()
            name, mark, value = line.partition("=")
            if line.startswith("-"):
                words += line.split()
            elif mark and name in SYSCONFIG:
                words += [SYSCONFIG[name], value.strip("\"'")]
            elif mark and name == "OPTIONS":
                words += value.strip("\"'").split()
        kept, skip = [], False
        for word in apart(words):
            drop = skip or word == BACKGROUND or word in OURS
            skip = word in OURS and not skip
            kept += [] if drop else [word]
        return kept

    def needles(self) -> tuple[str, ...]:
        """The configuration is read by the agent; the command line does not name it."""
        return ()

    def address(self) -> Url:
        """The port in the configuration or among more arguments, if none is given.

        One that stands beside the first address to listen on is the one that counts there.
        """
        words = [*self.options(), *apart(self.additional_parameters)]
        given = dict(zip(words, words[1:]))
        _, beside = host_and_port(given.get(LISTEN, "").split(",")[0])
        return Url("tcp", self.host_name, self.port_else(str(beside or given.get(PORT, ""))))

    def place(self) -> tuple[str, int]:
        """Where it listens."""
        return self.host_name, self.address().port

    def question(self) -> bytes:
        """The command "version" of the text protocol."""
        return b"version\r\n"

    def good(self) -> Good:
        """A version, or the refusal of a server that wants a login first."""
        return 0, (b"VERSION ", b"CLIENT_ERROR unauthenticated"), b"", b"\r\n"


def apart(words: Iterable[str]) -> Iterator[str]:
    """The words, the options that matter here by their short names and with their values as words of their own."""
    for word in words:
        name, mark, value = word.partition("=")
        if name in SHORT:
            yield SHORT[name]
            yield from (value,) if mark else ()
        elif word[:2] in (PORT, LISTEN, *OURS) and word[2:]:
            yield word[:2]
            yield word[2:]
        else:
            yield word


AGENTS = (Memcached,)
