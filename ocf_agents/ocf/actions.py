"""Actions: what the meta-data advertises stands on the method that does it."""

from __future__ import annotations

from ..lean import TYPE_CHECKING, Record
from .notification import ALL

if TYPE_CHECKING:
    from typing import Any, Callable, TypeVar

    Method = TypeVar("Method", bound=Callable[..., Any])


class Action(Record):
    """One advertised action; `timeout` and `interval` are seconds, `depth` is OCF_CHECK_LEVEL."""

    name: str
    timeout: int
    interval: int = 0
    depth: int = 0
    role: str = ""


def action(timeout: int, interval: int = 0, depth: int = 0, role: str = "") -> Callable[[Method], Method]:
    """The method is the action of its own name; stack the decorator for several monitors."""

    def declare(method: Method) -> Method:
        own = Action(method.__name__.replace("_", "-"), timeout, interval, depth, role)
        # Decorators apply from the bottom up; what stands on top is advertised first.
        method.actions = (own, *getattr(method, "actions", ()))  # type: ignore[attr-defined]  # a mark on a function
        return method

    return declare


def on(*events: str, whom: str = ALL) -> Callable[[Method], Method]:
    """The method is called for these notifications, named as in "pre-promote", where they concern this node.

    whom: one of the words of `ocf.notification`.
    """

    def declare(method: Method) -> Method:
        method.events = dict.fromkeys(events, whom)  # type: ignore[attr-defined]  # a mark on a function
        return method

    return declare
