"""Work that waits for others, such as the cluster's tools, done beside work of our own."""

from __future__ import annotations

from _thread import allocate_lock, start_new_thread

from ..lean import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Callable, TypeVar

    Result = TypeVar("Result")


def meanwhile(work: Callable[[], Result]) -> Callable[[], Result]:
    """What waits for the work, which has begun, and returns its result or raises its exception."""
    results: list[Result] = []
    errors: list[BaseException] = []
    ended = allocate_lock()

    def perform() -> None:
        try:
            results.append(work())
        except BaseException as error:  # noqa: BLE001  # it is raised where the result is asked for
            errors.append(error)
        finally:
            ended.release()

    def result() -> Result:
        with ended:
            if errors:
                raise errors[0]
            return results[0]

    ended.acquire()
    start_new_thread(perform, ())
    return result
