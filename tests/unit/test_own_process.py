"""A service as the agent's own process: start, look, stop, in a world in memory."""

from __future__ import annotations

import pytest
from support.act import act, probe
from support.node import BINARY, CONFIG, LOCAL, PIDFILE, RECORD, Node, die, serve, serve_with
from support.web import Reply
from support.world import KILL, RUN, STOP, TERM

from ocf_agents.agents.keystone import Keystone

SCRIPT = {"uwsgi": "none"}


@pytest.fixture
def node() -> Node:
    return Node()


@pytest.fixture
def running(node: Node) -> Node:
    """A node with a started Keystone."""
    assert act(Keystone, "start", node).code == 0
    return node


def test_a_start_leaves_a_service_that_answers(node: Node) -> None:
    done = act(Keystone, "start", node)
    assert (done.code, done.reason) == (0, "")
    assert node.main().mark == "p_keystone"
    assert act(Keystone, "monitor", node, depth=10).code == 0


def test_a_stopped_service_is_not_running_and_nobody_is_alarmed(node: Node) -> None:
    for done in (probe(Keystone, node), act(Keystone, "monitor", node)):
        assert (done.code, done.reason) == (7, "")
        assert not done.lines("ERROR")
        assert not done.lines("WARNING")
    assert node.calls == []


def test_a_start_of_a_running_service_changes_nothing(running: Node) -> None:
    main = running.main()
    assert act(Keystone, "start", running).code == 0
    assert running.main() is main
    assert len(running.spawned) == 1


def test_a_start_waits_until_the_service_answers(node: Node) -> None:
    node.web.replies[f"{LOCAL}/v3"] = Reply(503)
    done = act(Keystone, "start", node, timeout=10)
    assert done.code == 1
    assert "503" in done.reason
    assert 8 <= done.seconds <= 10


def test_a_start_of_a_service_that_hangs_ends_within_its_time(node: Node) -> None:
    node.web.replies[f"{LOCAL}/healthcheck"] = Reply(seconds=1e6)
    for timeout in (1, 3, 5, 20, 60):
        done = act(Keystone, "start", node, timeout=timeout)
        assert done.code == 1
        assert "no answer" in done.reason
        act(Keystone, "stop", node)


def test_a_process_that_dies_at_start_gives_its_last_words(node: Node) -> None:
    node.install(BINARY, life=die("line 1\nline 2\nTraceback:\n  File x\nImportError: no module yaml\n"))
    done = act(Keystone, "start", node)
    assert done.code == 1
    assert "ImportError: no module yaml" in done.reason
    assert "File x | ImportError" in done.reason
    assert "\n" not in done.reason
    assert done.seconds < 2
    assert probe(Keystone, node).code == 7


def test_a_process_that_dies_in_silence_is_reported_all_the_same(node: Node) -> None:
    node.install(BINARY, life=die("", after=1))
    assert "printed nothing" in act(Keystone, "start", node).reason


def test_a_program_that_cannot_be_run_is_named(node: Node) -> None:
    node.spawn = lambda command, output: (_ for _ in ()).throw(PermissionError(13, "Permission denied"))  # type: ignore[method-assign]
    done = act(Keystone, "start", node)
    assert done.code == 1
    assert f"{BINARY}: Permission denied" in done.reason


def test_a_full_disk_before_the_start_leaves_nothing_running(node: Node) -> None:
    node.room[RUN] = 0
    done = act(Keystone, "start", node)
    assert done.code == 1
    assert "No space left on device" in done.reason
    assert not node.bodies


@pytest.mark.parametrize("room", [1, 2, 3])
def test_a_disk_that_fills_up_during_the_start_leaves_nothing_running(node: Node, room: int) -> None:
    node.room[RUN] = room
    done = act(Keystone, "start", node)
    assert done.code == 1
    assert "No space left on device" in done.reason
    assert not node.bodies
    assert probe(Keystone, node).code == 7


def test_a_stop_ends_the_service_and_removes_its_files(running: Node) -> None:
    assert act(Keystone, "stop", running).code == 0
    assert not running.bodies
    assert not [path for path in running.files if path.startswith(RUN)]
    assert probe(Keystone, running).code == 7


def test_a_stop_of_a_stopped_service_succeeds(node: Node) -> None:
    assert act(Keystone, "stop", node).code == 0
    assert act(Keystone, "stop", node).code == 0
    assert node.signals == []


def test_a_stop_tells_the_main_process_first_so_that_it_does_not_replace_its_workers(node: Node) -> None:
    node.install(BINARY, life=serve_with(workers=3, respawns=True))
    act(Keystone, "start", node)
    main = node.main()
    assert act(Keystone, "stop", node).code == 0
    assert node.signals[0] == (main.pid, TERM)
    assert not node.bodies


@pytest.mark.parametrize("timeout", [1, 5, 20, 60, 300])
def test_a_stop_kills_what_ignores_sigterm_and_is_done_in_time(node: Node, timeout: int) -> None:
    node.install(BINARY, life=serve_with(workers=2, stubborn=True, respawns=True))
    act(Keystone, "start", node)
    done = act(Keystone, "stop", node, timeout=timeout)
    assert done.code == 0
    assert any("SIGTERM" in line for line in done.lines("WARNING"))
    assert not node.bodies
    kills = [number for _, number in node.signals if number == KILL]
    assert kills
    assert done.seconds >= 0.5 * timeout, "SIGTERM got its chance"


def test_a_stop_gives_a_slow_service_its_time(node: Node) -> None:
    node.install(BINARY, life=serve_with(lingers=8))
    act(Keystone, "start", node)
    done = act(Keystone, "stop", node, timeout=20)
    assert done.code == 0
    assert 8 <= done.seconds < 9
    assert KILL not in {number for _, number in node.signals}


def test_a_stop_never_claims_success_over_a_living_process(node: Node) -> None:
    node.install(BINARY, life=serve_with(immortal=True))
    act(Keystone, "start", node)
    main = node.main()
    done = act(Keystone, "stop", node)
    assert done.code == 1
    assert str(main.pid) in done.reason
    assert "survives SIGKILL" in done.reason
    assert RECORD in node.files, "the next stop must still find it"
    assert act(Keystone, "monitor", node).code == 0


def test_a_stop_ends_the_workers_that_their_parent_left_behind(node: Node) -> None:
    node.install(BINARY, life=serve_with(workers=2, deserts=True))
    act(Keystone, "start", node)
    assert act(Keystone, "stop", node).code == 0
    assert not node.bodies


def test_workers_without_their_parent_are_a_failure_and_a_stop_finds_them(node: Node) -> None:
    node.install(BINARY, life=serve_with(workers=2))
    act(Keystone, "start", node)
    node.kill(node.main())
    done = act(Keystone, "monitor", node)
    assert done.code == 1
    assert "lost its main process" in done.reason
    assert act(Keystone, "stop", node).code == 0
    assert not node.bodies


def test_a_start_over_orphaned_workers_ends_them_first(node: Node) -> None:
    node.install(BINARY, life=serve_with(workers=2))
    act(Keystone, "start", node)
    old = node.main()
    orphans = node.children(old)
    node.kill(old)
    done = act(Keystone, "start", node)
    assert done.code == 0
    assert not any(node.alive(body) for body in orphans)
    assert any("lost its main process" in line for line in done.lines("WARNING"))
    assert act(Keystone, "monitor", node).code == 0


def test_a_suspended_service_is_a_failure_and_can_be_stopped(running: Node) -> None:
    main = running.main()
    main.state = "T"
    done = act(Keystone, "monitor", running)
    assert done.code == 1
    assert "suspended" in done.reason
    done = act(Keystone, "stop", running)
    assert done.code == 0
    assert not running.bodies
    assert STOP not in {number for _, number in running.signals}
    assert done.seconds < 1


def test_a_killed_service_is_not_running(running: Node) -> None:
    running.kill(running.main())
    assert act(Keystone, "monitor", running).code == 7
    assert act(Keystone, "stop", running).code == 0


# Who is ours.


def test_a_lost_record_does_not_lose_the_service(running: Node) -> None:
    del running.files[RECORD], running.files[PIDFILE]
    assert act(Keystone, "monitor", running).code == 0
    assert act(Keystone, "start", running).code == 0
    assert len(running.spawned) == 1
    assert act(Keystone, "stop", running).code == 0
    assert not running.bodies


@pytest.mark.parametrize(
    "garbage", ["", "\n", "abc", "-1 -1", "0 0", "1", "99 x", "9" * 30 + " 1", "1 2 3", "²  ²"]
)
def test_a_record_of_garbage_is_as_good_as_none(running: Node, garbage: str) -> None:
    running.files[RECORD] = running.files[PIDFILE] = garbage
    init = running.run_process("/sbin/init", pid=1, user="root", parent=0)
    assert act(Keystone, "monitor", running).code == 0
    assert act(Keystone, "stop", running).code == 0
    assert running.alive(init)
    assert running.signalled() == {100}


def test_a_stale_record_whose_pid_is_another_process_now_harms_nobody(running: Node) -> None:
    main = running.main()
    running.kill(main)
    stranger = running.run_process("/usr/sbin/mariadbd", pid=main.pid, user="root")
    assert act(Keystone, "monitor", running).code == 7
    assert act(Keystone, "stop", running).code == 0
    assert running.alive(stranger)
    assert running.signals == []


def test_a_record_that_points_at_a_stranger_harms_nobody(running: Node) -> None:
    stranger = running.run_process("/usr/bin/editor", CONFIG, user="root")
    running.files[RECORD] = f"{stranger.pid} {stranger.started}\n"
    running.files[PIDFILE] = f"{stranger.pid}\n"
    assert act(Keystone, "monitor", running).code == 0
    assert act(Keystone, "stop", running).code == 0
    assert list(running.bodies) == [stranger.pid]
    assert stranger.pid not in running.signalled()


def strangers(node: Node) -> list[int]:
    """Processes that resemble ours in all ways but one."""
    first = node.run_process(BINARY, "--port", "5001", user="keystone", mark="p_other")
    return [
        first.pid,
        node.run_process(BINARY, "--port", "5002", user="keystone", mark="p_other", parent=first.pid).pid,
        node.run_process(BINARY, "--port", "5003", user="glance").pid,
        node.run_process(BINARY, "--port", "5004", user="root").pid,
        node.run_process("/usr/bin/keystone-manage", "fernet_rotate", user="keystone").pid,
        node.run_process("/bin/sh", "-c", "sleep 5; keystone-wsgi-public", user="keystone").pid,
        node.run_process("/usr/bin/uwsgi", "--wsgi-file", "/usr/bin/glance-wsgi-api", user="keystone").pid,
        node.run_process("/sbin/init", pid=1, user="root", parent=0).pid,
    ]


def test_nothing_of_a_stranger_is_ever_signalled(node: Node) -> None:
    others = strangers(node)
    for action in ("stop", "start", "monitor", "start", "stop", "stop"):
        act(Keystone, action, node, url="http://127.0.0.1:5000")
        assert set(others) <= set(node.bodies)
    assert not set(others) & node.signalled()
    assert sorted(node.bodies) == sorted(others)


def test_strangers_are_no_running_service(node: Node) -> None:
    strangers(node)
    assert probe(Keystone, node).code == 7


def test_two_resources_on_one_node_do_not_touch_each_other(running: Node) -> None:
    first = running.main()
    other = {"instance": "p_other", "url": "http://127.0.0.1:5001"}
    for path in ("/healthcheck", "/v3"):
        running.web.replies[f"http://127.0.0.1:5001{path}"] = Reply(200)
    assert act(Keystone, "monitor", running, **other).code == 7
    assert act(Keystone, "start", running, **other).code == 0
    assert act(Keystone, "stop", running, **other).code == 0
    assert running.alive(first)
    assert first.pid not in running.signalled()


def test_a_service_started_by_hand_is_adopted(node: Node) -> None:
    body = node.run_process(BINARY, "--port", "5000", user="keystone")
    serve(node, body)
    assert probe(Keystone, node).code == 0
    assert act(Keystone, "start", node).code == 0
    assert not node.spawned
    assert node.files[PIDFILE] == f"{body.pid}\n"
    assert act(Keystone, "stop", node).code == 0
    assert not node.bodies


def test_a_service_that_renamed_itself_is_still_known_by_its_mark(running: Node) -> None:
    running.main().command = ("keystone: master process",)
    assert act(Keystone, "monitor", running).code == 0
    assert act(Keystone, "stop", running).code == 0
    assert not running.bodies


# What is missing on the node.


def test_a_start_names_what_the_node_lacks(node: Node) -> None:
    def lacks(**parameters: str) -> str:
        done = act(Keystone, "start", node, **parameters)
        assert done.code == 5
        return done.reason

    assert "config=/none" in lacks(config="/none")
    assert "user=nobody" in lacks(user="nobody")
    assert "uwsgi=uwsgi" in lacks(uwsgi="uwsgi")
    del node.daemons[BINARY]
    assert "binary=keystone-wsgi-public" in lacks()
    assert not node.bodies


def test_a_stop_needs_nothing_of_what_a_start_needs(running: Node) -> None:
    running.files.pop(CONFIG)
    running.daemons.clear()
    running.programs.clear()
    assert act(Keystone, "stop", running).code == 0
    assert not running.bodies


def test_a_stop_passes_over_parameters_that_cannot_be_parsed(running: Node) -> None:
    wrong = {"url": "ftp://x", "config": "relative", "hosted": "perhaps", "user": "key\nstone", "pid": "x"}
    assert act(Keystone, "stop", running, **wrong).code == 0
    assert not running.bodies


def test_a_pid_file_that_cannot_be_removed_does_not_make_a_stop_fail(running: Node) -> None:
    running.directories.add("/run/keystone")
    assert act(Keystone, "stop", running, pid="/run/keystone").code == 0
    assert not running.bodies


def test_a_node_where_nothing_is_installed_can_be_probed(node: Node) -> None:
    bare = Node({"OCF_TESTER_FAIL_HAVE_BINARY": "1"})
    assert probe(Keystone, bare).code == 7
    assert act(Keystone, "stop", bare).code == 0
    assert act(Keystone, "start", bare).code == 5
    assert act(Keystone, "validate-all", bare).code == 0
    assert act(Keystone, "validate-all", bare, depth=10).code == 5


def test_the_output_of_a_talkative_service_is_thrown_away_in_time(running: Node) -> None:
    output = f"{RUN}/p_keystone.output"
    running.files[output] = "x" * (2 << 20)
    assert act(Keystone, "monitor", running).code == 0
    assert running.files[output] == ""


# How it is run.


def test_the_server_inherits_nothing_of_the_agents_environment(node: Node) -> None:
    act(
        Keystone,
        "start",
        node,
        os_password="hunter2",
        os_username="monitor",
        additional_parameters="--a 'b c'",
    )
    command = node.spawned[0]
    assert command.argv == (BINARY, "--port", "5000", "--a", "b c")
    assert set(command.environment) == {
        "PATH", "HOME", "USER", "LANG", "OCF_AGENTS_RESOURCE",
        "OS_KEYSTONE_CONFIG_DIR", "OS_KEYSTONE_CONFIG_FILES",
    }  # fmt: skip
    assert command.environment["OS_KEYSTONE_CONFIG_DIR"] == "/etc/keystone"
    assert command.environment["OS_KEYSTONE_CONFIG_FILES"] == "keystone.conf"
    assert command.account.name == "keystone"
    assert "hunter2" not in repr(command.argv) + repr(command.environment)


def uwsgi(node: Node, ini: str = "") -> tuple[str, ...]:
    """The command line under uWSGI."""
    node.install("/usr/bin/uwsgi_python3", life=serve)
    if ini:
        node.files["/etc/keystone/keystone-uwsgi.ini"] = ini
    assert act(Keystone, "start", node).code == 0
    assert act(Keystone, "monitor", node, depth=10).code == 0
    return node.spawned[0].argv


def test_uwsgi_runs_the_application_where_it_is_installed(node: Node) -> None:
    argv = uwsgi(node)
    assert argv[0] == "/usr/bin/uwsgi_python3"
    assert "--wsgi-file" in argv
    assert argv[argv.index("--http-socket") + 1] == ":5000"
    assert "--die-on-term" in argv
    del node.files[RECORD]
    assert act(Keystone, "monitor", node).code == 0, "it is found by its command line, too"


def test_the_distributions_ini_file_says_where_to_listen_if_it_does(node: Node) -> None:
    argv = uwsgi(node, "[uwsgi]\nhttp-socket = :5000\n")
    assert "--http-socket" not in argv
    assert argv[1:3] == ("--ini", "/etc/keystone/keystone-uwsgi.ini")


def test_an_ini_file_without_a_socket_gets_the_agents(node: Node) -> None:
    assert "--http-socket" in uwsgi(node, "[uwsgi]\nprocesses = 2\n; http-socket = :1\n")


def test_a_release_without_the_script_runs_the_module(node: Node) -> None:
    del node.daemons[BINARY]
    argv = uwsgi(node)
    assert argv[argv.index("--module") + 1] == "keystone.wsgi.api:application"
    assert act(Keystone, "stop", node).code == 0
    assert not node.bodies


def test_the_scripts_own_server_deserves_a_warning(node: Node) -> None:
    assert any("one request at a time" in line for line in act(Keystone, "start", node).lines("WARNING"))


def test_a_daemon_of_an_old_release_gets_its_configuration_on_the_command_line(node: Node) -> None:
    node.install("/usr/bin/keystone-all", life=serve)
    assert act(Keystone, "start", node, binary="keystone-all").code == 0
    assert node.spawned[0].argv == ("/usr/bin/keystone-all", "--config-file", CONFIG)
    assert act(Keystone, "monitor", node, binary="keystone-all", depth=10).code == 0


def test_the_pid_file_may_lie_where_the_operator_wants_it(node: Node) -> None:
    assert act(Keystone, "start", node, pid="/run/keystone.pid").code == 0
    assert node.files["/run/keystone.pid"] == f"{node.main().pid}\n"
    assert act(Keystone, "stop", node, pid="/run/keystone.pid").code == 0
    assert "/run/keystone.pid" not in node.files
