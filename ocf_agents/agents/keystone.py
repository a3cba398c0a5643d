"""Keystone, the identity service."""

from __future__ import annotations

from ..kinds.checks import Answers, Check, Listens
from ..kinds.login import REFUSED, LoginApi
from ..kinds.wsgi import Wsgi
from ..lean import TYPE_CHECKING
from ..ocf.codes import Degraded, Failure
from ..ocf.parameters import UrlParameter
from ..system.url import Url

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..kinds.service import Service
    from ..system.http import Answer, Request


class IssuesTokens(Check):
    """Keystone gives the monitoring login a token; nothing is asked while no login is configured."""

    depth: int = 20
    healthy: tuple[tuple[int, ...], ...] = ((201,),)

    def planned(self, service: Service) -> bool:
        """Whether there is a login, and no region to look for in the answer."""
        login = service.login() if isinstance(service, Keystone) else None
        return login is None or not login.region

    def asks(self, service: Service) -> tuple[Request, ...]:
        """The request for the token."""
        login = service.login() if isinstance(service, Keystone) else None
        return (login.request,) if login else ()

    def judge(self, service: Service, answers: Sequence[Answer]) -> None:
        """A refused login shows a wrong password, not a broken Keystone: restarting mends nothing."""
        login = service.login() if isinstance(service, Keystone) else None
        if login is None or not answers:
            return
        answer = answers[0]
        if answer.fault:
            raise Failure(f"{answer.url}: {answer.fault}")
        if answer.status in REFUSED:
            raise Degraded(
                f"{answer.url}: login of {login.username} refused ({answer.status}); are os_username, "
                "os_password, os_tenant_name and the domains right?"
            )
        if answer.status != 201:
            raise Failure(f"{answer.url}: answered {answer.status} instead of a token; see Keystone's log")
        if not login.offers_region(answer.body):
            raise Degraded(f"{answer.url}: the catalogue has no endpoint in os_region_name={login.region}")


class Keystone(
    LoginApi,
    Wsgi,
    name="keystone",
    summary="OpenStack Identity (Keystone)",
    binary="keystone-wsgi-public",
    config="/etc/keystone/keystone.conf",
    user="keystone",
    uwsgi_config="/etc/keystone/keystone-uwsgi.ini",
):
    """Runs Keystone, as a single instance or as a clone on every controller.

    How it is run: Keystone is a WSGI application without a daemon of its own. By default the agent
    starts it as its own process: under uWSGI with uwsgi_config where uWSGI is installed (Debian 12
    ships it so), and under the single-threaded server of keystone-wsgi-public where it is not (RHEL
    ships it for httpd; that server is for small clouds and tests). On RHEL better run it as the
    distribution does: systemd_unit=httpd.service where httpd serves nothing else, or an httpd clone
    of its own and hosted=true here. A binary other than the script, such as the keystone-all of old
    releases, is called with --config-file.

    What monitor looks at: at OCF_CHECK_LEVEL 0 the process; at any level above that also the port
    and the answers of /healthcheck and /v3; at 20 also whether the login of the os_* parameters gets
    a token. A drained instance (DISABLED BY FILE), a slow answer and a refused login are reported as
    degraded and do not restart Keystone. An os_auth_url of the v2.0 API is asked for v3, since
    Keystone has had no v2.0 since the Queens release.
    """

    url = UrlParameter(
        Url("http", "127.0.0.1", 5000),
        "Local address",
        "Where the monitor of a depth above 0 reaches this instance on this node, and as its own process, "
        "unless uwsgi_config says it, also the port it listens on. A path before the version is kept, as in "
        "http://127.0.0.1/identity/v3. With https the certificate must be valid for it.",
    )

    config_environment = "OS_KEYSTONE"
    module = "keystone.wsgi.api"
    checks = (Listens(), Answers(path="/v3"), IssuesTokens())

    def announce(self) -> None:
        """What the agent makes of the login."""
        super().announce()
        login = self.login()
        if login is None:
            self.log.info("os_username is empty: no monitor asks Keystone for a token")
        elif login.old:
            self.log.info(
                f"os_auth_url names the v2.0 API, which Keystone has no more; asking {login.endpoint}"
            )


AGENTS = (Keystone,)
