"""Every text that the world sends, whatever has become of it: understood, or refused with a sentence."""

from __future__ import annotations

from typing import Optional

import pytest
from fuzz_texts import ANYTHING, ODD, fuzzed, raw, texts, told
from hypothesis import given
from hypothesis import strategies as st
from support.world import World

from ocf_agents.ocf.context import Context
from ocf_agents.ocf.log import one_line
from ocf_agents.system import connections, oslo, plan, proc, pulse, sockets, systemd
from ocf_agents.system.cluster import Cluster, Membership
from ocf_agents.system.conversation import framed
from ocf_agents.system.errors import Refused
from ocf_agents.system.http import Request
from ocf_agents.system.http import parse as parse_http
from ocf_agents.system.run import Finished
from ocf_agents.system.url import split

pytestmark = pytest.mark.long

STAT = "4711 (a ) b) S 1 4711 4711 0 -1 4194560 99 0 0 0 1 2 0 0 20 0 1 0 123456 1000 10 18446744073709551615 1 1"
TCP = (
    "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
    "   0: 0100007F:1388 00000000:0000 0A 00000000:00000000 00:00000000 00000000   300        0 4242 1 0 100\n"
    "   1: 0100007F:9999 0500000A:1628 01 00000000:00000000 02:00000D9C 00000000   112        0 4243 2 0 20\n"
)
OSLO = (
    "# words\n[DEFAULT]\ntransport_url = rabbit://u:p%40@a:5672,u:p@[::1]:5673/v\nrabbit_hosts=a:1, b\n"
    "rabbit_port = 5672\nmy_ip=10.0.0.1\nhost = ${my_ip}$x$$\n  continued\n--flag=1\n[database]\n"
    "connection = mysql+pymysql://n:p@$my_ip/nova?charset=utf8\n"
)
MON = '<node name="n1" id="1" online="true" unclean="false"/>\n<node name="n2" online="false" unclean="true"/>\n'
ATTRD = 'name="x" host="n1" value="n1;acks;0-1-5;"\nname="x" host="n2" value="&lt;&quot;"\n'


@fuzzed
@given(texts("http://h:5000/v3", "https://[::1]:1/x?y", "HTTP://10.0.0.1"))
def test_a_url_is_taken_apart_or_refused(text: str) -> None:
    url, _ = told(lambda: split(text), ValueError)
    if url is not None:
        assert 0 < url.port < 1 << 16
        assert url.host
        assert split(str(url)) == url


@fuzzed
@given(st.dictionaries(st.sampled_from(["a.conf", "b.conf", "c.txt"]), texts(OSLO)))
def test_a_configuration_of_oslo_names_real_places_or_none(files: dict[str, str]) -> None:
    world = World()
    world.files |= {f"/etc/x/{name}": text for name, text in files.items()}
    found = oslo.read(world, [f"/etc/x/{name}" for name in files], ["/etc/x"])
    for peer in (*found.brokers(), *found.databases(("database", "api_database"))):
        assert 0 < peer.port < 1 << 16
        assert str(peer)
    found.value("DEFAULT", "host", "my_ip")


@fuzzed
@given(
    st.binary(max_size=15).filter(lambda name: b"\0" not in name),
    st.integers(0, 200),
    raw("/usr/bin/x\0--y\0"),
)
def test_a_process_may_have_any_name_and_command_line(name: bytes, length: int, command: bytes) -> None:
    line = STAT.encode().replace(b"a ) b", name)
    found = proc.parse(4711, line, command, 0)
    assert found is not None
    assert (found.parent, found.session, found.started, found.state) == (1, 4711, 123456, "S")
    cut = line[:length]
    if cut.rfind(b")") == line.rfind(b")"):
        assert proc.parse(4711, cut, command, 0) is None or len(cut) > len(line) - 70


@fuzzed
@given(raw(TCP), texts("127.0.0.1", "10.0.0.5", "::1", "host"), st.sampled_from([5000, 5672]))
def test_a_table_of_connections_shows_sockets_or_none(table: bytes, address: str, port: int) -> None:
    for found in (
        sockets.listening(table, address, port),
        connections.established(table, connections.peer(address, port)),
    ):
        assert all(number >= 0 for number in found)


@fuzzed
@given(raw("4711 123456\n", "0 0\n"))
def test_a_record_of_a_process_is_whole_or_none(text: bytes) -> None:
    found = pulse.recorded(text)
    assert found is None or min(found) >= 0


@fuzzed
@given(st.binary(max_size=200))
def test_a_plan_is_of_this_library_or_none(text: bytes) -> None:
    found = plan.load(text)
    assert found is None or found["version"] == plan.VERSION


@fuzzed
@given(
    raw(
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
        "HTTP/1.1 204 x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    )
)
def test_an_answer_over_http_has_ended_or_not(answer: bytes) -> None:
    assert framed(answer) in (True, False)


REPORTS = st.tuples(
    texts('{"a": 1}', "HTTP/1.1 200 OK\r\nX: y\r\n\r\nbody"),
    st.sampled_from(["000", "200", "503", "999"]),
    st.floats(0, 99),
    st.integers(0, 99),
    ANYTHING.filter(lambda text: "\n" not in text),
)


@fuzzed
@given(st.lists(REPORTS, max_size=3), st.integers(1, 3), st.integers(0, 9))
def test_each_request_has_one_answer_whatever_the_servers_say(
    reports: list[tuple[str, str, float, int, str]], count: int, lacking: int
) -> None:
    fence = "6a1f3c52-fence"
    output = "".join(
        f"{body}{fence} {status} {seconds:.6f} {code} {words}\n{fence}"
        for body, status, seconds, code, words in reports
    )
    requests = (Request("http://h/"),) * count
    # An answer that is cut off loses its report first.
    answers = parse_http(output if lacking else output.rpartition(fence)[0], fence, requests, 5)
    assert len(answers) == count
    assert all(not answer.fault or not answer.status for answer in answers)


@fuzzed
@given(
    st.sampled_from([None, 0, 1, 6, 78, 102, 105, -9]),
    texts(MON, ATTRD, "10000\n", "-INFINITY\n"),
    texts("no"),
)
def test_the_cluster_tools_are_understood_or_refused(code: Optional[int], output: str, errors: str) -> None:
    world = World()
    for name in ("crm_attribute", "attrd_updater", "crm_mon", "crm_master"):
        world.install(f"/usr/sbin/{name}", lambda *_: Finished(code, output, errors))
    cluster = Cluster(world, Membership("db", "db:0", "n1", (3, 16, 2)))
    asked = (
        cluster.promotion_score, cluster.members, lambda: cluster.reports("x"), lambda: cluster.fact("g", "x"),
        lambda: cluster.published("x", "n1"), lambda: cluster.lasting("x", "n1"), lambda: cluster.attribute("x"),
    )  # fmt: skip
    for ask in asked:
        found, refusal = told(ask, Refused)
        assert not (refusal and code == 0)
        if ask == cluster.members and found:
            assert set(found.values()) <= {"online", "clean", "unclean"}


@fuzzed
@given(texts("LoadState=loaded\nActiveState=active\nMainPID=4711\n"), st.sampled_from([0, 1, None]))
def test_a_unit_is_shown_or_refused(output: str, code: Optional[int]) -> None:
    world = World()
    world.install("/usr/bin/systemctl", lambda *_: Finished(code, output, "no"))
    unit, _ = told(lambda: systemd.show(world, "x.service", 5), Refused)
    assert unit is None or unit.main >= 0


NAMES = (
    "OCF_RESOURCE_INSTANCE", "OCF_CHECK_LEVEL", "OCF_RESKEY_CRM_meta_timeout", "OCF_RESKEY_CRM_meta_interval",
    "OCF_RESKEY_CRM_meta_clone", "OCF_RESKEY_CRM_meta_clone_max", "OCF_RESKEY_CRM_meta_promoted_max",
    "OCF_RESKEY_CRM_meta_notify", "OCF_RESKEY_CRM_meta_notify_type", "OCF_RESKEY_CRM_meta_notify_operation",
    "OCF_RESKEY_CRM_meta_notify_promote_uname", "OCF_RESKEY_crm_feature_set", "OCF_RESKEY_CRM_meta_on_node",
    "OCF_RESKEY_CRM_meta_container_attribute_target", "OCF_RESKEY_CRM_meta_physical_host", "__OCF_ACTION",
)  # fmt: skip


@fuzzed
@given(ANYTHING, st.dictionaries(st.sampled_from(NAMES), texts("10000", "p_db:1", "n1 n2", "3.16.2", "host")))
def test_what_pacemaker_tells_is_understood_or_harmless(action: str, environment: dict[str, str]) -> None:
    told = Context(action, environment)
    assert told.timeout >= 0
    assert told.interval >= 0
    assert told.depth >= 0
    assert all(number >= 0 for number in told.feature_set)
    assert isinstance(told.probe, bool)
    assert told.clone.maximum >= 0
    assert isinstance(told.notification.promoted_afterwards, tuple)
    assert isinstance((told.instance, told.resource, told.node), tuple)


@fuzzed
@given(st.lists(st.one_of(ODD, ANYTHING), max_size=9).map("".join))
def test_what_is_told_is_always_one_printable_line(text: str) -> None:
    line = one_line(text)
    assert line.isprintable() or not line
    assert len(line) <= 500
