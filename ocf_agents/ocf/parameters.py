"""Instance parameters: declared once on the class, read as typed attributes of the agent."""

from __future__ import annotations

from ..lean import TYPE_CHECKING, Generic, T
from .codes import Misconfigured

if TYPE_CHECKING:
    from typing import overload

    from typing_extensions import Self

    from ..system.url import Url
    from .agent import Agent

SHOWN = 60
"""Characters of a wrong value that an exit reason repeats."""


class Parameter(Generic[T]):
    """One instance parameter; its type parses the text that Pacemaker hands over."""

    content = "string"
    """The type in the meta-data: string, integer or boolean are what every reader knows."""
    control_characters = False
    """Whether the value may hold a line break or another control character."""

    def __init__(
        self,
        default: T,
        summary: str,
        detail: str = "",
        *,
        required: bool = False,
        unique: str = "",
        reloadable: bool = False,
        aliases: tuple[str, ...] = (),
    ) -> None:
        self.name = ""
        self.default = default
        self.summary = summary
        self.detail = detail or summary
        self.required = required
        self.unique = unique
        self.reloadable = reloadable
        self.aliases = aliases

    def __set_name__(self, _owner: type, name: str) -> None:
        self.name = name

    if TYPE_CHECKING:

        @overload
        def __get__(self, agent: None, _owner: type) -> Self: ...
        @overload
        def __get__(self, agent: Agent, _owner: type) -> T: ...

    def __get__(self, agent: Agent | None, _owner: type) -> Self | T:
        if agent is None:
            return self
        raw = self.given(agent)
        if not raw:
            return self.default
        if agent.context.action == "stop":
            # A typing error in a parameter must not leave a service running that is to be stopped.
            try:
                return self.read(raw)
            except Misconfigured:
                return self.default
        return self.read(raw)

    def given(self, agent: Agent) -> str:
        """The text that the cluster configuration gives, under this name or an old one."""
        for name in (self.name, *self.aliases):
            raw = agent.context.parameters.get(name, "")
            if raw:
                return raw
        return ""

    def read(self, raw: str) -> T:
        """The value that a text stands for; Misconfigured names what is wrong with it."""
        if not self.control_characters and not raw.isprintable():
            raise self.wrong(raw, "holds a line break or another unprintable character")
        return self.parse(raw)

    def parse(self, raw: str) -> T:
        """The value of a printable text; raises Misconfigured."""
        raise NotImplementedError

    def wrong(self, raw: str, fact: str) -> Misconfigured:
        """The failure that says why this text is no value of this parameter."""
        return Misconfigured(f"{self.name}={quoted(raw)}: {fact}")

    def show(self) -> str:
        """The default as one would write it in the cluster configuration."""
        return str(self.default)

    def but(self, default: T) -> Self:
        """The same parameter with another default."""
        twin = type(self).__new__(type(self))
        twin.__dict__.update(self.__dict__, default=default)
        return twin


def quoted(raw: str) -> str:
    """A value as an exit reason shows it: on one line, and not longer than helps."""
    return repr(raw if len(raw) <= SHOWN else raw[:SHOWN] + "...")


class Text(Parameter[str]):
    """Any printable text."""

    def parse(self, raw: str) -> str:
        return raw


class Secret(Parameter[str]):
    """A password: no renderer, log line, argument list or exit reason ever shows it."""

    control_characters = True

    def parse(self, raw: str) -> str:
        return raw

    def show(self) -> str:
        return ""


class Path(Parameter[str]):
    """An absolute path."""

    def parse(self, raw: str) -> str:
        if not raw.startswith("/"):
            raise self.wrong(raw, "is not an absolute path")
        return raw


class Integer(Parameter[int]):
    """A whole number within a range."""

    content = "integer"
    low = 0
    high = 2**31 - 1

    def parse(self, raw: str) -> int:
        # int() alone would also take "1_000" and digits of other scripts.
        if not (raw.isascii() and raw.removeprefix("-").isdigit() and len(raw) < 20):
            raise self.wrong(raw, "is not a whole number")
        number = int(raw)
        if not self.low <= number <= self.high:
            raise self.wrong(raw, f"is not between {self.low} and {self.high}")
        return number

    def within(self, low: int, high: int) -> Self:
        """The same parameter with another range."""
        self.low, self.high = low, high
        return self


class Port(Integer):
    """A TCP port."""

    low = 1
    high = 65535


class Boolean(Parameter[bool]):
    """Yes or no, in every spelling that the OCF shell functions know, in any case."""

    content = "boolean"
    spellings = {
        **dict.fromkeys(("yes", "true", "1", "on", "ja", "y", "t"), True),
        **dict.fromkeys(("no", "false", "0", "off", "nein", "n", "f"), False),
    }

    def parse(self, raw: str) -> bool:
        value = self.spellings.get(raw.lower())
        if value is None:
            raise self.wrong(raw, "is neither true nor false")
        return value

    def show(self) -> str:
        return "true" if self.default else "false"


class Duration(Parameter[float]):
    """A span of time in seconds, written as Pacemaker does: 30, 30s, 500ms, 5min, 1h."""

    units = {
        **dict.fromkeys(("", "s", "sec"), 1.0),
        **dict.fromkeys(("ms", "msec"), 0.001),
        **dict.fromkeys(("us", "usec"), 0.000001),
        **dict.fromkeys(("m", "min"), 60.0),
        **dict.fromkeys(("h", "hr"), 3600.0),
    }

    def parse(self, raw: str) -> float:
        number = raw.rstrip("abcdefghijklmnopqrstuvwxyz ")
        unit = self.units.get(raw[len(number) :].strip())
        if unit is None or not (number.isascii() and number.isdigit() and len(number) < 12):
            raise self.wrong(raw, "is not a time such as 30s, 500ms, 5min or 1h")
        return int(number) * unit

    def show(self) -> str:
        return f"{self.default:g}s"


class UrlParameter(Parameter["Url | None"]):
    """The address of an HTTP service, or none."""

    def parse(self, raw: str) -> Url:
        from ..system.url import split

        try:
            return split(raw)
        except ValueError as error:
            # What stands before the @ may be a password.
            _, login, place = raw.rpartition("@")
            raise self.wrong(f"...@{place}" if login else raw, str(error)) from None

    def show(self) -> str:
        return str(self.default or "")


class Arguments(Parameter["tuple[str, ...]"]):
    """More command line arguments, quoted as for a shell; no shell ever sees them."""

    def parse(self, raw: str) -> tuple[str, ...]:
        if not any(mark in raw for mark in "'\"\\"):
            return tuple(raw.split())
        import shlex  # only a quoted argument needs it, and it is dear

        try:
            return tuple(shlex.split(raw))
        except ValueError as error:
            raise self.wrong(raw, f"cannot be split into arguments ({error})") from None

    def show(self) -> str:
        return " ".join(self.default)
