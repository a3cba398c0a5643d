"""Rules about operations: monitors that are missing or collide, and times that do not fit."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ..cib.model import PROMOTED, UNPROMOTED, Operation, seconds, truth
from . import mending
from .finding import ADVICE, DANGER, WARNING, Rule, Seen
from .subjects import promotable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..cib.model import Configuration, Primitive
    from ..ocf.agent import Agent

DEFAULT_TIMEOUT = 20.0
"""Seconds that Pacemaker gives an operation that says nothing."""
TIMED = ("start", "stop", "monitor", "promote", "demote", "notify")


def suggestion(primitive: Primitive, role: tuple[str, ...] = ()) -> Operation:
    """A monitor that the agent advertises, for this role; a plain one for an agent that is not ours."""
    declared = primitive.declared
    fitting = [one for one in declared.actions["monitor"] if not role or one.role in role] if declared else []
    if fitting:
        return Operation.advertised(fitting[0])
    return Operation("monitor", "10s" if role != UNPROMOTED else "11s", "30s", role[0] if role else "")


def monitor_missing(configuration: Configuration) -> Iterator[Seen]:
    """Nobody looks."""
    for one in configuration.primitives:
        if not one.monitors():
            new = suggestion(one)
            yield Seen(one.name, "has no recurring monitor", mending.operation(one, None, new))


def monitor_disabled(configuration: Configuration) -> Iterator[Seen]:
    """A monitor that does nothing."""
    for one in configuration.primitives:
        for operation in one.monitors():
            options = operation.options
            off = "enabled" in options and not truth(options["enabled"])
            if off or options.get("on-fail") == "ignore":
                word = "enabled=false" if off else "on-fail=ignore"
                kept = {key: value for key, value in options.items() if key not in ("enabled", "on-fail")}
                yield Seen(
                    one.name,
                    f"its monitor every {operation.interval} has {word}",
                    mending.operation(one, operation, replace(operation, options=kept)),
                )


def intervals_collide(configuration: Configuration) -> Iterator[Seen]:
    """Two monitors of one interval."""
    for one in configuration.primitives:
        seen: dict[float | None, Operation] = {}
        taken = {seconds(monitor.interval) for monitor in one.monitors()}
        for monitor in one.monitors():
            number = seconds(monitor.interval)
            if number not in seen:
                seen[number] = monitor
                continue
            free = (number or 0) + 1
            while free in taken:
                free += 1
            taken.add(free)
            yield Seen(
                one.name,
                f"two monitors every {monitor.interval}",
                mending.operation(one, monitor, replace(monitor, interval=f"{free:g}s")),
            )


def promoted_monitor_missing(configuration: Configuration) -> Iterator[Seen]:
    """Nobody looks at the promoted instance."""
    yield from role_missing(configuration, PROMOTED)


def unpromoted_monitor_missing(configuration: Configuration) -> Iterator[Seen]:
    """Nobody looks at the instances that are not promoted."""
    for _clone, one in promotable(configuration):
        if one.monitors() and all(monitor.plays(PROMOTED) for monitor in one.monitors()):
            yield role_seen(one, UNPROMOTED)


def role_missing(configuration: Configuration, role: tuple[str, ...]) -> Iterator[Seen]:
    """No monitor is for this role."""
    for _clone, one in promotable(configuration):
        if one.monitors() and not any(monitor.plays(role) for monitor in one.monitors()):
            yield role_seen(one, role)


def role_seen(one: Primitive, role: tuple[str, ...]) -> Seen:
    """The finding, with a monitor at an interval that is free."""
    new = suggestion(one, role)
    taken = {seconds(monitor.interval) for monitor in one.monitors()}
    number = seconds(new.interval) or 10.0
    while number in taken:
        number += 1
    new = replace(new, interval=f"{number:g}s")
    return Seen(one.name, f"no monitor has role={role[0]}", mending.operation(one, None, new))


def timeouts_short(configuration: Configuration) -> Iterator[Seen]:
    """Pacemaker ends an action before the agent thinks that it can be done."""
    for one, agent in configuration.ours():
        for operation in one.operations:
            least = least_timeout(agent, operation)
            given = seconds(operation.timeout) if operation.timeout else default(configuration)
            if least and given is not None and given < least:
                told = f"timeout={operation.timeout}" if operation.timeout else f"the default of {given:g} s"
                yield Seen(
                    one.name,
                    f"{operation.name} has {told}, and the agent advertises {least} s",
                    mending.operation(one, operation, replace(operation, timeout=f"{least}s")),
                )
        known = {operation.name for operation in one.operations}
        for name in TIMED:
            needed = [found for found in agent.actions.get(name, ()) if name not in known]
            clone = configuration.clone_of(one.name)
            idle = name in ("promote", "demote", "notify") and not (clone and clone.promotable)
            if needed and name != "monitor" and not idle and needed[0].timeout > default(configuration):
                yield Seen(
                    one.name,
                    f"{name} has the default of {default(configuration):g} s, and the agent advertises "
                    f"{needed[0].timeout} s",
                    mending.operation(one, None, Operation.advertised(needed[0])),
                )


def least_timeout(agent: type[Agent], operation: Operation) -> int:
    """The timeout that the agent advertises for such an operation, in seconds."""
    same = [one for one in agent.actions.get(operation.name, ()) if one.depth <= operation.depth]
    return max((one.timeout for one in same or agent.actions.get(operation.name, ())), default=0)


def default(configuration: Configuration) -> float:
    """The timeout of an operation that says nothing, in seconds."""
    return seconds(configuration.operation_defaults.get("timeout", "")) or DEFAULT_TIMEOUT


def stop_failures_ignored(configuration: Configuration) -> Iterator[Seen]:
    """A stop that fails counts as one that succeeded."""
    for one in configuration.primitives:
        for operation in one.operations:
            if operation.name in ("stop", "demote") and operation.options.get("on-fail") == "ignore":
                kept = {key: value for key, value in operation.options.items() if key != "on-fail"}
                yield Seen(
                    one.name,
                    f"{operation.name} has on-fail=ignore",
                    mending.operation(one, operation, replace(operation, options=kept)),
                )


def process_only(configuration: Configuration) -> Iterator[Seen]:
    """No monitor asks the service."""
    for one, agent in configuration.ours():
        deeper = [found for found in agent.actions["monitor"] if found.depth]
        # A watcher has no process to look at, and asks at every level.
        watched = truth(one.parameters.get("hosted", ""))
        if deeper and not watched and one.monitors() and not any(found.depth for found in one.monitors()):
            new = Operation.advertised(deeper[0])
            taken = {seconds(monitor.interval) for monitor in one.monitors()}
            number = seconds(new.interval) or 30.0
            while number in taken:
                number += 1
            yield Seen(
                one.name,
                "every monitor has OCF_CHECK_LEVEL 0",
                mending.operation(one, None, replace(new, interval=f"{number:g}s")),
            )


RULES = (
    Rule(
        "monitor-missing", DANGER, "when it fails nobody notices, and nothing is recovered", monitor_missing
    ),
    Rule("monitor-disabled", DANGER, "when it fails nothing is recovered", monitor_disabled),
    Rule(
        "monitor-intervals-collide",
        WARNING,
        "Pacemaker knows a monitor by its interval and runs only one of the two",
        intervals_collide,
    ),
    Rule(
        "promoted-monitor-missing",
        DANGER,
        "a monitor without a role looks at instances that are not promoted only: a dead primary goes unseen",
        promoted_monitor_missing,
    ),
    Rule(
        "unpromoted-monitor-missing",
        WARNING,
        "a replica that fails goes unseen until it is to be promoted",
        unpromoted_monitor_missing,
    ),
    Rule(
        "timeout-too-short",
        WARNING,
        "on a busy day Pacemaker ends the action half-way; of a stop it then fences the node",
        timeouts_short,
    ),
    Rule(
        "stop-failure-ignored",
        DANGER,
        "what did not stop runs on beside the instance that is started elsewhere",
        stop_failures_ignored,
    ),
    Rule("process-only", ADVICE, "a process that lives and answers nobody counts as healthy", process_only),
)
