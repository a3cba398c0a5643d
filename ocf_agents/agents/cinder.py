"""Cinder, the block storage service."""

from __future__ import annotations

from ..kinds.cloud_api import CloudApi, serves
from ..kinds.configured import common
from ..kinds.rpc import RpcDaemon
from ..kinds.variant import Row, table
from ..ocf.parameters import Boolean
from ..system.url import Url

CONFIG = "/etc/cinder/cinder.conf"
USER = "cinder"
DATABASE = {"databases": ("database",)}

MULTIBACKEND = Boolean(
    False,
    "Several backends",
    "If true, each child that serves a backend must hold a connection to the broker of its own.",
    reloadable=True,
)

AGENTS = (
    *table(
        CloudApi,
        Row(
            "cinder-api",
            "OpenStack Block Storage API (Cinder)",
            checks=serves("/v3/{project}/types?limit=1"),
            defaults={
                "url": Url("http", "127.0.0.1", 8776),
                "uwsgi_config": "/etc/cinder/cinder-api-uwsgi.ini",
            },
            traits={
                "host_options": common("osapi_volume_listen"),
                "port_options": common("osapi_volume_listen_port"),
                "module": "cinder.wsgi.api",
                "application_script": "cinder-wsgi",
            },
        ),
        config=CONFIG,
        user=USER,
    ),
    *table(
        RpcDaemon,
        Row(
            "cinder-scheduler",
            "OpenStack Block Storage scheduler (Cinder)",
            stop=120,
            traits=DATABASE,
            aliases=("cinder-schedule",),
        ),
        Row(
            "cinder-volume",
            "OpenStack Block Storage volume service (Cinder)",
            "With several enabled_backends it has a child for each of them; see multibackend.",
            stop=120,
            parameters={"multibackend": MULTIBACKEND},
            traits={**DATABASE, "everywhere": "multibackend"},
        ),
        config=CONFIG,
        user=USER,
    ),
)
