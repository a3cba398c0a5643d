"""The clone environment as a value."""

from __future__ import annotations

from ..lean import TYPE_CHECKING, Record

if TYPE_CHECKING:
    from .context import Context


class Clone(Record):
    """How a resource is cloned; all zero and false for a primitive."""

    number: int = 0
    maximum: int = 0
    node_maximum: int = 0
    promoted_maximum: int = 0
    promoted_node_maximum: int = 0
    globally_unique: bool = False
    notify: bool = False

    @classmethod
    def of(cls, context: Context) -> Clone:
        """The clone environment, in the words of OCF 1.1 or in those before."""
        return cls(
            number=context.number("clone"),
            maximum=context.number("clone_max"),
            node_maximum=context.number("clone_node_max"),
            promoted_maximum=context.number("promoted_max", context.number("master_max")),
            promoted_node_maximum=context.number("promoted_node_max", context.number("master_node_max")),
            globally_unique=context.meta("globally_unique") == "true",
            notify=context.meta("notify") == "true",
        )

    @property
    def cloned(self) -> bool:
        """Whether the resource is a clone at all."""
        return self.maximum > 0

    @property
    def promotable(self) -> bool:
        """Whether instances can be promoted."""
        return self.promoted_maximum > 0
