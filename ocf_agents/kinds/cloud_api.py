"""The APIs of OpenStack but Keystone: asked without a login, and with a token where there is one."""

from __future__ import annotations

from ..lean import TYPE_CHECKING, Record
from ..ocf.codes import Degraded
from ..ocf.parameters import UrlParameter
from ..system import http, plan
from ..system.url import Url
from .checks import GOOD, Answers, Check, Listens
from .configured import ConfiguredApi, untitled
from .login import REFUSED, LoginApi
from .patient import LOST, Patient
from .planning import fingerprint
from .variant import obsolete
from .wsgi import Wsgi

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import ClassVar

    from ..system.http import Answer, Request
    from ..system.identity import Login
    from .service import Service

SHARE = 0.4
"""The part of the time left that each of token and request may take, so that the root can still be asked."""
TOKEN_CHARACTERS = "-_.:=+/~"  # noqa: S105  # beside letters and digits


class Token(Record):
    """A token and the project it is for."""

    text: str
    project: str = "-"


class ServesRequests(Check):
    """A request with a token gets its answer; nothing is asked while no login is configured."""

    depth: int = 20
    path: str = "/"
    """With `{project}` for the project's id."""
    healthy: tuple[tuple[int, ...], ...] = (GOOD,)

    def template(self, service: Service) -> tuple[Request, ...]:
        """The request with placeholders for the token and its project."""
        if not isinstance(service, CloudApi) or service.login() is None:
            return ()
        return (self.question(service, Token(plan.TOKEN.decode(), plan.PROJECT.decode())),)

    def question(self, service: CloudApi, token: Token) -> Request:
        """The request: what url= asks for, else what this service is best asked for."""
        given, base = str(service.address()), service.base()
        asks = given[len(base) :].strip("/")
        return http.Request(
            given if asks else base + self.path.replace("{project}", token.project),
            token=token.text,
            cafile=service.os_cacert,
            insecure=service.insecure,
        )

    def judge(self, service: Service, answers: Sequence[Answer]) -> None:
        """An error shows a lost dependency where the root is well, which the check of the root says."""
        if not isinstance(service, CloudApi) or service.context.probe:
            return
        login = service.login()
        if login is None:
            return
        kept = service.kept_token()
        answer = self.answer(service, kept) if kept else None
        if answer is None or answer.status == 401:
            answer = self.answer(service, service.fetch(login))
        if answer.fault or answer.status >= 500:
            told = answer.fault or f"answered {answer.status}"
            service.missing(
                "request",
                f"{answer.url}: {told} to a request with a token; is its database, its broker or Keystone away?",
            )
        elif answer.status in REFUSED:
            raise Degraded(
                f"{answer.url}: refuses {login.username}'s token ({answer.status}); does it ask the same "
                "Keystone, and has that user a role there?"
            )
        elif answer.status not in GOOD:
            raise Degraded(f"{answer.url}: answered {answer.status}; set url= to an address that answers 200")
        else:
            service.found("request")

    def answer(self, service: CloudApi, token: Token) -> Answer:
        """What the service says to the holder of a token."""
        return http.ask(service.host, (self.question(service, token),), service.deadline.left() * SHARE)[0]


ANSWERS = Answers(healthy=((*GOOD, 401, 404), GOOD))
"""Without a healthcheck some tell of their versions there, or ask for a token, and are well."""


def serves(path: str) -> tuple[Check, ...]:
    """The checks of an API that is asked for this path with a token."""
    return Listens(), ANSWERS, ServesRequests(path=path)


class CloudApi(Patient, LoginApi, ConfiguredApi, Wsgi):
    """Runs an API of OpenStack.

    How it is run: by default the agent starts the release's own server with --config-file. A release
    that ships only a WSGI application is run under uWSGI, with uwsgi_config where that file exists.
    With systemd_unit= the distribution's unit is started and stopped instead, and with hosted=true
    the API is only watched where httpd or uWSGI serves it under another resource.

    What monitor looks at: at OCF_CHECK_LEVEL 0 the process; at any level above that also the port,
    which no other process may share, and the answers of /healthcheck and of the root, at the address
    in url= or else in the service's configuration. At 20, if os_username is set, also a request with
    a token, which reaches the database: an error there while the root answers is a lost dependency,
    reported as degraded within dependency_grace and as a failure after it. A drained instance
    (DISABLED BY FILE), a slow answer, a refused login and a Keystone that gives no token are degraded:
    a restart of this service would mend none of them. The token is kept, readable by root only, and
    used until it is refused.
    """

    url = UrlParameter(
        None,
        "Local address",
        "Where the monitor of a depth above 0 reaches this instance on this node; host and port come "
        "from the service's configuration if this is empty. Under uWSGI, unless uwsgi_config says it, "
        "also the port it listens on. A path from its version on is what the monitor of level 20 asks for with its "
        "token (http://127.0.0.1:8774/v2.1/); what stands before that, or alone, is kept, as in "
        "http://127.0.0.1/compute. With https the certificate must be valid for the host.",
    )
    os_auth_url = UrlParameter(
        Url("http", "127.0.0.1", 5000, "/v3"),
        "Keystone URL",
        "Where the monitor of level 20 logs in. A URL of the v2.0 API is asked for v3 in its place.",
        reloadable=True,
        aliases=("keystone_get_token_url", "keystone_url"),
    )
    monitor_binary = obsolete("netstat", "the kernel is asked without a program.")

    kept = (LOST, plan.KEPT_TOKEN)
    daemon: ClassVar[bool] = True
    """Whether there is, or was, a server program of the service's own; else a WSGI script."""
    checks: ClassVar[tuple[Check, ...]] = (Listens(), ANSWERS)

    application_script: ClassVar[str] = ""
    """The WSGI script that some releases have beside the server program."""

    def script(self) -> str:
        """The script for uWSGI."""
        return self.application_script or self.binary

    paste: ClassVar[str] = ""
    """The file of the application's filters, where that is told along with the configuration."""

    def config_names(self, directory: str, file: str) -> str:
        """The filters first, from beside the configuration or else from where packages put them."""
        if not self.paste:
            return file
        beside = self.host.is_file(f"{directory}/{self.paste.rpartition('/')[2]}")
        return f"{self.paste.rpartition('/')[2] if beside else self.paste};{file}"

    def wrapped(self) -> bool:
        """Whether uWSGI is to run the application: a server of its own comes first."""
        if self.daemon and super().wrapped():
            return self.host.which(self.binary) is None and self.server() is not None
        return super().wrapped()

    def fits(self, command: tuple[str, ...]) -> bool:
        """A uWSGI with the application, or the server with its configuration."""
        command = untitled(command)
        if self.daemon and not command[0].rpartition("/")[2].startswith("uwsgi"):
            return super(Wsgi, self).fits(command)
        return super().fits(command)

    def kept_token(self) -> Token | None:
        """The token of an earlier monitor, if there is one."""
        words = (self.host.read(self.beside(plan.KEPT_TOKEN)) or "").split()
        return Token(words[0], words[1]) if words[2:] == [str(fingerprint(self))] else None

    def fetch(self, login: Login) -> Token:
        """A new token, kept for the next monitors; Degraded says why there is none."""
        answer = http.ask(self.host, (login.request_with_headers,), self.deadline.left() * SHARE)[0]
        if answer.status in REFUSED:
            raise Degraded(
                f"{answer.url}: login of {login.username} refused ({answer.status}), so nothing was asked of "
                f"{self.name}; are os_username, os_password, os_tenant_name and the domains right?"
            )
        text = login.token(answer.body)
        if answer.status != 201 or not text:
            told = answer.fault or f"answered {answer.status}"
            raise Degraded(f"{answer.url}: {told} instead of a token, so nothing was asked of {self.name}")
        token = Token(text, login.project_id(answer.body) or "-")
        if all(c.isascii() and (c.isalnum() or c in TOKEN_CHARACTERS) for c in token.text + token.project):
            try:
                text = f"{token.text} {token.project} {fingerprint(self)}\n"
                self.host.write(self.beside(plan.KEPT_TOKEN), text, 0o600)
            except OSError as error:
                self.log.debug(f"{self.beside(plan.KEPT_TOKEN)}: {error}; every monitor logs in anew")
        if not login.offers_region(answer.body):
            raise Degraded(f"{answer.url}: the catalogue has no endpoint in os_region_name={login.region}")
        return token

    def reload_agent(self) -> None:
        """Take over changed parameters, and log in anew with them."""
        super().reload_agent()
        self.discard(self.beside(plan.KEPT_TOKEN))

    def announce(self) -> None:
        """What the agent makes of the login."""
        super().announce()
        if self.login() is None:
            self.log.info(f"os_username is empty: no monitor asks {self.name} with a token")
