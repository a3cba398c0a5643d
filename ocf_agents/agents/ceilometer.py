"""Ceilometer, the metering service."""

from __future__ import annotations

from ..kinds.rpc import RpcDaemon
from ..kinds.variant import Row, table

AGENTS = table(
    RpcDaemon,
    Row(
        "ceilometer-agent-central",
        "OpenStack central metering agent (Ceilometer)",
        "Since Liberty its program is ceilometer-polling, told to poll what is central; another "
        "binary, such as ceilometer-agent-central itself, is called without that option. It connects to "
        "the broker only when it has samples to send, so a connection is looked for only where "
        "amqp_server_port is set.",
        binary="ceilometer-polling",
        traits={
            "broker": False,
            "options": ("--polling-namespaces", "central"),
            "options_of": "ceilometer-polling",
        },
    ),
    config="/etc/ceilometer/ceilometer.conf",
    user="ceilometer",
)
