"""Log lines, to where Pacemaker says; a sink that cannot be written is passed over in silence."""

from __future__ import annotations

import time
from posix import getpid, write

from ..lean import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

REASON = "ocf-exit-reason:"
LONGEST = 500
STDERR = 2
PRIORITIES = {"ERROR": 3, "WARNING": 4, "INFO": 6, "DEBUG": 7}


class Log:
    """The log of one call: syslog by HA_LOGFACILITY, HA_LOGFILE, HA_DEBUGLOG, else stderr."""

    def __init__(self, name: str, environment: Mapping[str, str]) -> None:
        self.environment = environment
        instance = environment.get("OCF_RESOURCE_INSTANCE", "")
        self.tag = environment.get("HA_LOGTAG") or f"{name}({instance})[{getpid()}]"

    def error(self, text: str) -> None:
        """Something failed."""
        self.log("ERROR", text)

    def warning(self, text: str) -> None:
        """Something works, but needs the operator's attention."""
        self.log("WARNING", text)

    def info(self, text: str) -> None:
        """Something changed."""
        self.log("INFO", text)

    def debug(self, text: str) -> None:
        """Something that only a search for a fault needs; written when HA_debug is above 0."""
        level = self.environment.get("HA_debug", "")
        if level.isascii() and level.isdigit() and int(level[:4]) > 0:
            self.log("DEBUG", text)

    def reason(self, text: str) -> None:
        """The one line that crm_mon shows beside the failed action."""
        prefix = self.environment.get("OCF_EXIT_REASON_PREFIX") or REASON
        put(STDERR, f"{prefix}{one_line(text)}\n")

    def log(self, severity: str, text: str) -> None:
        """A line of this severity stands in every sink that takes it."""
        line = one_line(text)
        stamped = f"{self.tag}:\t{time.strftime('%b %d %T ')}{severity}: {line}\n"
        facility = self.environment.get("HA_LOGFACILITY") or "none"
        files = {self.environment.get("HA_LOGFILE"), self.environment.get("HA_DEBUGLOG")}
        if severity == "DEBUG" and self.environment.get("HA_DEBUGLOG"):
            files = {self.environment.get("HA_DEBUGLOG")}
        files.discard(None)
        files.discard("")
        if facility != "none":
            syslog(self.tag, facility, severity, line)
        for path in files:
            append(str(path), stamped)
        if facility == "none" and not files:
            # Pacemaker logs what an agent writes here; with a sink of our own it would log it twice.
            put(STDERR, f"{severity}: {line}\n")


def one_line(text: str) -> str:
    """The text without line breaks or other control characters, and not longer than one can read."""
    line = "".join(c if c.isprintable() else " " for c in text[: 2 * LONGEST]).strip()
    return line if len(line) <= LONGEST else line[: LONGEST - 3] + "..."


def put(descriptor: int, text: str) -> None:
    """The text is written, unless nobody reads it."""
    rest = text.encode("utf-8", "backslashreplace")
    try:
        while rest:
            rest = rest[write(descriptor, rest) :]
    except OSError:
        pass


def append(path: str, text: str) -> None:
    """The text stands at the end of the file, unless that cannot be opened or is full."""
    from posix import O_APPEND, O_CLOEXEC, O_CREAT, O_NOCTTY, O_NONBLOCK, O_WRONLY, close
    from posix import open as open_file

    try:
        # A FIFO without a reader must not block a monitor.
        sink = open_file(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0o640)
    except (OSError, ValueError):
        return
    put(sink, text)
    close(sink)


def syslog(tag: str, facility: str, severity: str, line: str) -> None:
    """The line is handed to syslog; an unknown facility counts as "daemon"."""
    import syslog as system_log

    number = getattr(system_log, f"LOG_{facility.upper()}", system_log.LOG_DAEMON)
    if not isinstance(number, int):
        number = system_log.LOG_DAEMON
    try:
        system_log.openlog(tag, 0, number)
        system_log.syslog(PRIORITIES[severity], line)
    except (OSError, ValueError):
        pass
