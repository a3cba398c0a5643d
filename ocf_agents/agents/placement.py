"""Placement, the inventory of resources."""

from __future__ import annotations

from ..kinds.cloud_api import CloudApi, serves
from ..kinds.variant import Row, table
from ..system.url import Url

AGENTS = table(
    CloudApi,
    Row(
        "placement-api",
        "OpenStack Placement",
        "It is a WSGI script, run under uWSGI where that is installed, else under its own small server. "
        "The monitoring user of level 20 needs the role admin or service.",
        checks=serves("/resource_providers?name=monitor"),
        defaults={
            "url": Url("http", "127.0.0.1", 8778),
            "uwsgi_config": "/etc/placement/placement-api-uwsgi.ini",
        },
        traits={"daemon": False, "module": "placement.wsgi.api", "config_environment": "OS_PLACEMENT"},
    ),
    config="/etc/placement/placement.conf",
    user="placement",
)
