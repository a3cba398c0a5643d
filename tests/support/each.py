"""One test for many things: a thousand tests of one look each cost more to count than to do."""

from __future__ import annotations

import functools
import inspect
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Callable

Thing = TypeVar("Thing")


def each(
    things: Iterable[Thing], name: Callable[[Thing], str]
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """The test gets one thing after the other as its first argument; a failure names the thing."""
    everything = list(things)
    assert everything

    def decorate(test: Callable[..., None]) -> Callable[..., None]:
        @functools.wraps(test)
        def for_all(**fixtures: Any) -> None:
            for thing in everything:
                try:
                    test(thing, **fixtures)
                except Exception as error:
                    raise AssertionError(f"{name(thing)}: {error}") from error

        signature = inspect.signature(test)
        first, *others = signature.parameters.values()
        assert first.kind is first.POSITIONAL_OR_KEYWORD
        for_all.__signature__ = signature.replace(parameters=others)  # type: ignore[attr-defined]  # for pytest
        return for_all

    return decorate
