"""Glance, the image service."""

from __future__ import annotations

from ..kinds.checks import GOOD, Answers, Listens
from ..kinds.cloud_api import CloudApi, ServesRequests, serves
from ..kinds.configured import common
from ..kinds.variant import Row, table
from ..system.url import Url

UNKNOWN = (*GOOD, 401)
"""A registry tells nobody anything without a token, and that is an answer."""

LISTENS = {"host_options": common("bind_host"), "port_options": common("bind_port")}

AGENTS = table(
    CloudApi,
    Row(
        "glance-api",
        "OpenStack Image API (Glance)",
        "Its workers go on serving when their parent has died: the monitor reports that as a failure, "
        "and stop ends them as well.",
        checks=serves("/v2/images?limit=1"),
        defaults={
            "config": "/etc/glance/glance-api.conf",
            "url": Url("http", "127.0.0.1", 9292),
            "uwsgi_config": "/etc/glance/glance-api-uwsgi.ini",
        },
        traits={
            **LISTENS,
            "module": "glance.wsgi.api",
            "application_script": "glance-wsgi-api",
            "config_environment": "OS_GLANCE",
        },
    ),
    Row(
        "glance-registry",
        "OpenStack Image registry (Glance, retired)",
        checks=(
            Listens(),
            Answers(healthy=((*UNKNOWN, 404), UNKNOWN)),
            ServesRequests(path="/images"),
        ),
        defaults={
            "config": "/etc/glance/glance-registry.conf",
            "url": Url("http", "127.0.0.1", 9191),
        },
        traits=LISTENS,
        without=("uwsgi", "uwsgi_config"),
        gone="since Victoria (2020) glance-api asks the database itself.",
    ),
    user="glance",
)
