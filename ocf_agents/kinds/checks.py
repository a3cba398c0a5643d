"""Health checks as values: what a service must show at a depth for its monitor to be content.

A check over HTTP says what it asks and judges the answers; the asking is done for all of them
together, since one curl for three requests costs hardly more than for one.
"""

from __future__ import annotations

from ..lean import TYPE_CHECKING, Record
from ..ocf.codes import Degraded, Failure
from ..system import http
from ..system.plan import SLOW
from .family import family

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..system.http import Answer, Request
    from ..system.plan import Question
    from .service import Service

HEALTHCHECK = "/healthcheck"
DRAINED = "DISABLED BY FILE"
GOOD = (200, 204, 300)


class Check(Record):
    """One thing to look at; it passes in silence, or raises Failure or Degraded."""

    depth: int = 10
    healthy: tuple[tuple[int, ...], ...] = ()
    """For each request, the statuses that nothing needs to be added to."""

    def planned(self, service: Service) -> bool:
        """Whether those statuses, and whose socket it is, are all there is to judge."""
        return True

    def asks(self, service: Service) -> tuple[Request, ...]:
        """What must be asked over HTTP before this check can judge."""
        return ()

    def template(self, service: Service) -> tuple[Request, ...]:
        """What a plan asks over HTTP in its place, perhaps with placeholders."""
        return self.asks(service)

    def questions(self, service: Service) -> list[Question]:
        """What a plan asks in its place, with what a healthy service answers."""
        return [http.question(*pair) for pair in zip(self.template(service), self.healthy)]

    def connections(self, service: Service) -> list[tuple[list[bytes], list[tuple[int, int]]]]:
        """What a plan looks for in its place: far ends, and the processes that are connected to one."""
        return []

    def judge(self, service: Service, answers: Sequence[Answer]) -> None:
        """Raises Failure if the service is broken, Degraded if it only limps."""
        raise NotImplementedError


class Listens(Check):
    """The port that clients use is held by this service and by nobody else."""

    def judge(self, service: Service, answers: Sequence[Answer]) -> None:
        """Whoever accepts connections at the service's address belongs to the service."""
        url = service.address()
        sockets = service.host.listeners(url.host, url.port)
        if not sockets:
            raise Failure(f"nobody listens on {url.host} port {url.port}")
        if service.hosted or service.systemd_unit:
            # The unit may hand its socket on, and a host serves from processes that are not known here.
            return
        sight = service.backend.look()
        strangers = sockets - service.host.sockets(sight.main) if sight.main else sockets
        if strangers:
            for process in family(service.host.processes(), sight.processes):
                strangers -= service.host.sockets(process)
        if strangers:
            raise Failure(
                f"{url.host} port {url.port} is held by a process that is not of this resource; "
                f"see: ss -tlnp sport = :{url.port}"
            )


class Answers(Check):
    """The service answers at its healthcheck, where it has one, and at the root of its API."""

    path: str = "/"
    healthy: tuple[tuple[int, ...], ...] = ((200, 204, 404), GOOD)

    def asks(self, service: Service) -> tuple[Request, ...]:
        """The healthcheck, then the root."""
        return service.request(HEALTHCHECK), service.request(self.path)

    def judge(self, service: Service, answers: Sequence[Answer]) -> None:
        """A drain is a degradation, an error status or silence a failure."""
        health, root = answers
        drained = health.status == 503 and DRAINED in health.body.upper()
        for answer in (root,) if drained else answers:
            if answer.fault:
                raise Failure(f"{answer.url}: {answer.fault}")
            if answer.status >= 500:
                raise Failure(f"{answer.url}: answered {answer.status}; see the service's log")
        if root.status not in self.healthy[1]:
            raise Failure(f"{root.url}: answered {root.status}; is that {service.name}?")
        if drained:
            raise Degraded(f"{health.url} says {DRAINED}: drained by an operator; remove that file to end it")
        slowest = max(health.seconds, root.seconds)
        if slowest > service.deadline.timeout * SLOW:
            raise Degraded(
                f"{root.url}: took {slowest:.1f} s of the {service.deadline.timeout:.0f} s there are"
            )


def examine(service: Service, checks: Sequence[Check]) -> None:
    """Every check is content; else the first failure is raised, or the first degradation."""
    ready = [check for check in checks if not check.asks(service)]
    asking = [(check, check.asks(service)) for check in checks if check not in ready]
    degraded: list[Degraded] = []
    for check in ready:
        judge(check, service, (), degraded)
    requests = tuple(request for _, wanted in asking for request in wanted)
    answers = list(http.ask(service.host, requests, service.deadline.left())) if requests else []
    for check, wanted in asking:
        judge(check, service, answers[: len(wanted)], degraded)
        del answers[: len(wanted)]
    if degraded:
        raise degraded[0]


def judge(check: Check, service: Service, answers: Sequence[Answer], degraded: list[Degraded]) -> None:
    """The check was made; a degradation is kept, since a later check may find a failure."""
    try:
        check.judge(service, answers)
    except Degraded as found:
        degraded.append(found)
