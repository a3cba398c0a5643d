"""Signals that end a program: as exceptions while a lab is up, held back while it is taken down."""

from __future__ import annotations

import signal
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Callable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

_ENDING = (signal.SIGTERM, signal.SIGHUP)
_HELD = (signal.SIGINT, *_ENDING)


def raise_on_termination() -> Callable[[], None]:
    """SIGTERM and SIGHUP leave through `with` blocks from now on; the result undoes this."""
    if threading.current_thread() is not threading.main_thread():
        return lambda: None
    before = {number: signal.getsignal(number) for number in _ENDING}
    for number, previous in before.items():
        if previous is signal.SIG_DFL:
            signal.signal(number, _leave)

    def restore() -> None:
        for number, previous in before.items():
            signal.signal(number, previous)

    return restore


@contextmanager
def held_back() -> Iterator[None]:
    """Signals that would end the program wait until the block is done."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _HELD)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _leave(number: int, _frame: FrameType | None) -> None:
    raise SystemExit(128 + number)
