"""The APIs: where they listen, what they answer, and what a request with a token shows."""

from __future__ import annotations

import pytest
from support.act import INSTANCE, act, probe
from support.cloud import LOGIN, TOKENS, Cloud, agent, daemon
from support.web import Reply
from support.world import RUN

from ocf_agents.system import plan

NOVA, GLANCE, CONSOLE = agent("nova-api"), agent("glance-api"), agent("nova-novncproxy")
LOCAL = "http://10.0.0.11:8774"
FLAVORS = f"{LOCAL}/v2.1/flavors?limit=1"
TOKEN_FILE, PLAN = f"{RUN}/{INSTANCE}.token", f"{RUN}/{INSTANCE}.plan"


@pytest.fixture
def cloud() -> Cloud:
    """A controller with a nova-api that is not started yet."""
    made = Cloud()
    made.install("/usr/bin/nova-api", life=daemon(port=8774))
    made.web.replies |= {
        f"{LOCAL}/": Reply(200, "{}"),
        f"{LOCAL}/healthcheck": Reply(300),
        FLAVORS: Reply(200, "{}"),
    }
    return made


@pytest.fixture
def running(cloud: Cloud) -> Cloud:
    """The same with a running nova-api."""
    assert act(NOVA, "start", cloud, **LOGIN).code == 0
    return cloud


def tokens(cloud: Cloud) -> int:
    """How often somebody logged in."""
    return sum(one["url"] == TOKENS for one in cloud.web.asked)


def test_an_api_is_asked_where_its_configuration_says_that_it_listens(running: Cloud) -> None:
    assert act(NOVA, "monitor", running, depth=10).code == 0
    assert {one["url"] for one in running.web.asked} == {f"{LOCAL}/", f"{LOCAL}/healthcheck"}


def test_an_address_that_is_given_wins_over_the_configuration(running: Cloud) -> None:
    done = act(NOVA, "monitor", running, depth=10, url="http://127.0.0.1:8799/v2/")
    assert done.code == 1
    assert "8799" in done.reason


@pytest.mark.parametrize(
    ("path", "question"),
    [
        ("/compute", "/v2.1/flavors?limit=1"), ("/compute/", "/v2.1/flavors?limit=1"), ("/compute/v2.1/", "/v2.1/")
    ],
)  # fmt: skip
def test_an_api_behind_a_path_is_asked_below_it(cloud: Cloud, path: str, question: str) -> None:
    base = "http://127.0.0.1:80/compute"
    cloud.listen(cloud.run_process("httpd"), 80)
    cloud.web.replies |= {f"{base}/": Reply(200, "{}"), f"{base}{question}": Reply(200, "{}")}
    given = {"hosted": "true", "url": f"http://127.0.0.1{path}", **LOGIN}
    assert act(NOVA, "start", cloud, **given).code == 0
    assert act(NOVA, "monitor", cloud, depth=20, **given).code == 0
    asked = {one["url"] for one in cloud.web.asked}
    assert asked == {f"{base}/", f"{base}/healthcheck", f"{base}{question}", TOKENS}


@pytest.mark.parametrize("listen", ["0.0.0.0", "::", "", "a b", "*"])
def test_an_api_that_listens_everywhere_is_asked_on_the_loopback(cloud: Cloud, listen: str) -> None:
    cloud.files["/etc/nova/nova.conf"] = (
        f"[DEFAULT]\nosapi_compute_listen = {listen}\nosapi_compute_listen_port = x\n"
    )
    cloud.web.replies["http://127.0.0.1:8774/"] = Reply(200)
    assert act(NOVA, "start", cloud).code == 0


@pytest.mark.parametrize(("listen", "socket"), [("10.0.0.11", ":8774"), ("fd00::11", "[::]:8774")])
def test_uwsgi_listens_over_ipv6_too_where_it_is_asked_there(cloud: Cloud, listen: str, socket: str) -> None:
    cloud.files["/etc/nova/nova.conf"] = f"[DEFAULT]\nosapi_compute_listen = {listen}\n"
    cloud.install("/usr/bin/uwsgi_python3", life=daemon(port=8774))
    del cloud.daemons["/usr/bin/nova-api"]
    act(NOVA, "start", cloud)
    argv = cloud.spawned[0].argv
    assert argv[argv.index("--http-socket") + 1] == socket


def test_a_start_returns_only_once_the_api_answers(cloud: Cloud) -> None:
    cloud.web.replies[f"{LOCAL}/"] = Reply(500)
    done = act(NOVA, "start", cloud, timeout=60)
    assert done.code == 1
    assert "answered 500" in done.reason


def test_a_real_request_with_a_real_token_is_made(running: Cloud) -> None:
    assert act(NOVA, "monitor", running, depth=20, **LOGIN).code == 0
    login = next(one for one in running.web.asked if one["url"] == TOKENS)
    assert "hunter2" in login["data-raw"], "version 3, whatever os_auth_url says"
    request = next(one for one in running.web.asked if one["url"] == FLAVORS)
    assert request["header"] == "X-Auth-Token: gAAAA-token"


def test_a_token_is_used_until_it_is_refused(running: Cloud) -> None:
    for _ in range(3):
        assert act(NOVA, "monitor", running, depth=20, **LOGIN).code == 0
    assert tokens(running) == 1
    text = running.files[TOKEN_FILE].replace("gAAAA-token", "expired")
    running.files[TOKEN_FILE] = text
    transfer = running.web.transfer

    def choosy(world: object, options: dict[str, str]) -> tuple[int, int, str, float]:
        if "expired" in options.get("header", ""):
            return 0, 401, "", 0.01
        return transfer(world, options)  # type: ignore[arg-type]

    running.web.transfer = choosy  # type: ignore[method-assign,assignment]
    assert act(NOVA, "monitor", running, depth=20, **LOGIN).code == 0
    assert tokens(running) == 2


def test_a_token_of_another_login_is_not_used(running: Cloud) -> None:
    assert act(NOVA, "monitor", running, depth=20, **LOGIN).code == 0
    assert act(NOVA, "monitor", running, depth=20, **{**LOGIN, "os_username": "other"}).code == 0
    assert tokens(running) == 2


def test_nothing_beside_a_kept_token_comes_from_the_password(running: Cloud) -> None:
    kept = set()
    for password in ("hunter2", "correct horse battery staple"):
        running.files.pop(TOKEN_FILE, None)
        assert act(NOVA, "monitor", running, depth=20, **{**LOGIN, "os_password": password}).code == 0
        kept.add(running.files[TOKEN_FILE])
    assert len(kept) == 1


def test_a_password_that_was_changed_is_tried_at_once(running: Cloud) -> None:
    assert act(NOVA, "monitor", running, depth=20, **LOGIN).code == 0
    changed = {**LOGIN, "os_password": "hunter3"}
    assert act(NOVA, "reload-agent", running, **changed).code == 0
    running.web.replies[TOKENS] = Reply(401)
    assert act(NOVA, "monitor", running, depth=20, **changed).code == 190


def test_the_plan_of_a_request_holds_neither_token_nor_password(running: Cloud) -> None:
    assert act(NOVA, "monitor", running, depth=20, **LOGIN).code == 0
    kept = plan.load(running.read_bytes(PLAN))
    assert kept
    assert "hunter2" not in str(kept)
    assert "gAAAA" not in str(kept)
    questions = [question[2] for question in kept["steps"][-1]["questions"]]
    running.files[TOKEN_FILE] = f"a-token project {kept['fingerprint']}\n"
    assert plan.TOKEN in questions[-1]
    assert kept["token"] == TOKEN_FILE


def test_an_error_behind_a_sound_root_is_a_lost_dependency(running: Cloud) -> None:
    running.web.replies[FLAVORS] = Reply(500)
    assert act(NOVA, "monitor", running, depth=10).code == 0
    assert act(NOVA, "monitor", running, depth=20, **LOGIN).code == 190
    running.sleep(200)
    done = act(NOVA, "monitor", running, depth=20, **LOGIN)
    assert done.code == 1
    assert "dependency_grace" in done.reason
    assert probe(NOVA, running, depth=20, **LOGIN).code == 0  # type: ignore[arg-type]


def test_a_request_that_hangs_behind_a_sound_root_is_a_lost_dependency(running: Cloud) -> None:
    running.web.replies[FLAVORS] = Reply(200, "", 1000)
    done = act(NOVA, "monitor", running, depth=20, **LOGIN)
    assert done.code == 190
    assert "no answer" in done.reason


def test_an_api_whose_root_fails_has_failed_whatever_the_grace(running: Cloud) -> None:
    running.web.replies[f"{LOCAL}/"] = running.web.replies[FLAVORS] = Reply(503)
    assert act(NOVA, "monitor", running, depth=20, **LOGIN).code == 1


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (Reply(401), "refused (401)"),
        (Reply(503), "answered 503 instead of a token"),
        (Reply(201, "no header"), "instead of a token"),
        (Reply(200, "", 1000), "no answer"),
    ],
)
def test_a_keystone_that_gives_no_token_is_no_fault_of_nova(running: Cloud, reply: Reply, words: str) -> None:
    running.web.replies[TOKENS] = reply
    for _ in range(2):
        done = act(NOVA, "monitor", running, depth=20, **LOGIN)
        assert done.code == 190
        assert words in done.reason
        assert "hunter2" not in done.text
        running.sleep(1000)


@pytest.mark.parametrize("status", [401, 403, 404, 429])
def test_a_refused_request_is_degraded(running: Cloud, status: int) -> None:
    running.web.replies[FLAVORS] = Reply(status)
    assert act(NOVA, "monitor", running, depth=20, **LOGIN).code == 190


def test_a_drained_instance_is_degraded(running: Cloud) -> None:
    running.web.replies[f"{LOCAL}/healthcheck"] = Reply(503, "DISABLED BY FILE")
    done = act(NOVA, "monitor", running, depth=10)
    assert done.code == 190
    assert "drained" in done.reason


def test_a_second_instance_on_the_same_port_is_a_failure(running: Cloud) -> None:
    running.listen(running.run_process("/usr/bin/nova-api", user="nova"), 8774)
    done = act(NOVA, "monitor", running, depth=10)
    assert done.code == 1
    assert "not of this resource" in done.reason


def test_a_port_that_a_stranger_holds_is_no_sign_of_life(cloud: Cloud) -> None:
    cloud.listen(cloud.run_process("stranger"), 8774)
    cloud.install("/usr/bin/nova-api", life=daemon())
    assert act(NOVA, "start", cloud, timeout=20).code == 1


def test_workers_of_glance_that_serve_without_their_parent_are_a_failure(cloud: Cloud) -> None:
    cloud.files["/etc/glance/glance-api.conf"] = ""
    cloud.install("/usr/bin/glance-api", life=daemon(port=9292, workers=2))
    cloud.web.replies["http://127.0.0.1:9292/"] = Reply(300)
    assert act(GLANCE, "start", cloud).code == 0
    parent = next(b for b in cloud.bodies.values() if "glance-api" in b.command[0] and b.parent == 1)
    cloud.kill(parent)
    assert act(GLANCE, "monitor", cloud).code == 1, "not 7: they serve"
    assert act(GLANCE, "stop", cloud).code == 0
    assert not [b for b in cloud.bodies.values() if "glance-api" in b.command[0]]


def test_a_request_for_a_project_names_the_one_of_the_token(cloud: Cloud) -> None:
    cloud.files["/etc/heat/heat.conf"] = "[heat_api]\nbind_host = 10.0.0.11\nbind_port = 8005\n"
    cloud.install("/usr/bin/heat-api", life=daemon(port=8005))
    cloud.web.replies |= {
        "http://10.0.0.11:8005/": Reply(300),
        "http://10.0.0.11:8005/v1/abc123/stacks?limit=1": Reply(200),
    }
    heat = agent("heat-api")
    assert act(heat, "start", cloud).code == 0
    assert act(heat, "monitor", cloud, depth=20, **LOGIN).code == 0


def test_a_release_without_a_server_of_its_own_runs_under_uwsgi(cloud: Cloud) -> None:
    del cloud.daemons["/usr/bin/nova-api"]
    assert act(NOVA, "start", cloud).code == 5
    cloud.install("/usr/bin/uwsgi_python3", life=daemon(port=8774))
    assert act(NOVA, "start", cloud).code == 0
    argv = cloud.spawned[-1].argv
    assert argv[0] == "/usr/bin/uwsgi_python3"
    assert "nova.wsgi.osapi_compute:application" in argv
    assert cloud.spawned[-1].environment["OS_NOVA_CONFIG_FILES"] == "/etc/nova/api-paste.ini;nova.conf"
    assert act(NOVA, "monitor", cloud, depth=10).code == 0
    assert act(NOVA, "stop", cloud).code == 0


def test_an_application_under_uwsgi_reads_the_files_that_the_operator_names(cloud: Cloud) -> None:
    plugin = {"plugin_config": "/etc/x.ini"}
    for name, port, more in (("heat-api", 8004, {}), ("neutron-server", 9696, plugin)):
        given = {"config": f"/etc/{name}/other.conf", **more}
        cloud.files |= dict.fromkeys(given.values(), "")
        cloud.install("/usr/bin/uwsgi_python3", life=daemon(port=port))
        cloud.web.replies[f"http://127.0.0.1:{port}/"] = Reply(300)
        assert act(agent(name), "start", cloud, **given).code == 0
        argv = cloud.spawned[-1].argv
        told = argv[argv.index("--pyargv") + 1]
        assert [word for word in told.split() if word in given.values()] == list(given.values())
        assert act(agent(name), "stop", cloud, **given).code == 0


def test_an_ini_file_that_the_operator_names_must_be_there_where_uwsgi_would_read_it(cloud: Cloud) -> None:
    named = {"uwsgi_config": "/etc/nova/uwsgl.ini"}
    assert act(NOVA, "start", cloud, **named).code == 0, "the release's own server reads no such file"
    assert act(NOVA, "stop", cloud, **named).code == 0
    del cloud.daemons["/usr/bin/nova-api"]
    cloud.install("/usr/bin/uwsgi_python3", life=daemon(port=8774))
    done = act(NOVA, "start", cloud, **named)
    assert done.code == 5
    assert done.reason.startswith("uwsgi_config=/etc/nova/uwsgl.ini: no such file on this node")
    assert act(NOVA, "stop", cloud, **named).code == 0
    assert act(NOVA, "start", cloud).code == 0, "nobody named the default"


def test_a_console_proxy_serves_the_pages_it_is_told_to(cloud: Cloud) -> None:
    cloud.install("/usr/bin/nova-novncproxy", life=daemon(port=6085))
    cloud.files["/etc/nova/nova.conf"] = "[vnc]\nnovncproxy_host = 10.0.0.11\n"
    cloud.web.replies |= {
        "http://10.0.0.11:6085/": Reply(405),
        "http://10.0.0.11:6085/healthcheck": Reply(405),
    }
    assert act(agent("nova-vnc-ra"), "start", cloud, console_port="6085", web="/srv/pages").code == 0
    assert cloud.spawned[-1].argv[-2:] == ("--web", "/srv/pages")
    assert act(CONSOLE, "monitor", cloud, depth=10, console_port="6085").code == 0
    assert act(CONSOLE, "monitor", cloud, depth=10, console_port="6080").code == 1


def test_an_old_registry_is_well_without_a_token(cloud: Cloud) -> None:
    cloud.files["/etc/glance/glance-registry.conf"] = ""
    cloud.install("/usr/bin/glance-registry", life=daemon(port=9191))
    local = "http://127.0.0.1:9191"
    cloud.web.replies |= {f"{local}/": Reply(401), f"{local}/images": Reply(200)}
    registry = agent("glance-registry")
    assert act(registry, "start", cloud).code == 0
    old = {
        "keystone_get_token_url": "http://10.0.0.2:5000/v2.0/tokens",
        "os_username": "u",
        "os_password": "p",
    }
    assert act(registry, "monitor", cloud, depth=20, **old).code == 0
