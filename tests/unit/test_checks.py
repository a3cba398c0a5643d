"""What a monitor makes of what the service shows, level by level."""

from __future__ import annotations

import pytest
from support.act import Outcome, act
from support.node import LOCAL, TOKENS, Node
from support.web import Reply

from ocf_agents.agents.keystone import Keystone

LOGIN = {"os_username": "monitor", "os_password": "hunter2", "os_tenant_name": "service"}


@pytest.fixture
def node() -> Node:
    """A node with a running Keystone."""
    node = Node()
    assert act(Keystone, "start", node).code == 0
    node.web.asked.clear()
    return node


def look(node: Node, depth: int, **more: str) -> Outcome:
    return act(Keystone, "monitor", node, depth=depth, **more)


def asked(node: Node) -> list[str]:
    return [options["url"] for options in node.web.asked]


def test_level_zero_asks_nobody(node: Node) -> None:
    assert look(node, 0, **LOGIN).code == 0
    assert asked(node) == []


@pytest.mark.parametrize("depth", [1, 5, 10, 15])
def test_any_level_above_asks_the_service(node: Node, depth: int) -> None:
    assert look(node, depth, **LOGIN).code == 0
    assert asked(node) == [f"{LOCAL}/healthcheck", f"{LOCAL}/v3"]


@pytest.mark.parametrize("depth", [20, 30])
def test_level_20_asks_for_a_token_as_well_and_with_one_curl(node: Node, depth: int) -> None:
    before = len(node.calls)
    assert look(node, depth, **LOGIN).code == 0
    assert asked(node)[-1] == TOKENS
    assert len(node.calls) == before + 1


def test_without_a_login_nobody_is_asked_for_a_token(node: Node) -> None:
    assert look(node, 20).code == 0
    assert look(node, 20, os_password="hunter2").code == 0
    assert TOKENS not in asked(node)


@pytest.mark.parametrize("status", [500, 502, 503, 599])
@pytest.mark.parametrize("path", ["/healthcheck", "/v3"])
def test_an_error_status_is_a_failure_at_level_10_and_unknown_at_level_0(
    node: Node, path: str, status: int
) -> None:
    node.web.replies[LOCAL + path] = Reply(status, "Internal Server Error")
    assert look(node, 0).code == 0
    done = look(node, 10)
    assert done.code == 1
    assert f"answered {status}" in done.reason


@pytest.mark.parametrize("status", [404, 401, 301, 418])
def test_an_api_that_is_not_keystones_is_a_failure(node: Node, status: int) -> None:
    node.web.replies[f"{LOCAL}/v3"] = Reply(status)
    assert look(node, 10).code == 1


@pytest.mark.parametrize("status", [200, 204, 300])
def test_a_release_without_a_healthcheck_is_none_the_worse_for_it(node: Node, status: int) -> None:
    node.web.replies[f"{LOCAL}/healthcheck"] = Reply(404)
    node.web.replies[f"{LOCAL}/v3"] = Reply(status)
    assert look(node, 10).code == 0


def test_a_drained_service_is_degraded_and_not_restarted(node: Node) -> None:
    node.web.replies[f"{LOCAL}/healthcheck"] = Reply(503, "DISABLED BY FILE")
    done = look(node, 10)
    assert done.code == 190
    assert "drained by an operator" in done.reason
    assert done.lines("WARNING")


def test_a_drain_does_not_hide_a_failure_found_later(node: Node) -> None:
    node.web.replies[f"{LOCAL}/healthcheck"] = Reply(503, "DISABLED BY FILE")
    node.web.replies[TOKENS] = Reply(500)
    assert look(node, 20, **LOGIN).code == 1


@pytest.mark.parametrize("reply", [Reply(500), Reply(200, "x", seconds=1e9), Reply(404)])
def test_a_drain_does_not_hide_that_the_service_itself_is_broken(node: Node, reply: Reply) -> None:
    node.web.replies |= {
        f"{LOCAL}/healthcheck": Reply(503, "DISABLED BY FILE"),
        f"{LOCAL}/v3": reply,
    }
    assert act(Keystone, "monitor", node, depth=10).code == 1


def test_a_drained_service_can_be_started(node: Node) -> None:
    act(Keystone, "stop", node)
    node.web.replies[f"{LOCAL}/healthcheck"] = Reply(503, "DISABLED BY FILE")
    assert act(Keystone, "start", node).code == 0


@pytest.mark.parametrize("depth", [10, 20])
@pytest.mark.parametrize("path", ["/healthcheck", "/v3"])
def test_a_slow_answer_is_a_degradation_before_it_is_a_failure(node: Node, path: str, depth: int) -> None:
    codes = []
    for seconds in range(1, 20):
        node.web.replies[LOCAL + path] = Reply(200, "", seconds=seconds)
        codes.append(look(node, depth, timeout=20, **LOGIN).code)
    assert list(dict.fromkeys(codes)) == [0, 190, 1]


def test_an_answer_that_takes_little_of_the_time_is_no_matter(node: Node) -> None:
    node.web.replies[f"{LOCAL}/v3"] = Reply(200, "", seconds=2)
    assert look(node, 20, timeout=20, **LOGIN).code == 0


@pytest.mark.parametrize("timeout", [1, 5, 20, 60])
@pytest.mark.parametrize("depth", [10, 20])
def test_a_service_that_hangs_is_a_failure_within_the_monitors_time(
    node: Node, timeout: int, depth: int
) -> None:
    for path in ("/healthcheck", "/v3", "/v3/auth/tokens"):
        node.web.replies[LOCAL + path] = Reply(seconds=1e6)
    done = look(node, depth, timeout=timeout, **LOGIN)
    assert done.code == 1
    assert "no answer within" in done.reason


def test_nobody_on_the_port_is_a_failure(node: Node) -> None:
    node.main().sockets.clear()
    done = look(node, 10)
    assert done.code == 1
    assert "nobody listens on 127.0.0.1 port 5000" in done.reason


def test_a_stranger_on_the_port_is_a_failure(node: Node) -> None:
    node.main().sockets.clear()
    node.listen(node.run_process("/usr/sbin/nginx", user="root"), 5000)
    assert look(node, 0).code == 0
    done = look(node, 10)
    assert done.code == 1
    assert "not of this resource" in done.reason


def test_a_worker_may_hold_the_port_instead_of_the_main_process(node: Node) -> None:
    main = node.main()
    worker = node.run_process("keystone", parent=main.pid, session=main.pid)
    worker.sockets, main.sockets = main.sockets, set()
    assert look(node, 10).code == 0


def test_a_service_on_another_address_of_the_node_is_not_the_one_that_is_asked(node: Node) -> None:
    node.main().sockets.clear()
    node.listen(node.main(), 5000, "10.0.0.10")
    assert look(node, 10).code == 1


@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_login_is_a_degradation_since_no_restart_mends_it(node: Node, status: int) -> None:
    node.web.replies[TOKENS] = Reply(status)
    done = look(node, 20, **LOGIN)
    assert done.code == 190
    assert "login of monitor refused" in done.reason
    assert "hunter2" not in done.text


@pytest.mark.parametrize("status", [200, 404, 500, 503])
def test_a_token_that_is_not_given_is_a_failure(node: Node, status: int) -> None:
    node.web.replies[TOKENS] = Reply(status)
    done = look(node, 20, **LOGIN)
    assert done.code == 1
    assert "instead of a token" in done.reason


def test_a_catalogue_without_the_region_is_a_degradation(node: Node) -> None:
    assert look(node, 20, os_region_name="RegionOne", **LOGIN).code == 0
    done = look(node, 20, os_region_name="RegionTwo", **LOGIN)
    assert done.code == 190
    assert "os_region_name=RegionTwo" in done.reason


def test_the_login_goes_where_os_auth_url_says(node: Node) -> None:
    look(node, 20, os_auth_url="http://clusterkeystone:5000/v2.0/", **LOGIN)
    assert asked(node)[-1] == "http://clusterkeystone:5000/v3/auth/tokens"


@pytest.mark.parametrize("path", ["/identity", "/identity/", "/identity/v3", "/identity/v2.0/"])
def test_a_keystone_behind_a_path_is_asked_below_it(node: Node, path: str) -> None:
    node.listen(node.main(), 80)
    base = "http://127.0.0.1:80/identity"
    node.web.replies |= {f"{base}/v3": Reply(200), f"{base}/v3/auth/tokens": Reply(201)}
    assert look(node, 20, url=f"http://127.0.0.1{path}", **LOGIN).code == 0
    assert asked(node) == [f"{base}/healthcheck", f"{base}/v3", f"{base}/v3/auth/tokens"]


@pytest.mark.parametrize("path", ["/", "/v3", "/v3/", "/v2.0"])
def test_a_version_in_url_is_no_path_to_ask_below(node: Node, path: str) -> None:
    assert look(node, 10, url=LOCAL + path).code == 0
    assert asked(node) == [f"{LOCAL}/healthcheck", f"{LOCAL}/v3"]


def test_names_of_old_and_of_today_are_accepted(node: Node) -> None:
    names = {"os_project_name": "service", "os_insecure": "true", "client_binary": "/usr/bin/keystone"}
    assert look(node, 20, os_username="monitor", os_password="x", **names).code == 0
    options = node.web.asked[-1]
    assert '"project":{"name":"service"' in options["data-raw"]
    assert "insecure" in options


def test_no_one_hears_of_the_password(node: Node) -> None:
    for status in (201, 401, 500):
        node.web.replies[TOKENS] = Reply(status, "hunter2")
        assert "hunter2" not in look(node, 20, **LOGIN).text
    assert "hunter2" not in act(Keystone, "start", node, **LOGIN).text
    assert "hunter2" not in "".join(str(call.argv) + str(call.environment) for call in node.calls)


def test_without_curl_a_check_says_what_to_install(node: Node) -> None:
    del node.programs["/usr/bin/curl"]
    assert look(node, 0).code == 0
    done = look(node, 10)
    assert done.code == 5
    assert "curl" in done.reason


def test_a_monitor_changes_nothing(node: Node) -> None:
    act(Keystone, "start", node, **LOGIN)
    look(node, 0, **LOGIN)
    files, bodies = dict(node.files), list(node.bodies)
    for depth in (0, 10, 20):
        look(node, depth, **LOGIN)
    assert (node.files, list(node.bodies), node.signals) == (files, bodies, [])


def test_a_start_says_what_it_makes_of_the_login(node: Node) -> None:
    assert "os_username is empty" in act(Keystone, "start", node).text
    told = act(Keystone, "start", node, os_auth_url="http://h:5000/v2.0", **LOGIN).text
    assert "asking http://h:5000/v3" in told


def test_a_reload_checks_the_new_values(node: Node) -> None:
    assert act(Keystone, "reload-agent", node, **LOGIN).code == 0
    assert act(Keystone, "reload-agent", node, url="x").code == 6
