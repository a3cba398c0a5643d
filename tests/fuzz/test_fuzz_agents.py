"""A monitor amid texts that others spoilt: one of its exit codes, one line, and never a wrong 0 or 7."""

from __future__ import annotations

import pytest
from fuzz_texts import ANYTHING, fuzzed, texts
from hypothesis import given
from hypothesis import strategies as st
from support.act import act, probe
from support.node import CONFIG, LOCAL, PIDFILE, RECORD, TOKENS, Node
from support.web import Reply
from support.world import World

from ocf_agents.agents.haproxy import HAProxy
from ocf_agents.agents.keystone import Keystone
from ocf_agents.ocf.log import LONGEST

pytestmark = pytest.mark.long

LOGIN = {"os_username": "admin", "os_password": "secret", "os_tenant_name": "admin", "os_auth_url": LOCAL}
HAPROXY = "global\n  daemon\n  stats socket /run/haproxy/admin.sock mode 660 level admin\nfrontend api\n  bind :80\n"


def running() -> Node:
    node = Node()
    assert act(Keystone, "start", node).code == 0
    return node


def fit(reason: str, log: list[str]) -> None:
    """Nothing was told that is no sentence of ours."""
    assert "internal error" not in reason
    assert not [line for line in log if "Traceback" in line]


@fuzzed
@given(st.sampled_from([RECORD, PIDFILE]), texts("1000 1\n", "1000\n"), st.booleans())
def test_a_spoilt_record_never_hides_a_process_nor_invents_one(path: str, text: str, runs: bool) -> None:
    node = running() if runs else Node()
    node.files[path] = text
    found = probe(Keystone, node)
    fit(found.reason, found.log)
    assert found.code == (0 if runs else 7), found.text


@fuzzed
@given(texts("[DEFAULT]\ndebug = true\n[wsgi]\n", "[DEFAULT]\npublic_port=5000\n"))
def test_a_spoilt_configuration_never_makes_a_running_service_a_stopped_one(text: str) -> None:
    node = running()
    node.files[CONFIG] = text
    found = act(Keystone, "monitor", node, depth=10)
    fit(found.reason, found.log)
    assert found.code != 7


@fuzzed
@given(
    st.sampled_from([f"{LOCAL}/healthcheck", f"{LOCAL}/v3", TOKENS]),
    st.sampled_from([0, 100, 200, 201, 204, 300, 301, 401, 403, 404, 500, 503, 999]),
    texts('{"version": {"id": "v3.14"}}', "OK", '{"token": {"catalog": []}}'),
)
def test_whatever_a_server_answers_is_well_only_with_a_good_status(url: str, status: int, body: str) -> None:
    node = running()
    node.web.replies[url] = Reply(status, body)
    found = act(Keystone, "monitor", node, depth=20, **LOGIN)
    fit(found.reason, found.log)
    assert found.code != 7
    if status >= 500:
        assert found.code != 0, url
    assert len(found.reason) <= LONGEST + 200


@fuzzed
@given(texts(HAPROXY))
def test_a_stats_socket_is_a_path_or_none(text: str) -> None:
    world = World()
    world.files["/etc/haproxy/haproxy.cfg"] = text
    world.user("haproxy", 90)
    found = act(HAProxy, "monitor", world, depth=10, instance="lb")
    fit(found.reason, found.log)
    assert found.code == 7


@fuzzed
@given(
    st.dictionaries(
        st.sampled_from(
            ["config", "url", "user", "pid", "os_auth_url", "additional_parameters", "os_password"]
        ),
        st.one_of(ANYTHING, texts("/etc/keystone/keystone.conf", LOCAL, "keystone", "/run/k.pid")),
    ),
    st.sampled_from(["monitor", "validate-all", "stop"]),
)
def test_no_parameter_makes_an_action_end_in_anything_but_a_sentence(
    given: dict[str, str], action: str
) -> None:
    known = {name: value for name, value in given.items() if name in Keystone.parameters}
    found = act(Keystone, action, Node(), **known)
    fit(found.reason, found.log)
    assert found.code in {"monitor": (1, 5, 6, 7), "validate-all": (0, 5, 6), "stop": (0, 1)}[action]
