"""Daemons that hang on a broker and a database: what monitors say when these come and go.

Several tests stand for what agents of old got wrong: a failed check that reported "not running",
substrings taken for ports, the parent alone looked at, validation before stop, and others.
"""

from __future__ import annotations

import pytest
from support.act import INSTANCE, act, probe
from support.cloud import BROKER, DATABASE, NOVA_CONF, Cloud, agent, daemon
from support.world import RUN, Body

from ocf_agents.ocf.context import Context
from ocf_agents.ocf.log import Log

CONDUCTOR = agent("nova-conductor")
COMPUTE = agent("nova-compute")
LOST = f"{RUN}/{INSTANCE}.lost"
CONFIG = "/etc/nova/nova.conf"


@pytest.fixture
def cloud() -> Cloud:
    """A controller with a conductor of two workers, which is not started yet."""
    made = Cloud()
    made.install("/usr/bin/nova-conductor", life=daemon(BROKER, DATABASE, workers=2))
    made.install("/usr/bin/nova-compute", life=daemon(BROKER))
    return made


@pytest.fixture
def running(cloud: Cloud) -> Cloud:
    """The same with a running conductor."""
    assert act(CONDUCTOR, "start", cloud, timeout=60).code == 0
    return cloud


def again(cloud: Cloud, *places: tuple[str, int]) -> None:
    """The workers have connected once more."""
    workers = [
        body for body in cloud.bodies.values() if "nova-conductor" in body.command[0] and body.parent != 1
    ]
    for worker in workers:
        cloud.connect(worker, *places)


def main(cloud: Cloud) -> Body:
    """The process that leads."""
    return next(b for b in cloud.bodies.values() if "nova-conductor" in b.command[0] and b.parent == 1)


def test_a_start_waits_for_the_connections_and_leaves_a_plan(running: Cloud) -> None:
    assert f"{RUN}/{INSTANCE}.plan" in running.files
    assert running.clock - 1000 >= 2, "connections that were only just made prove nothing"


def test_connections_of_workers_count_as_those_of_the_service(running: Cloud) -> None:
    assert not main(running).sockets
    assert act(CONDUCTOR, "monitor", running, depth=10).code == 0


def test_a_lost_broker_is_degraded_within_the_grace_and_a_failure_after_it(running: Cloud) -> None:
    running.cut(5672)
    for seconds in (0, 60, 119):
        done = act(CONDUCTOR, "monitor", running, depth=10)
        assert done.code == 190, seconds
        assert "broker (10.0.0.5:5672, 10.0.0.6:5672)" in done.reason
        running.sleep(59)
    running.sleep(60)
    done = act(CONDUCTOR, "monitor", running, depth=10)
    assert done.code == 1, "not 7: the process is alive"
    assert "longer than dependency_grace=180s" in done.reason


def test_the_grace_begins_anew_after_a_recovery(running: Cloud) -> None:
    running.cut(5672)
    assert act(CONDUCTOR, "monitor", running, depth=10, dependency_grace="10s").code == 190
    running.sleep(20)
    again(running, BROKER)
    assert act(CONDUCTOR, "monitor", running, depth=10, dependency_grace="10s").code == 0
    assert LOST not in running.files
    running.cut(5672)
    assert act(CONDUCTOR, "monitor", running, depth=10, dependency_grace="10s").code == 190


def test_a_level_0_monitor_during_a_loss_does_not_hide_it_behind_a_plan(running: Cloud) -> None:
    running.cut(5672)
    assert act(CONDUCTOR, "monitor", running, depth=10).code == 190
    assert act(CONDUCTOR, "monitor", running).code == 0
    assert f"{RUN}/{INSTANCE}.plan" not in running.files
    again(running, BROKER)
    assert act(CONDUCTOR, "monitor", running, depth=10).code == 0
    assert f"{RUN}/{INSTANCE}.plan" in running.files


def test_without_any_grace_a_loss_is_a_failure_at_once(running: Cloud) -> None:
    running.cut(3306)
    done = act(CONDUCTOR, "monitor", running, depth=10, dependency_grace="0")
    assert done.code == 1
    assert "database (10.0.0.9:3306)" in done.reason


def test_two_losses_have_each_their_own_time(running: Cloud) -> None:
    running.cut(3306)
    assert act(CONDUCTOR, "monitor", running, depth=10).code == 190
    running.sleep(170)
    running.cut(5672)
    assert act(CONDUCTOR, "monitor", running, depth=10).code == 190
    running.sleep(20)
    again(running, DATABASE)
    done = act(CONDUCTOR, "monitor", running, depth=10)
    assert done.code == 190
    assert "broker" in done.reason


def test_a_probe_never_fails_for_a_lost_dependency(running: Cloud) -> None:
    running.cut(5672)
    running.cut(3306)
    running.sleep(1000)
    done = probe(CONDUCTOR, running, depth=10)  # type: ignore[arg-type]
    assert (done.code, done.reason) == (0, "")
    assert LOST not in running.files


def test_a_stop_forgets_the_loss(running: Cloud) -> None:
    running.cut(5672)
    act(CONDUCTOR, "monitor", running, depth=10)
    assert act(CONDUCTOR, "stop", running).code == 0
    assert not [path for path in running.files if path.startswith(RUN)]


def test_a_start_without_a_broker_succeeds_after_half_of_its_time(cloud: Cloud) -> None:
    cloud.install("/usr/bin/nova-conductor", life=daemon(DATABASE))
    done = act(CONDUCTOR, "start", cloud, timeout=60)
    assert done.code == 0
    assert 25 <= done.seconds <= 35
    assert any("no connection to its broker" in line for line in done.lines("WARNING"))
    assert act(CONDUCTOR, "monitor", cloud, depth=10).code == 190


def test_a_daemon_that_connects_and_then_ends_has_not_started(cloud: Cloud) -> None:
    cloud.install(
        "/usr/bin/nova-conductor", life=daemon(BROKER, DATABASE, ends_at=1001.0, says="no Keystone")
    )
    done = act(CONDUCTOR, "start", cloud, timeout=60)
    assert done.code == 1
    assert "no Keystone" in done.reason


def test_a_port_is_compared_as_a_number_and_not_as_a_text(cloud: Cloud) -> None:
    for near_miss in (("10.0.0.9", 33060), ("10.0.0.9", 3307), ("10.0.0.90", 3306)):
        cloud.install("/usr/bin/nova-conductor", life=daemon(BROKER, near_miss))
        assert act(CONDUCTOR, "start", cloud, timeout=60).code == 0
        assert act(CONDUCTOR, "monitor", cloud, depth=10).code == 190, near_miss
        assert act(CONDUCTOR, "stop", cloud).code == 0


@pytest.mark.parametrize("port", ["672", "15672", "33060", "5672"])
def test_a_port_of_any_number_of_digits_is_taken(cloud: Cloud, port: str) -> None:
    cloud.install("/usr/bin/nova-conductor", life=daemon(("10.0.0.77", int(port)), DATABASE))
    assert act(CONDUCTOR, "start", cloud, timeout=60, amqp_server_port=port).code == 0
    assert act(CONDUCTOR, "monitor", cloud, depth=10, amqp_server_port=port).code == 0


@pytest.mark.parametrize("port", ["65536", "-1", "amqp", "5672 ", "9" * 5000, "٣"])
def test_what_is_no_port_is_a_mistake_of_the_configuration(cloud: Cloud, port: str) -> None:
    done = act(CONDUCTOR, "monitor", cloud, amqp_server_port=port)
    assert done.code == 6
    assert "amqp_server_port" in done.reason
    assert act(CONDUCTOR, "stop", cloud, amqp_server_port=port).code == 0


def test_the_connection_of_another_process_does_not_count(running: Cloud) -> None:
    running.cut(5672)
    stranger = running.run_process("rabbitmq-client", pid=main(running).pid * 10)
    running.connect(stranger, BROKER)
    assert act(CONDUCTOR, "monitor", running, depth=10).code == 190


def test_checks_can_be_turned_off(running: Cloud) -> None:
    running.cut(5672)
    running.cut(3306)
    assert act(CONDUCTOR, "monitor", running, depth=10, zeromq="true", database_server_port="0").code == 0
    assert (
        act(CONDUCTOR, "monitor", running, depth=10, amqp_server_port="0", database_server_port="0").code == 0
    )


@pytest.mark.parametrize(
    "text", ["[DEFAULT]\ntransport_url = fake://\n[database]\nconnection = sqlite:////x.db\n"]
)
def test_a_configuration_without_servers_asks_for_no_connection(cloud: Cloud, text: str) -> None:
    cloud.files[CONFIG] = text
    cloud.install("/usr/bin/nova-conductor", life=daemon())
    assert act(CONDUCTOR, "start", cloud, timeout=60).code == 0
    assert act(CONDUCTOR, "monitor", cloud, depth=10).code == 0


def test_a_compute_node_needs_no_database_unless_told(cloud: Cloud) -> None:
    assert act(COMPUTE, "start", cloud, timeout=60).code == 0
    assert act(COMPUTE, "monitor", cloud, depth=10).code == 0
    assert act(COMPUTE, "monitor", cloud, depth=10, database_server_port="3306").code == 190


def test_a_host_that_is_named_is_matched_by_its_port(cloud: Cloud) -> None:
    cloud.files[CONFIG] = NOVA_CONF.replace("10.0.0.5:5672", "rabbit.example:5999")
    cloud.install("/usr/bin/nova-conductor", life=daemon(("10.7.7.7", 5999), DATABASE))
    assert act(CONDUCTOR, "start", cloud, timeout=60).code == 0
    assert act(CONDUCTOR, "monitor", cloud, depth=10).code == 0


def test_each_backend_of_cinder_needs_a_connection_of_its_own_if_asked_to(cloud: Cloud) -> None:
    volume = agent("cinder-volume")
    cloud.files["/etc/cinder/cinder.conf"] = "[DEFAULT]\ntransport_url = rabbit://10.0.0.5/\n"
    cloud.install("/usr/bin/cinder-volume", life=daemon(BROKER, workers=2))
    assert act(volume, "start", cloud, timeout=60, multibackend="true").code == 0
    helper = cloud.run_process("/usr/bin/privsep-helper", user="cinder", parent=cloud.next_pid - 3)
    assert cloud.alive(helper)
    assert act(volume, "monitor", cloud, depth=10, multibackend="true").code == 0
    worker = next(b for b in cloud.bodies.values() if "cinder-volume" in b.command[0] and b.parent != 1)
    worker.sockets.clear()
    assert act(volume, "monitor", cloud, depth=10).code == 0
    done = act(volume, "monitor", cloud, depth=10, multibackend="true")
    assert done.code == 190
    assert str(worker.pid) in done.reason


def test_a_stop_needs_neither_program_nor_configuration_nor_user(running: Cloud) -> None:
    del running.files[CONFIG], running.daemons["/usr/bin/nova-conductor"], running.users["nova"]
    assert act(CONDUCTOR, "stop", running).code == 0
    assert not [body for body in running.bodies.values() if "nova-conductor" in body.command[0]]


def test_workers_that_outlive_their_parent_are_ended(cloud: Cloud) -> None:
    cloud.install(
        "/usr/bin/nova-conductor", life=daemon(BROKER, DATABASE, workers=2, deserts=True, lingers=60)
    )
    assert act(CONDUCTOR, "start", cloud, timeout=60).code == 0
    done = act(CONDUCTOR, "stop", cloud, timeout=120)
    assert done.code == 0
    assert done.seconds >= 60, "while the broker is away the conductor has its time"
    assert not [body for body in cloud.bodies.values() if "nova-conductor" in body.command[0]]
    assert CONDUCTOR.actions["stop"][0].timeout > 60


def test_a_daemon_that_made_a_title_of_its_command_line_is_known(cloud: Cloud) -> None:
    dhcp = agent("neutron-dhcp-agent")
    cloud.files |= {"/etc/neutron/neutron.conf": "[DEFAULT]\ntransport_url = rabbit://10.0.0.5\n"}
    cloud.install("/usr/bin/neutron-dhcp-agent", life=daemon(BROKER))
    assert act(dhcp, "start", cloud, timeout=60).code == 0
    body = next(b for b in cloud.bodies.values() if "neutron-dhcp-agent" in b.command[0])
    # setproctitle overwrites the arguments, and the environment behind them.
    body.command = (f"neutron-dhcp-agent (/usr/bin/python3 {' '.join(body.command)})",)
    body.mark = ""
    assert act(dhcp, "monitor", cloud, depth=10).code == 0
    worker = cloud.run_process("neutron-dhcp-agent: a worker", user="neutron", session=body.session)
    cloud.kill(body)
    assert act(dhcp, "monitor", cloud).code == 1
    assert act(dhcp, "stop", cloud).code == 0
    assert not cloud.alive(worker)


def test_configuration_files_are_passed_in_their_order(cloud: Cloud) -> None:
    cloud.files |= {
        "/etc/neutron/neutron.conf": "[DEFAULT]\ntransport_url = rabbit://10.0.0.5\n",
        "/etc/neutron/l3.ini": "",
    }
    cloud.install("/usr/bin/neutron-l3-agent", life=daemon(BROKER))
    l3 = agent("neutron-agent-l3")
    assert l3 is agent("neutron-l3-agent")
    assert act(l3, "start", cloud, timeout=60, plugin_config="/etc/neutron/none.ini").code == 5
    assert act(l3, "start", cloud, timeout=60, plugin_config="/etc/neutron/l3.ini").code == 0
    assert cloud.spawned[-1].argv == (
        "/usr/bin/neutron-l3-agent", "--config-file", "/etc/neutron/neutron.conf", "--config-file",
        "/etc/neutron/l3.ini", "--log-file=/var/log/neutron/l3-agent.log",
    )  # fmt: skip


def test_more_arguments_name_more_configuration(cloud: Cloud) -> None:
    cloud.files |= {CONFIG: "", "/etc/x/a.conf": "[DEFAULT]\ntransport_url = rabbit://10.0.0.5:5671\n"}
    cloud.install("/usr/bin/nova-compute", life=daemon(("10.0.0.5", 5671)))
    assert act(COMPUTE, "start", cloud, timeout=60, additional_parameters="--config-dir /etc/x").code == 0
    assert act(COMPUTE, "monitor", cloud, depth=10, additional_parameters="--config-dir=/etc/x").code == 0


def broker(cloud: Cloud, kind: str = "nova-compute", **parameters: str) -> str:
    """Where the daemon finds its broker, as the agent reads its configuration."""
    context = Context("monitor", {f"OCF_RESKEY_{name}": value for name, value in parameters.items()})
    made = agent(kind)(context, cloud, Log(kind, {}))
    return str(made.configuration().brokers()[0])  # type: ignore[attr-defined]  # it is a daemon


def fragment(cloud: Cloud, directory: str, host: str) -> None:
    """A directory of configuration names a broker."""
    cloud.directories.add(directory)
    cloud.files[f"{directory}/broker.conf"] = f"[DEFAULT]\ntransport_url = rabbit://{host}\n"


@pytest.mark.parametrize("place", ["/var/lib/nova/.nova", "/var/lib/nova", "/etc/nova", "/etc"])
@pytest.mark.parametrize("stem", ["nova", "nova-compute"])
def test_directories_of_configuration_are_found_where_oslo_looks(cloud: Cloud, place: str, stem: str) -> None:
    cloud.files[CONFIG] = ""
    fragment(cloud, f"{place}/{stem}.conf.d", "found")
    assert broker(cloud) == "found:5672"


def test_a_directory_nearer_to_the_user_hides_the_systems_and_the_programs_wins_over_the_projects(
    cloud: Cloud,
) -> None:
    cloud.files[CONFIG] = ""
    fragment(cloud, "/etc/nova/nova.conf.d", "system")
    fragment(cloud, "/var/lib/nova/.nova/nova.conf.d", "user")
    assert broker(cloud) == "user:5672"
    fragment(cloud, "/etc/nova/nova-compute.conf.d", "program")
    assert broker(cloud) == "program:5672"


def test_a_directory_has_the_name_of_the_program_and_not_of_the_agent(cloud: Cloud) -> None:
    cloud.files["/etc/ceilometer/ceilometer.conf"] = ""
    fragment(cloud, "/etc/ceilometer/ceilometer-polling.conf.d", "program")
    fragment(cloud, "/etc/ceilometer/ceilometer-agent-central.conf.d", "agent")
    assert broker(cloud, "ceilometer-agent-central") == "program:5672"
    assert broker(cloud, "ceilometer-agent-central", binary="/opt/ceilometer-agent-central") == "agent:5672"


def test_a_directory_among_the_arguments_is_read_in_place_of_the_usual_ones(cloud: Cloud) -> None:
    cloud.files[CONFIG] = ""
    fragment(cloud, "/etc/nova/nova.conf.d", "usual")
    cloud.files["/etc/x/other.conf"] = "[DEFAULT]\nstate_path = /x\n"
    assert broker(cloud) == "usual:5672"
    assert broker(cloud, additional_parameters="--config-dir /etc/x") == "*:5672"


def test_a_flag_file_of_2012_is_passed_as_one(cloud: Cloud) -> None:
    cloud.files[CONFIG] = "# nova\n--rabbit_host=10.0.0.5\n--sql_connection=mysql://n:s@10.0.0.9/nova\n"
    cloud.install("/usr/bin/nova-cert", life=daemon(BROKER, DATABASE))
    cert = agent("nova-cert-ra")
    assert act(cert, "start", cloud, timeout=60).code == 0
    assert cloud.spawned[-1].argv == ("/usr/bin/nova-cert", "--flagfile", CONFIG)
    assert act(cert, "monitor", cloud, depth=10).code == 0


def test_the_metering_agent_is_not_expected_to_be_connected(cloud: Cloud) -> None:
    cloud.files["/etc/ceilometer/ceilometer.conf"] = ""
    cloud.install("/usr/bin/ceilometer-polling", life=daemon())
    central = agent("ceilometer-agent-central")
    assert act(central, "start", cloud, timeout=60).code == 0
    assert cloud.spawned[-1].argv[-2:] == ("--polling-namespaces", "central")
    assert act(central, "monitor", cloud, depth=10).code == 0
    assert act(central, "monitor", cloud, depth=10, amqp_server_port="5672").code == 190


def test_a_daemon_that_nobody_can_ask_cannot_be_said_to_be_hosted(cloud: Cloud) -> None:
    # It would be well for ever: there is no process to look at, and no API to answer.
    assert "hosted" not in COMPUTE.parameters
    context = Context("monitor", {"OCF_RESKEY_hosted": "true"})
    assert not COMPUTE(context, cloud, Log("nova-compute", {})).hosted  # type: ignore[attr-defined]


@pytest.mark.parametrize("option", ["--config-file={}", "--config-file {}", "--flagfile={}"])
def test_a_process_is_known_by_its_whole_configuration_file_and_not_by_the_beginning(
    cloud: Cloud, option: str
) -> None:
    stranger = cloud.run_process(
        "/usr/bin/nova-compute", *option.format(f"{CONFIG}-cell2").split(), user="nova"
    )
    assert probe(COMPUTE, cloud).code == 7
    assert act(COMPUTE, "stop", cloud).code == 0
    assert stranger.pid in cloud.bodies
    cloud.run_process("/usr/bin/nova-compute", *option.format(CONFIG).split(), user="nova")
    assert probe(COMPUTE, cloud).code == 0
