"""Heat, the orchestration service."""

from __future__ import annotations

from ..kinds.checks import GOOD, Answers, Listens
from ..kinds.cloud_api import CloudApi, serves
from ..kinds.rpc import RpcDaemon
from ..kinds.variant import Row, table
from ..system.url import Url

CONFIG = "/etc/heat/heat.conf"
USER = "heat"
SIGNED = (*GOOD, 400, 401, 403)
"""What the API of CloudFormation says to a request without a signature."""


def listens(section: str) -> dict[str, object]:
    """Where an API of Heat says that it listens."""
    return {"host_options": ((section, "bind_host"),), "port_options": ((section, "bind_port"),)}


AGENTS = (
    *table(
        CloudApi,
        Row(
            "heat-api",
            "OpenStack Orchestration API (Heat)",
            "heat-engine answers its requests: while none runs, a monitor of level 20 reports a lost "
            "dependency.",
            checks=serves("/v1/{project}/stacks?limit=1"),
            defaults={
                "url": Url("http", "127.0.0.1", 8004),
                "uwsgi_config": "/etc/heat/heat-api-uwsgi.ini",
            },
            traits={
                **listens("heat_api"),
                "module": "heat.wsgi.api",
                "application_script": "heat-wsgi-api",
            },
        ),
        Row(
            "heat-api-cfn",
            "OpenStack Orchestration API in the manner of CloudFormation (Heat)",
            "Its requests are signed and carry no token, so no monitor makes one of level 20.",
            checks=(Listens(), Answers(healthy=((*SIGNED, 404), SIGNED))),
            defaults={
                "url": Url("http", "127.0.0.1", 8000),
                "uwsgi_config": "/etc/heat/heat-api-cfn-uwsgi.ini",
            },
            traits={
                **listens("heat_api_cfn"),
                "module": "heat.wsgi.cfn",
                "application_script": "heat-wsgi-api-cfn",
            },
        ),
        config=CONFIG,
        user=USER,
    ),
    *table(
        RpcDaemon,
        Row(
            "heat-engine",
            "OpenStack Orchestration engine (Heat)",
            stop=120,
            traits={"databases": ("database",)},
        ),
        config=CONFIG,
        user=USER,
    ),
)
