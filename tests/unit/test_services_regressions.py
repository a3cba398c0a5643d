"""What the agents of 2012 to 2015 got wrong, one test for each defect; its name says which.

Those that are about processes alone have theirs where all services are tested: a parent killed and
its workers left (test_own_process), a number of a reused pid believed (test_own_process).
"""

from __future__ import annotations

import pytest
from support.act import act, probe
from support.cloud import BROKER, DATABASE, LOGIN, TOKENS, Cloud, agent, daemon
from support.web import Reply

APIS = {
    "glance-api": ("glance-api", 9292, "/v2/images?limit=1"),
    "nova-api": ("nova-api", 8774, "/v2.1/flavors?limit=1"),
    "cinder-api": ("cinder-api", 8776, "/v3/abc123/types?limit=1"),
    "manila-api": ("manila-api", 8786, "/v2/abc123/shares?limit=1"),
    "neutron-server": ("neutron-server", 9696, "/v2.0/networks?limit=1"),
    "heat-api": ("heat-api", 8004, "/v1/abc123/stacks?limit=1"),
}
DAEMONS = {
    "nova-network": "nova", "neutron-metadata-agent": "neutron", "cinder-scheduler": "cinder",
    "neutron-dhcp-agent": "neutron", "neutron-l3-agent": "neutron", "heat-engine": "heat",
}  # fmt: skip
CONFIGURATION = "[DEFAULT]\ntransport_url = rabbit://openstack:secret@10.0.0.5:5672/\n"
each_api = pytest.mark.parametrize("name", APIS)
each_daemon = pytest.mark.parametrize("name", DAEMONS)


def with_api(name: str) -> tuple[Cloud, str]:
    """A controller where this API runs, and the URL that is asked with a token."""
    program, port, path = APIS[name]
    cloud, kind = Cloud(), agent(name)
    root = f"http://127.0.0.1:{port}"
    cloud.files[str(kind.parameters["config"].default)] = "[DEFAULT]\n"
    cloud.install(f"/usr/bin/{program}", life=daemon(port=port))
    cloud.web.replies |= {
        f"{root}/": Reply(200, "{}"),
        f"{root}/healthcheck": Reply(200, "OK"),
        root + path: Reply(200, "{}"),
    }
    assert act(kind, "start", cloud, timeout=60, **LOGIN).code == 0
    return cloud, root + path


def with_daemon(name: str) -> Cloud:
    """A controller where this daemon runs, connected to its broker."""
    cloud, kind = Cloud(), agent(name)
    program = str(kind.parameters["binary"].default)
    cloud.files[str(kind.parameters["config"].default)] = CONFIGURATION
    cloud.install(f"/usr/bin/{program}", life=daemon(BROKER))
    assert act(kind, "start", cloud, timeout=60).code == 0
    return cloud


@each_api
def test_an_api_check_that_was_never_made_is_made(name: str) -> None:
    # glance-api's was behind an escaped space, and its condition never true.
    cloud, url = with_api(name)
    cloud.web.asked.clear()
    assert act(agent(name), "monitor", cloud, depth=20, **LOGIN).code == 0
    assert url in [one["url"] for one in cloud.web.asked]


@each_api
def test_a_token_that_was_always_empty_reaches_the_api(name: str) -> None:
    # nova-api and manila-api read it from a file named " ".
    cloud, url = with_api(name)
    cloud.web.asked.clear()
    assert act(agent(name), "monitor", cloud, depth=20, **LOGIN).code == 0
    [asked] = [one for one in cloud.web.asked if one["url"] == url]
    assert "gAAAA-token" in str(asked)


@each_api
def test_an_api_that_fails_is_a_failure_and_was_never_not_running(name: str) -> None:
    cloud, url = with_api(name)
    root = url.partition("/v")[0]
    cloud.web.replies |= {f"{root}/": Reply(500), f"{root}/healthcheck": Reply(500)}
    outcome = act(agent(name), "monitor", cloud, depth=10, **LOGIN)
    assert outcome.code == 1
    assert outcome.reason, "an exit reason, which none of the old agents gave"
    assert probe(agent(name), cloud, **LOGIN).code != 7, "nor does a probe say so"


@each_api
def test_a_login_of_the_v2_api_that_is_gone_is_made_with_v3(name: str) -> None:
    cloud, _ = with_api(name)
    cloud.web.asked.clear()
    cloud.files = {path: text for path, text in cloud.files.items() if not path.endswith((".token", ".plan"))}
    assert LOGIN["os_auth_url"].endswith("/v2.0/")
    assert act(agent(name), "monitor", cloud, depth=20, **LOGIN).code == 0
    assert TOKENS in [one["url"] for one in cloud.web.asked]


@each_api
def test_a_start_returns_only_once_the_api_answers_and_not_when_its_process_is_there(name: str) -> None:
    program, port, _ = APIS[name]
    cloud, kind = Cloud(), agent(name)
    cloud.files[str(kind.parameters["config"].default)] = "[DEFAULT]\n"
    cloud.install(f"/usr/bin/{program}", life=daemon(port=port))
    outcome = act(kind, "start", cloud, timeout=60, **LOGIN)
    assert outcome.code == 1, "it listens, and answers nothing"
    assert outcome.seconds > 10, "it was waited for"


@each_api
def test_no_password_is_on_an_argument_list_and_no_shell_or_su_runs_anything(name: str) -> None:
    cloud, _ = with_api(name)
    assert act(agent(name), "monitor", cloud, depth=20, **LOGIN).code == 0
    assert cloud.spawned
    for command in cloud.spawned:
        assert LOGIN["os_password"] not in " ".join(command.argv)
        assert command.argv[0].rpartition("/")[2] not in ("su", "sh", "bash", "sudo")


@each_daemon
def test_a_daemon_of_which_only_the_pid_was_looked_at_is_asked_for_its_connection(name: str) -> None:
    cloud = with_daemon(name)
    assert act(agent(name), "monitor", cloud, depth=10).code == 0
    cloud.cut(5672)
    outcome = act(agent(name), "monitor", cloud, depth=10)
    assert outcome.code == 190
    assert "no connection to its broker" in outcome.reason


@each_daemon
def test_a_zeromq_that_was_advertised_and_ignored_turns_the_check_off(name: str) -> None:
    cloud = with_daemon(name)
    cloud.cut(5672)
    assert act(agent(name), "monitor", cloud, depth=10, zeromq="true").code == 0


@each_daemon
def test_a_connection_of_a_pid_that_merely_contains_ours_does_not_count(name: str) -> None:
    cloud = with_daemon(name)
    main = next(
        body for body in cloud.bodies.values() if agent(name).parameters["binary"].default in body.command[0]
    )
    cloud.cut(5672)
    stranger = cloud.run_process("/usr/bin/stranger", str(main.pid))
    cloud.connect(stranger, BROKER, DATABASE)
    assert act(agent(name), "monitor", cloud, depth=10).code == 190


@each_daemon
def test_a_port_that_merely_contains_the_brokers_does_not_count(name: str) -> None:
    cloud = with_daemon(name)
    main = next(
        body for body in cloud.bodies.values() if agent(name).parameters["binary"].default in body.command[0]
    )
    cloud.cut(5672)
    cloud.connect(main, ("10.0.0.5", 56720), ("10.0.0.5", 15672))
    assert act(agent(name), "monitor", cloud, depth=10).code == 190


@each_daemon
@pytest.mark.parametrize("port", ["672", "15672", "5672"])
def test_a_port_of_other_than_four_digits_was_refused_by_every_action(name: str, port: str) -> None:
    cloud = Cloud()
    assert act(agent(name), "validate-all", cloud, amqp_server_port=port).code == 0
    assert act(agent(name), "stop", cloud, amqp_server_port=port).code == 0


@each_daemon
def test_a_probe_where_nothing_is_installed_calls_no_function_that_does_not_exist(name: str) -> None:
    # ocf_log_warn was defined nowhere.
    outcome = probe(agent(name), Cloud())
    assert (outcome.code, outcome.reason) == (7, "")


@each_daemon
def test_a_stop_without_program_and_configuration_does_not_fence_the_node(name: str) -> None:
    cloud, kind = with_daemon(name), agent(name)
    del cloud.files[str(kind.parameters["config"].default)]
    cloud.files.pop(f"/usr/bin/{kind.parameters['binary'].default}", None)
    assert act(kind, "stop", cloud, timeout=120).code == 0
    assert probe(kind, cloud).code == 7


def test_a_stranger_on_one_of_several_ports_is_no_sign_of_life_of_nova() -> None:
    # One listening port of four, of any process at all, was success.
    cloud, kind = Cloud(), agent("nova-api")
    for port in (8773, 8774, 8775, 8776):
        cloud.listen(cloud.run_process("/usr/bin/stranger"), port)
    assert probe(kind, cloud, api_listened_port="8773|8774|8775|8776").code == 7
