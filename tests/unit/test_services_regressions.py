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
    "glance-registry": ("glance-registry", 9191, "/images"),
}
DAEMONS = (
    "nova-compute", "nova-network", "nova-volume", "cinder-scheduler", "heat-engine",
    "neutron-dhcp-agent", "neutron-l3-agent", "neutron-metadata-agent",
)  # fmt: skip
CONFIGURATION = "[DEFAULT]\ntransport_url = rabbit://openstack:secret@10.0.0.5:5672/\n"
each_api = pytest.mark.parametrize("name", APIS)
each_daemon = pytest.mark.parametrize("name", DAEMONS)


def root_of(url: str) -> str:
    """The scheme, host and port."""
    return "/".join(url.split("/")[:3])


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
    root = root_of(url)
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


@each_api
def test_an_error_behind_a_token_counts_though_the_request_itself_succeeded(name: str) -> None:
    # The first glance-registry asked curl alone, to which a status of 500 is a success.
    cloud, url = with_api(name)
    cloud.web.replies[url] = Reply(500)
    outcome = act(agent(name), "monitor", cloud, depth=20, dependency_grace="0", **LOGIN)
    assert outcome.code == 1
    assert "500" in outcome.reason


@each_api
def test_a_request_without_an_end_does_not_hang_the_monitor(name: str) -> None:
    # curl was given no time at all, and Pacemaker's own ran out.
    cloud, url = with_api(name)
    cloud.web.replies[url] = Reply(200, "{}", seconds=1e9)
    outcome = act(agent(name), "monitor", cloud, depth=20, timeout=10, **LOGIN)
    assert (outcome.code, outcome.seconds < 10) == (190, True)


@each_api
def test_a_token_is_never_looked_for_among_the_words_of_an_answer(name: str) -> None:
    # Its first "id" was taken for it, which with {"access": {"token": {"id": ... was no token at all.
    cloud, url = with_api(name)
    body = '{"access": {"token": {"id": "v2-token"}}, "token": {"project": {"id": "abc123"}}}'
    cloud.web.replies[TOKENS] = Reply(201, f"HTTP/1.1 201 CREATED\r\nX-Subject-Token: v3-token\r\n\r\n{body}")
    cloud.files = {path: text for path, text in cloud.files.items() if not path.endswith((".token", ".plan"))}
    cloud.web.asked.clear()
    assert act(agent(name), "monitor", cloud, depth=20, **LOGIN).code == 0
    [asked] = [one for one in cloud.web.asked if one["url"] == url]
    assert "v3-token" in str(asked)
    assert "v2-token" not in str(asked)


@pytest.mark.parametrize("name", ["glance-api", "nova-api"])
def test_a_start_of_what_lives_and_does_not_answer_is_no_success(name: str) -> None:
    cloud, url = with_api(name)
    root = root_of(url)
    cloud.web.replies |= {f"{root}/": Reply(500), f"{root}/healthcheck": Reply(500)}
    assert act(agent(name), "start", cloud, timeout=60, **LOGIN).code == 1


@pytest.mark.parametrize("name", ["glance-api", "glance-registry"])
def test_the_client_of_old_is_never_run(name: str) -> None:
    # Its commands are gone: keystone user-list, glance index.
    cloud, _ = with_api(name)
    client = {"client_binary": "/usr/bin/glance"} if name == "glance-api" else {}
    cloud.install("/usr/bin/glance", lambda *_: pytest.fail("glance was run"))
    assert act(agent(name), "monitor", cloud, depth=20, **LOGIN, **client).code == 0


@each_daemon
def test_no_program_is_needed_to_see_a_connection(name: str) -> None:
    # Without netstat every action said that the service itself was not installed.
    cloud = with_daemon(name)
    cloud.programs.clear()
    assert act(agent(name), "monitor", cloud, depth=10, monitor_binary="/bin/netstat").code == 0


@each_daemon
def test_a_port_of_the_broker_that_was_advertised_and_unused_is_looked_at(name: str) -> None:
    # neutron-metadata-agent had it without a use, the agents of layer 3 a use without the name.
    cloud = with_daemon(name)
    assert act(agent(name), "monitor", cloud, depth=10, amqp_server_port="5673").code == 190


@each_daemon
def test_a_broker_that_moves_does_not_restart_everything_at_once(name: str) -> None:
    cloud = with_daemon(name)
    cloud.cut(5672)
    codes = [act(agent(name), "monitor", cloud, depth=10).code]
    cloud.sleep(100)
    codes.append(act(agent(name), "monitor", cloud, depth=10).code)
    cloud.sleep(100)
    codes.append(act(agent(name), "monitor", cloud, depth=10).code)
    assert codes == [190, 190, 1]


@each_daemon
def test_a_stop_in_five_seconds_still_asks_before_it_kills(name: str) -> None:
    # The time to end by itself was what was left after 15 s, or after 5: nothing.
    cloud = with_daemon(name)
    cloud.signals.clear()
    assert act(agent(name), "stop", cloud, timeout=5).code == 0
    assert 9 not in [number for _, number in cloud.signals]


def test_an_object_store_of_which_only_the_pid_was_looked_at_is_asked() -> None:
    cloud, kind = Cloud(), agent("nova-objectstore")
    cloud.install("/usr/bin/nova-objectstore", life=daemon(port=3333))
    cloud.web.replies |= {"http://127.0.0.1:3333/": Reply(200, "<xml/>")}
    assert act(kind, "start", cloud, timeout=60).code == 0
    assert act(kind, "monitor", cloud, depth=10).code == 0
    cloud.web.replies |= {"http://127.0.0.1:3333/": Reply(500)}
    assert act(kind, "monitor", cloud, depth=10).code == 1
