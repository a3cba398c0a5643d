"""What the agent does next, by the answers it has had: asked of the agent once, and remembered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Optional

from model_agent import Call, Paused, Turns, act, answer, visible

if TYPE_CHECKING:
    from model_world import World


class Step:
    """A point of an action: its next question, or its exit code."""

    __slots__ = ("code", "next", "question", "visible")

    def __init__(self) -> None:
        self.question: Optional[tuple[Any, ...]] = None
        self.visible = False
        self.code: Optional[int] = None
        self.next: dict[Any, Step] = {}


class Memo:
    """Actions of the agent, each from its beginning or from where it stood still."""

    def __init__(self) -> None:
        self.roots: dict[tuple[str, Call], Step] = {}
        self.runs = 0

    def go(
        self, world: World, me: str, call: Call, before: tuple[Any, ...] = (), halt: Optional[int] = None
    ) -> Optional[int]:
        """The exit code; None, and the world has it as paused, if it stands still.

        `before` are the answers that it has had; it stands still after so many more questions, of
        which those do not count that only the node itself has to do with.
        """
        step = self.roots.setdefault((me, call), Step())
        answers: list[Any] = []
        while step.code is None:
            if step.question is None:
                return self.learn(world, me, call, step, answers=answers, before=before, halt=halt)
            place = len(answers)
            if place < len(before):
                told = before[place]
            else:
                if halt is not None and step.visible:
                    if not halt:
                        world.paused = (me, call, tuple(answers))
                        return None
                    halt -= 1
                told = answer(world, me, step.question)
            answers.append(told)
            step = step.next.setdefault(told, Step())
        return step.code

    def learn(
        self,
        world: World,
        me: str,
        call: Call,
        step: Step,
        *,
        answers: list[Any],
        before: tuple[Any, ...],
        halt: Optional[int],
    ) -> Optional[int]:
        """The agent itself goes on from here, and what it asks is remembered."""
        self.runs += 1
        known = len(answers)
        turns = Turns(world, me, [*answers, *before[known:]], halt)
        try:
            code = act(turns, call)
        except Paused:
            code = None
            world.paused = (me, call, tuple(turns.answers))
        for question, told in zip(turns.asked[known:], [*turns.answers[known:], None]):
            step.question, step.visible = question, visible(question)
            if len(turns.answers) > known:
                step = step.next.setdefault(told, Step())
            known += 1
        step.code = code
        return code
