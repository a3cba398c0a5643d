"""Neutron, the networking service."""

from __future__ import annotations

from ..kinds.cloud_api import CloudApi, serves
from ..kinds.configured import common
from ..kinds.rpc import RpcDaemon
from ..kinds.variant import Row, obsolete, table
from ..lean import TYPE_CHECKING
from ..ocf.parameters import Path
from ..system.url import Url

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..ocf.parameters import Parameter

COMMON = {"config": "/etc/neutron/neutron.conf", "user": "neutron"}
PLUGINS = "/etc/neutron/plugins/ml2"


def files(name: str, default: str, log: str) -> dict[str, Path]:
    """The parameters for the second configuration file, and for the log that is named at the start."""
    return {
        name: Path(
            default, "Second configuration file", "Read after config=; passed over if it is not there."
        ),
        "log_file": Path(
            f"/var/log/neutron/{log}.log",
            "Log file",
            "Where the service logs, whatever its configuration says.",
        ),
    }


def agent(
    name: str,
    summary: str,
    text: str,
    parameters: Mapping[str, Parameter[str]],
    aliases: tuple[str, ...] = (),
) -> Row:
    """A row of an agent that runs on network and compute nodes."""
    second = next(iter(parameters))
    traits = {"further": (second,), "logs": ("log_file",)}
    return Row(name, summary, text, parameters=parameters, traits=traits, aliases=aliases)


AGENTS = (
    *table(
        CloudApi,
        Row(
            "neutron-server",
            "OpenStack Networking API (Neutron)",
            checks=serves("/v2.0/networks?limit=1"),
            parameters=files("plugin_config", f"{PLUGINS}/ml2_conf.ini", "server"),
            defaults={
                "url": Url("http", "127.0.0.1", 9696),
                "uwsgi_config": "/etc/neutron/neutron-api-uwsgi.ini",
            },
            traits={
                "further": ("plugin_config",),
                "logs": ("log_file",),
                "host_options": common("bind_host"),
                "port_options": common("bind_port"),
                "module": "neutron.wsgi.api",
                "application_script": "neutron-api",
            },
            stop=120,
        ),
        **COMMON,
    ),
    *table(
        RpcDaemon,
        agent(
            "neutron-dhcp-agent",
            "OpenStack Networking DHCP agent (Neutron)",
            "The dnsmasq processes that serve the networks are not its children, and outlive it.",
            files("plugin_config", "/etc/neutron/dhcp_agent.ini", "dhcp-agent"),
            aliases=("neutron-agent-dhcp",),
        ),
        agent(
            "neutron-l3-agent",
            "OpenStack Networking router agent (Neutron)",
            "Its routers, and the keepalived and radvd processes in them, outlive it.",
            {
                **files("plugin_config", "/etc/neutron/l3_agent.ini", "l3-agent"),
                "neutron_server_port": obsolete(
                    "port of neutron-server", "the agent talks over the message broker."
                ),
            },
            aliases=("neutron-agent-l3",),
        ),
        agent(
            "neutron-metadata-agent",
            "OpenStack Networking metadata agent (Neutron)",
            "",
            files("agent_config", "/etc/neutron/metadata_agent.ini", "metadata-agent"),
        ),
        agent(
            "neutron-openvswitch-agent",
            "OpenStack Networking Open vSwitch agent (Neutron)",
            "The flows in the switch outlive it.",
            files("plugin_config", f"{PLUGINS}/openvswitch_agent.ini", "openvswitch-agent"),
        ),
        **COMMON,
    ),
)
