"""The whole list of agents: names, parameters and texts that configurations of old rely on."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from support.act import act
from support.cloud import Cloud, agent
from support.each import each

from ocf_agents.agents import COMPATIBLE, everyone, find
from ocf_agents.ocf.codes import NotInstalled
from ocf_agents.ocf.context import Context
from ocf_agents.ocf.log import Log
from ocf_agents.system.host import Account

if TYPE_CHECKING:
    from ocf_agents.ocf.agent import Agent

CHECKOUT = Path(__file__).resolve().parents[2]
BASIC = "binary config user pid additional_parameters"
LOGIN = "os_username os_password os_tenant_name"
DAEMON = "database_server_port amqp_server_port zeromq monitor_binary"
ASKED = f"url keystone_get_token_url {LOGIN}"
OLD = {
    "keystone": f"{LOGIN} os_auth_url client_binary",
    "glance-api": f"{LOGIN} os_auth_url client_binary",
    "glance-registry": f"{ASKED} keystone_url os_auth_url",
    "nova-api": f"{ASKED} monitor_binary api_listened_port",
    "nova-api-ra": f"{ASKED} monitor_binary api_listened_port",
    "nova-cert": DAEMON, "nova-cert-ra": DAEMON,
    "nova-consoleauth": DAEMON, "nova-consoleauth-ra": DAEMON,
    "nova-scheduler": DAEMON, "nova-scheduler-ra": DAEMON,
    "nova-network": DAEMON, "nova-network-ra": DAEMON,
    "nova-volume": DAEMON, "nova-volume-ra": DAEMON,
    "nova-vnc": "console_port web monitor_binary", "nova-vnc-ra": "console_port web monitor_binary",
    "nova-novnc": "console_port web monitor_binary", "nova-novncproxy": "console_port web",
    "nova-objectstore": "", "nova-objectstore-ra": "", "nova-compute": "", "nova-compute-ra": "",
    "nova-conductor": DAEMON, "nova-metadata": "url", "nova-api-metadata": "url",
    "nova-spicehtml5proxy": "console_port web", "nova-serialproxy": "console_port",
    "placement-api": "url", "cinder-api": ASKED, "cinder-scheduler": "amqp_server_port",
    "cinder-schedule": "amqp_server_port", "cinder-volume": "amqp_server_port multibackend",
    "neutron-server": f"plugin_config {ASKED}", "neutron-agent-dhcp": "plugin_config amqp_server_port",
    "neutron-agent-l3": "plugin_config neutron_server_port amqp_server_port",
    "neutron-dhcp-agent": "plugin_config", "neutron-l3-agent": "plugin_config",
    "neutron-metadata-agent": "agent_config amqp_server_port", "neutron-openvswitch-agent": "plugin_config",
    "heat-api": "url", "heat-api-cfn": "url", "heat-engine": "amqp_server_port zeromq",
    "ceilometer-agent-central": "amqp_server_port", "manila-api": ASKED,
    "rabbitmq-server": "", "memcached": "", "haproxy": "", "redis": "", "mongodb": "",
}  # fmt: skip
RETIRED = (
    "glance-registry", "nova-cert", "nova-consoleauth", "nova-network", "nova-objectstore", "nova-volume",
)  # fmt: skip
ARTICLE = {
    "glance-api": 'config="/etc/glance/glance-api.conf" os_auth_url="http://clusterkeystone:5000/v2.0/" '
    'os_password="admin" os_tenant_name="admin" os_username="admin" user="glance" client_binary="/usr/bin/glance"',
    "glance-registry": 'config="/etc/glance/glance-registry.conf" os_auth_url="http://clusterkeystone:5000/v2.0/" '
    'os_password="admin" os_tenant_name="admin" os_username="admin" user="glance"',
    **{
        f"nova-{name}-ra": 'config="/etc/nova/nova.conf"'
        for name in (
            "api",
            "cert",
            "consoleauth",
            "scheduler",
            "vnc",
            "network",
            "compute",
            "objectstore",
            "volume",
        )
    },
}
OURS = [one for one in everyone() if one.name not in ("mysql",)]
each_agent = each(OURS, lambda kind: kind.name)


def accepted(kind: type[Agent]) -> set[str]:
    """Every name of every parameter."""
    return {name for key, one in kind.parameters.items() for name in (key, *one.aliases)}


@each(OLD, str)
def test_every_parameter_of_an_agent_of_old_is_accepted(name: str) -> None:
    assert set(f"{BASIC} {OLD[name]}".split()) <= accepted(agent(name))


@pytest.mark.parametrize("name", ARTICLE)
def test_the_lines_of_2012_are_valid_as_they_stand(name: str) -> None:
    given = dict(re.findall(r'(\w+)="([^"]*)"', ARTICLE[name]))
    assert act(agent(name), "validate-all", Cloud(), **given).code == 0


def test_no_name_stands_for_two_agents() -> None:
    names = [name for kind in everyone() for name in (kind.name, *kind.aliases)]
    assert len(names) == len(set(names))
    assert all(find(name) for name in names)


def test_every_name_has_meta_data_and_every_name_but_those_of_2012_a_link() -> None:
    names = {name for kind in everyone() for name in (kind.name, *kind.aliases)}
    assert {path.stem for path in (CHECKOUT / "metadata").glob("*.xml")} == names
    links = {path.name for path in (CHECKOUT / "bin").iterdir() if path.is_symlink()}
    assert links == {name for name in names if not name.endswith(COMPATIBLE)}


@pytest.mark.parametrize("name", RETIRED)
def test_a_retired_service_says_since_when_it_is_gone(name: str) -> None:
    kind = agent(name)
    assert "Gone upstream: since" in (kind.__doc__ or "")
    assert "retired" in kind.summary


@each_agent
def test_what_is_advertised_leaves_time_to_start_and_to_stop(kind: type[Agent]) -> None:
    assert kind.actions["start"][0].timeout >= 60
    assert kind.actions["stop"][0].timeout >= 60


@each_agent
def test_a_node_without_the_service_is_probed_and_stopped_in_peace(kind: type[Agent]) -> None:
    for world in (Cloud(), Cloud({"OCF_TESTER_FAIL_HAVE_BINARY": "1"})):
        assert act(kind, "monitor", world, interval=0).code == 7
        assert act(kind, "stop", world).code == 0
        assert act(kind, "start", world).code == 5
        assert act(kind, "validate-all", world).code == 0
        assert act(kind, "validate-all", world, depth=10).code == 5


@each_agent
def test_every_argument_list_is_free_of_secrets(kind: type[Agent]) -> None:
    world = Cloud()
    secrets = {name: "hunter2" for name in ("os_password", "password") if name in accepted(kind)}
    act(kind, "start", world, **secrets)
    assert not [command for command in world.spawned if "hunter2" in " ".join(command.argv)]


@each_agent
def test_the_long_description_says_what_each_level_looks_at(kind: type[Agent]) -> None:
    text = " ".join((kind.__doc__ or "").split())
    assert "at OCF_CHECK_LEVEL 0 the process" in text


class Stocked(Cloud):
    """A machine that has every program but those that are lacking, and every user."""

    def __init__(self, lacking: str = "") -> None:
        super().__init__()
        self.lacking = lacking

    def which(self, program: str) -> str | None:
        return None if program == self.lacking else f"/usr/bin/{program}"

    def account(self, name: str) -> Account:
        return Account(name, 1, 1, "/")


def command(kind: type[Agent], lacking: str, **given: str) -> object:
    """What the service is started with, where the node lacks a program."""
    environment = {f"OCF_RESKEY_{name}": value for name, value in given.items()}
    service = kind(Context("start", environment), Stocked(lacking), Log(kind.name, {}))
    try:
        return service.command("mark")  # type: ignore[attr-defined]
    except NotInstalled:
        return None


@each_agent
def test_what_may_change_while_a_service_runs_is_nothing_that_it_was_started_with(kind: type[Agent]) -> None:
    other = {"integer": "4999", "boolean": "true"}
    for name, one in kind.parameters.items():
        value = other.get(one.content) or {"url": "http://127.0.0.1:4999"}.get(name, "/other")
        for lacking in ("", str(kind.parameters["binary"].default)):
            if one.reloadable:
                assert command(kind, lacking, **{name: value}) == command(kind, lacking), name
