"""Manila, the shared file systems service."""

from __future__ import annotations

from ..kinds.cloud_api import CloudApi, serves
from ..kinds.configured import common
from ..kinds.variant import Row, table
from ..system.url import Url

AGENTS = table(
    CloudApi,
    Row(
        "manila-api",
        "OpenStack Shared File Systems API (Manila)",
        checks=serves("/v2/{project}/shares?limit=1"),
        defaults={
            "url": Url("http", "127.0.0.1", 8786),
            "uwsgi_config": "/etc/manila/manila-api-uwsgi.ini",
        },
        traits={
            "host_options": common("osapi_share_listen"),
            "port_options": common("osapi_share_listen_port"),
            "module": "manila.wsgi.api",
            "application_script": "manila-wsgi",
        },
    ),
    config="/etc/manila/manila.conf",
    user="manila",
)
