"""Keystone's catalogue: where clients are sent, and whether somebody answers there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from ..advice.subjects import addresses
from ..kinds.checks import HEALTHCHECK
from ..system.url import unversioned
from .line import absent, fault, ok, warning

if TYPE_CHECKING:
    from collections.abc import Iterator

    from requests import Session

    from .line import Line
    from .site import Placed, Site

SECONDS = 5.0
SKEW = 2.0
"""Seconds by which two clocks may differ."""
LIBRARY = ("python-keystoneclient", "python3-keystoneclient")


@dataclass(frozen=True)
class Endpoint:
    """Where clients find a service."""

    service: str
    interface: str
    url: str

    @property
    def subject(self) -> str:
        """As one speaks of it."""
        return f"{self.service} ({self.interface})"


def catalogue(site: Site) -> Iterator[Line]:
    """Every endpoint leads to a virtual address, and is answered there."""
    login = next((one for one in site.placed if getattr(one.agent, "os_username", "")), None)
    if login is None:
        yield warning(
            "catalogue", "no resource has a login (os_username)", "give one to the keystone resource"
        )
        return
    if login.lacks:
        yield warning("catalogue", login.lacks, "run this as root, where the password is")
        return
    try:
        asking = direct(login)
        found = endpoints(login, asking)
    except ImportError:
        yield absent("catalogue", *LIBRARY, "Keystone's catalogue")
        return
    except Exception as error:  # noqa: BLE001  # the client raises what its own libraries do
        yield fault("catalogue", said(error), f"ocf-agents check --resource {login.name}")
        return
    vips = {one.parameters.get("ip", "") for one in addresses(site.configuration)} - {""}
    for endpoint in found:
        yield leads(site, endpoint, vips)
    yield from answers(found, asking)


def said(error: Exception) -> str:
    """A client's error in one line."""
    return " ".join(str(error).split()) or type(error).__name__


def endpoints(placed: Placed, asking: Session) -> list[Endpoint]:
    """The endpoints that Keystone lists for this login."""
    from keystoneauth1 import session
    from keystoneauth1.identity import v3
    from keystoneclient.v3 import client  # type: ignore[import-untyped,unused-ignore]  # it has no types

    login = placed.agent.login()  # type: ignore[attr-defined]  # it has os_username
    auth = v3.Password(
        auth_url=login.endpoint,
        username=login.username,
        password=login.password,
        project_name=login.project,
        user_domain_name=login.user_domain,
        project_domain_name=login.project_domain,
    )
    made = session.Session(auth=auth, session=asking, verify=asking.verify, timeout=SECONDS)
    # Asked where the login is: the catalogue is what is in doubt.
    keystone = client.Client(session=made, endpoint_override=login.endpoint)
    names = {one.id: one.name or one.type for one in keystone.services.list()}
    return [
        Endpoint(names.get(one.service_id, "?"), one.interface, one.url) for one in keystone.endpoints.list()
    ]


def direct(placed: Placed) -> Session:
    """What asks as the agent does: it trusts what the login trusts, and knows no proxy of the shell."""
    from requests import Session

    login = placed.agent.login()  # type: ignore[attr-defined]  # it has os_username
    made = Session()
    made.trust_env = False
    made.verify = False if login.insecure else (login.cafile or True)
    return made


def leads(site: Site, endpoint: Endpoint, vips: set[str]) -> Line:
    """Whether an endpoint is at one of the cluster's addresses."""
    host = urlsplit(endpoint.url).hostname or ""
    there = site.host.addresses(host)
    if not there:
        return fault(
            endpoint.subject, f"{host} in {endpoint.url} cannot be resolved", "mend DNS or /etc/hosts"
        )
    if there & vips:
        return ok(endpoint.subject, f"{endpoint.url} leads to a virtual address")
    return warning(
        endpoint.subject,
        f"{endpoint.url} leads to no virtual address of this cluster ({', '.join(sorted(vips)) or 'it has none'})",
        "openstack endpoint set --url URL ENDPOINT",
    )


def answers(found: list[Endpoint], asking: Session) -> Iterator[Line]:
    """Somebody is well at each address, and has the same time."""
    from requests import RequestException

    urls = {healthcheck(one.url): one.service for one in found}
    for url, service in sorted(urls.items()):
        try:
            answer = asking.get(url, timeout=SECONDS)
        except RequestException as error:
            yield fault(service, f"{url}: {said(error)[:120]}", "crm_mon -1")
            continue
        yield judged(service, url, answer.status_code, answer.text)
        yield from skew(service, answer.headers.get("Date", ""))


def healthcheck(url: str) -> str:
    """Where the service at an endpoint tells of its health: below its own path, before the version."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}{unversioned(parts.path)}{HEALTHCHECK}"


def judged(service: str, url: str, status: int, text: str) -> Line:
    """What an answer means; where there is no healthcheck, any answer shows a living service."""
    if status == 503 and "DISABLED BY FILE" in text.upper():
        return warning(service, f"{url}: drained by an operator", "remove the file that drains it")
    if status >= 500:
        return fault(service, f"{url}: answered {status}", "see the service's log")
    return ok(service, f"{url}: answered {status}")


def skew(service: str, date: str) -> Iterator[Line]:
    """The clock of who answered, where it is not ours."""
    import time
    from email.utils import parsedate_to_datetime

    try:
        told = parsedate_to_datetime(date).timestamp()
    except (TypeError, ValueError):
        return
    if abs(told - time.time()) > SKEW:
        yield fault(
            service,
            f"its clock and this node's differ by {abs(told - time.time()):.0f} s",
            "run chrony on all nodes",
        )
