"""The time an action has: the timeout that Pacemaker gave it, less a margin to report in."""

from __future__ import annotations

from ..lean import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Callable

    from ..system.host import Host

MARGIN = 0.1
"""The part of the timeout that is kept back."""
LONGEST_MARGIN = 5.0
"""Seconds that are kept back at most."""
FIRST_PAUSE, PAUSE, GROWTH = 0.01, 0.1, 0.25
"""Seconds between two looks: at first, this part of the time already waited, and then. What an action waits for
is mostly there at once or takes its time, and what a whole failover waits for must not be seen late."""
PATIENCE = 0.05
"""The part of the time already waited that the next pause may last: a slow start is not asked hundreds of times."""
LONGEST_PAUSE = 1.0
"""Seconds between two looks at most."""


class Deadline:
    """A moment by which an action must have answered, so that Pacemaker need not kill it."""

    def __init__(self, host: Host, timeout: float) -> None:
        self.host = host
        self.timeout = timeout
        self.moment = host.began + timeout - min(timeout * MARGIN, LONGEST_MARGIN)

    def left(self) -> float:
        """Seconds until the deadline; never below zero."""
        return max(0.0, self.moment - self.host.now())

    def wait(self, condition: Callable[[], bool], within: float | None = None) -> bool:
        """Whether the condition came true before the deadline, or before so many seconds."""
        began = self.host.now()
        end = self.moment if within is None else min(self.moment, began + within)
        while not condition():
            now = self.host.now()
            if now >= end:
                return False
            waited, left = now - began, end - now
            first = min(PAUSE, max(FIRST_PAUSE, waited * GROWTH))
            pause = min(LONGEST_PAUSE, max(first, waited * PATIENCE))
            # A last look that is given next to no time tells nothing.
            self.host.sleep(pause if left > pause + PAUSE else left)
        return True
