"""The lines of 2012 for Glance and Nova, as they stand, with stand-ins for daemons that are gone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from servers_of_2012 import install, uninstall

from ocf_agents.lab import LabError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ocf_agents.lab import Lab

NOVA = ("api", "cert", "consoleauth", "scheduler", "vnc", "network", "compute", "objectstore", "volume")
PROGRAMS = {"vnc": "novncproxy"}
PATIENCE = 180
# As they stand but for the address of glanceIP, which no line of that time tells.
LINES = (
    'primitive glanceApiService ocf:openstack:glance-api params config="/etc/glance/glance-api.conf" '
    'os_auth_url="http://clusterkeystone:5000/v2.0/" os_password="admin" os_tenant_name="admin" '
    'os_username="admin" user="glance" client_binary="/usr/bin/glance" op monitor interval="15s" timeout="30s"',
    "primitive glanceRegistryService ocf:openstack:glance-registry params "
    'config="/etc/glance/glance-registry.conf" os_auth_url="http://clusterkeystone:5000/v2.0/" '
    'os_password="admin" os_tenant_name="admin" os_username="admin" user="glance" '
    'op monitor interval="15s" timeout="30s"',
    'primitive novaApiService ocf:openstack:nova-api-ra params config="/etc/nova/nova.conf" '
    'op monitor interval="5s" timeout="5s"',
    *(
        f"primitive nova{name.capitalize()}Service ocf:openstack:nova-{name}-ra params "
        'config="/etc/nova/nova.conf" op monitor interval="30s" timeout="30s"'
        for name in NOVA[1:]
    ),
    "group Glance glanceIP glanceApiService glanceRegistryService",
    "order glance_after_keystone inf: Keystone Glance",
    'clone novaCompute novaComputeService meta clone-max="2" clone-node-max="1"',
    "group novaServices novaConsoleauthService novaCertService novaSchedulerService",
    "order novaServices_after_keystone inf: Keystone novaServices",
)
SERVICES = [
    "glanceApiService",
    "glanceRegistryService",
    *(f"nova{name.capitalize()}Service" for name in NOVA),
]


@pytest.fixture
def controllers(managed: Lab) -> Iterator[Lab]:
    """Two nodes with Keystone, with the names of 2012, and with something under each of them to run."""
    lab = managed
    names = [f"nova-{PROGRAMS.get(name, name)}" for name in NOVA] + ["glance-api", "glance-registry"]
    for node in lab.nodes:
        install(node, *names)
    yield lab
    stop = [*SERVICES, "glanceIP"]
    lab.crm_configure("property stop-all-resources=true\n")
    lab.wait(lambda: not any(lab.where(name) for name in stop), PATIENCE, "everything to stop")
    lab.crm("configure", "delete", "Glance", "novaCompute", "novaServices", *stop)
    lab.crm_configure("property stop-all-resources=false\n")
    for node in lab.nodes:
        uninstall(node, *names)


def test_the_lines_of_2012_load_and_run_as_they_stand(controllers: Lab) -> None:
    lab = controllers
    lab.crm_configure(
        f"primitive glanceIP ocf:heartbeat:IPaddr2 params ip={lab.address(103)} cidr_netmask=24\n"
    )
    for line in LINES:
        result = lab.voice().run(["sh"], input=f"crm configure {line}\n", timeout=PATIENCE)
        assert result.returncode == 0, f"{line}: {result.stdout}{result.stderr}"

    def running() -> bool:
        states = {one.name: one for one in lab.resource_states()}
        return all(name in states and states[name].active and not states[name].failed for name in SERVICES)

    try:
        lab.wait(running, PATIENCE, "all services of 2012 to run")
    except LabError as error:
        pytest.fail(f"{error}\n{lab.voice().run(['crm_mon', '--one-shot', '--inactive']).stdout}")
    assert len(lab.where("novaComputeService")) == 2
    assert len({*lab.where("glanceApiService"), *lab.where("glanceRegistryService")}) == 1
