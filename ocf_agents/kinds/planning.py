"""Writes down what a healthy monitor of a service sees, for `system.plan` to find it again."""

from __future__ import annotations

import marshal
from posix import getppid

from ..lean import TYPE_CHECKING
from ..ocf.context import PARAMETER, Context
from ..ocf.parameters import Secret
from ..system import plan
from .checks import Listens

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Callable, Optional, TypeVar

    from .checks import Check
    from .service import Service

    S = TypeVar("S", bound=Service)

PAUSE = 60.0
"""Seconds between two plans that say what stays."""


def remember(service: Service) -> None:
    """The plan of this service is on file, for root alone; where there is no room, there is none."""
    steps: list[dict[str, object]] = []
    uncovered = plan.NEVER
    blank = without_secrets(service)
    for depth in sorted({check.depth for check in service.checks}):
        checks = [check for check in service.checks if check.depth <= depth]
        if not all(check.planned(service) for check in checks):
            uncovered = depth
            break
        steps.append(step(blank, depth, checks))
    content: dict[str, object] = {
        "steps": steps,
        "uncovered": uncovered,
        "token": service.beside(plan.KEPT_TOKEN),
    }
    if any(isinstance(check, Listens) for check in service.checks):
        address = service.address()
        content["address"] = (address.host, address.port)
    file(service, content)


def file(service: Service, content: dict[str, object]) -> None:
    """A plan with this content and what every plan has is on file, if there is room."""
    every = {
        "version": plan.VERSION,
        "fingerprint": fingerprint(service),
        "hosted": service.hosted,
        "secrets": secrets(service),
    }
    content = {**every, **content}
    try:
        service.host.write(service.beside(plan.PLAN), marshal.dumps(content), 0o600)
    except OSError as error:
        service.log.debug(f"{service.beside(plan.PLAN)}: {error}; every monitor goes the long way")


def keep(service: S, known: Callable[[S], Optional[dict[str, object]]]) -> None:
    """What is known to stay is on file, if anything is; it is not written anew again and again.

    Where one plan never holds, the next would not hold either, and costs as much as a monitor.
    """
    kept = plan.load(service.host.read_bytes(service.beside(plan.PLAN))) or {}
    now = service.host.now()
    mine = kept.get("fingerprint") == fingerprint(service)
    fresh = mine and 0 <= now - kept.get("made", -PAUSE) < PAUSE
    if service.context.probe or (fresh and kept["known"]["caller"][0] == getppid()):
        return
    content = known(without_secrets(service))
    if content:
        file(service, {"known": content, "made": now})


def step(blank: Service, depth: int, checks: Sequence[Check]) -> dict[str, object]:
    """What is asked up to a depth, and what a healthy service answers."""
    return {
        "depth": depth,
        "questions": [question for check in checks for question in check.questions(blank)],
        "connections": connections(blank, checks),
    }


def connections(service: Service, checks: Sequence[Check]) -> list[object]:
    """The connections that are held now, as a later monitor is to find them again."""
    return [link for check in checks for link in check.connections(service)]


def without_secrets(service: S) -> S:
    """The same service with a placeholder for every secret; no file shall hold one."""
    environment = dict(service.context.environment)
    environment.update({f"{PARAMETER}{name}": f"@{name}@" for name in secrets(service)})
    return type(service)(Context(service.context.action, environment), service.host, service.log)


def secrets(service: Service) -> list[str]:
    """The names of the parameters that are given and secret."""
    return [
        name
        for key, parameter in service.parameters.items()
        if isinstance(parameter, Secret)
        for name in (key, *parameter.aliases)
        if service.context.parameters.get(name)
    ]


def fingerprint(service: Service) -> int:
    """What ties a plan, or a token, to the parameters that it was made for."""
    return plan.fingerprint(service.context.environment, secrets(service))


def stale(service: Service) -> bool:
    """Whether a resource that could have a plan has none, one for other parameters, or for lost connections."""
    kept = plan.load(service.host.read_bytes(service.beside(plan.PLAN)))
    if kept is None or kept["fingerprint"] != fingerprint(service):
        return True
    held = connections(service, service.checks)
    return bool(held) and held != max((step["connections"] for step in kept["steps"]), key=len, default=[])
