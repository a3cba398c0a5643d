"""`ocf-agents configure` prints a whole cluster's configuration, or every fault of the file at once."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from support.command import EXAMPLES, called, typed

from ocf_agents.agents import find
from ocf_agents.cib import crm
from ocf_agents.cib.model import seconds
from ocf_agents.deployment.catalogue import SERVICES

if TYPE_CHECKING:
    from pathlib import Path

each_example = pytest.mark.parametrize("example", sorted(EXAMPLES.glob("*.yaml")), ids=lambda path: path.stem)

GOOD = """\
nodes:
  a: {address: 10.0.0.1, fence: {agent: fence_ipmilan, ip: 10.9.0.1, username: x}}
  b: {address: 10.0.0.2, fence: {agent: fence_ipmilan, ip: 10.9.0.2, username: x}}
services:
  keystone: {vip: 10.0.0.9}
"""


@each_example
def test_an_example_is_printed_for_crmsh_and_for_pcs(example: Path) -> None:
    lines = called("configure", example)
    assert (lines.code, lines.err) == (0, "")
    assert "primitive clustermysql ocf:openstack:mysql" in lines.out
    script = called("configure", "--pcs", example)
    made = crm.read(lines.out)
    for one in made.primitives:
        assert re.search(rf"^pcs -f cluster.xml (resource|stonith) create {one.name} ", script.out, re.M), (
            one.name
        )
    assert script.out.splitlines()[-1] == "pcs cluster cib-push cluster.xml"


@each_example
def test_what_is_printed_is_read_back_as_the_same(example: Path) -> None:
    first = crm.read(called("configure", example).out)
    assert crm.read(crm.write(first)) == first


@each_example
def test_every_time_is_the_one_that_the_agent_advertises(example: Path) -> None:
    made = crm.read(called("configure", example).out)
    for one, agent in made.ours():
        for operation in one.operations:
            assert (seconds(operation.timeout), seconds(operation.interval)) in {
                (action.timeout, action.interval) for action in agent.actions[operation.name]
            }


@each_example
def test_no_password_is_in_the_configuration_and_the_way_to_give_it_is_told(example: Path) -> None:
    said = called("configure", example).out
    hidden = [
        (one.name, name)
        for one in crm.read(said).primitives
        for name, value in one.parameters.items()
        if "passw" in name and value == "lrm://"
    ]
    assert len(hidden) > 3
    for resource, name in hidden:
        assert f"#     cibsecret set {resource} {name}\n" in said


def test_the_articles_cluster_has_its_names_and_what_binds_them() -> None:
    lines = called("configure", EXAMPLES / "two-nodes-of-2012.yaml").out
    for line in (
        "node server1 attributes clustermysql_mysql_master_IP=10.0.0.1",
        "colocation masterIP_on_mysqlMaster inf: mysqlmasterIP ms_MySQL:Promoted",
        "order mysqlPromote_before_IP Mandatory: ms_MySQL:promote mysqlmasterIP:start",
        "group Keystone keystoneIP keystoneService",
        "group Glance glanceIP glanceApiService",
        "order keystone_after_mysql Mandatory: mysqlmasterIP Keystone symmetrical=false",
        "order glance_after_mysql Mandatory: mysqlmasterIP Glance symmetrical=false",
        "order glance_after_keystone Optional: Keystone Glance",
        "clone novaCompute novaComputeService",
        "property stonith-enabled=true",
    ):
        assert line in lines
    assert "notify=true" in lines


def test_what_ends_without_placement_starts_after_it() -> None:
    lines = called("configure", EXAMPLES / "three-controllers.yaml").out
    for name in ("novaConductor", "novaScheduler"):
        assert f"order {name}_after_placement Optional: placementApi {name}\n" in lines


def test_a_login_is_used_where_an_agent_takes_one_and_level_20_only_with_it() -> None:
    without = crm.read(called("configure", "-", stdin=GOOD).out).primitive("keystoneService")
    assert without is not None
    assert {one.depth for one in without.monitors()} == {0, 10}
    login = GOOD + "login: {user: m, project: p}\n"
    found = crm.read(called("configure", "-", stdin=login).out).primitive("keystoneService")
    assert found is not None
    assert {one.depth for one in found.monitors()} == {0, 10, 20}
    assert found.parameters["os_auth_url"] == "http://10.0.0.9:5000/v3"


BAD = """\
nodes:
  a: {address: 10.0.0.300, fence: none}
  b: {fence: {ip: 10.9.0.2}}
  a: {address: 10.0.0.1}
network: {netmask: wide}
login: {user: admin, passwd: x}
services:
  mysql: {vip: 10.0.0.9, max_slave_lag: soon}
  keystone: {vip: 10.0.0.9, confg: /etc/keystone/keystone.conf}
  keystoned: {}
  nova: {agents: [nova-api, nova-apy], nova-api: [1]}
cluster: {}
"""


def test_a_bad_file_gets_one_line_for_each_fault_with_its_number(tmp_path: Path) -> None:
    file = tmp_path / "cloud.yaml"
    file.write_text(BAD)
    said = typed("configure", file)
    assert (said.code, said.out) == (2, "")
    told = [line.removeprefix(f"ocf-agents: {file}: line ").split(": ", 1) for line in said.err.splitlines()]
    assert [(int(number), fault) for number, fault in told] == [
        (2, "node a: '10.0.0.300' is no IP address; write address: 10.0.0.1"),
        (3, "node b: has no address; write address: 10.0.0.1"),
        (3, "b: fence names no agent, such as agent: fence_ipmilan"),
        (4, "a: is here a second time; the first is on line 2"),
        (5, "netmask: 'wide' is no number of bits such as 24"),
        (6, "passwd: login has no such entry; it has url, user, password, project, user_domain, "
            "project_domain, region, cacert"),
        (6, "login: has no project"),
        (8, "max_slave_lag='soon': is not a whole number"),
        (8, "mysql: has no replication_user, which its replicas log in with"),
        (9, "confg: keystone has no such parameter; see ocf-agents describe keystone"),
        (9, "keystone: has the vip of mysql"),
        (10, told[11][1]),
        (11, "nova-apy: no such agent; `ocf-agents list` names them"),
        (11, "nova-api: is to be one value"),
        (12, "cluster: the file has no such entry; it has nodes, network, login, services, "
             "resource_defaults, properties"),
    ]  # fmt: skip
    assert told[11][1].startswith("keystoned: no such service; there are mysql, ")


NETMASKS = """\
nodes:
  a: {address: 10.0.0.1, fence: none}
  b: {address: 10.0.0.2, fence: none}
network: {netmask: %s}
services:
  glance: {vip: 10.0.0.7}
  keystone: {%s}
"""


@pytest.mark.parametrize(
    ("network", "place", "lines"),
    [
        ("24", "vip: 10.0.0.9", []),
        ("32", "vip: 10.0.0.9", []),
        ("33", "vip: 10.0.0.9", [4]),
        ("128", "vip: 10.0.0.9", [4]),
        ("24", "vip: 10.0.0.9, netmask: 64", [7]),
        ("64", "vip: fd00::9", [4]),
        ("24", "vip: fd00::9, netmask: 64", []),
        ("24", "vip: fd00::9, netmask: 129", [7]),
        ("9" * 5000, "vip: fd00::9", [4]),
    ],
)
def test_a_netmask_has_no_more_bits_than_its_address(network: str, place: str, lines: list[int]) -> None:
    said = called("configure", "-", stdin=NETMASKS % (network, place))
    told = [line.partition("line ")[2].partition(": netmask: ")[0] for line in said.err.splitlines()]
    assert (said.code, told) == (2 if lines else 0, [str(line) for line in lines]), said.err


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("nodes: {a: [", 1),
        ("nodes:\n\t- x", 2),
        ("a: &x {b: *x}", 1),
        ("- 1", 1),
        ("", 1),
        ("nodes: 3\nservices: {keystone: 7}", 1),
        ("? [a]\n: b", 1),
        ('services:\n  keystone: {config: "/a\\nb"}', 2),
        ("\x00", 1),
        ("nodes: " + "{a: " * 60, 1),
    ],
)
def test_no_text_makes_a_traceback(text: str, line: int) -> None:
    said = called("configure", "-", stdin=text)
    assert (said.code, said.out) == (2, "")
    assert f"ocf-agents: <stdin>: line {line}: " in said.err


def test_a_password_in_a_wrong_place_is_not_repeated() -> None:
    text = GOOD.replace("vip: 10.0.0.9", "vip: 10.0.0.9, os_password: 'sesame\t1'")
    said = called("configure", "-", stdin=text)
    assert said.code == 2
    assert "sesame" not in said.err


def test_every_service_of_the_catalogue_has_agents_that_exist_and_is_on_the_page() -> None:
    page = (EXAMPLES.parent / "how-to/describe-a-deployment.md").read_text()
    for service in SERVICES:
        assert f"`{service.name}`" in page
        assert all(find(name) for name in service.agents), service.name
        names = [one.name for one in SERVICES]
        assert all(names.index(before) < names.index(service.name) for before in service.after), service.name
