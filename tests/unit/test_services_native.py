"""Servers that are asked in their own protocols: real connections to small scripted servers."""

from __future__ import annotations

import socket
import threading
from contextlib import closing
from typing import TYPE_CHECKING, Optional

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.act import INSTANCE, act
from support.cloud import Cloud, agent, daemon
from support.peer import Peer
from support.world import RUN

from ocf_agents.ocf.codes import Failure
from ocf_agents.ocf.context import Context
from ocf_agents.system import plan
from ocf_agents.system.conversation import ask

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

START = b"\x01\x00\x00\x00\x00\x00\x06\x00\x0a\x00\x0a\x00\x09\xce"
ISMASTER = b"\x10isMaster\x00"


def hello(request: int, ok: bool = True) -> bytes:
    """An answer of MongoDB to a request of this number."""
    number = b"\x00\x00\x00\x00\x00\x00\xf0\x3f" if ok else bytes(8)
    document = b"\x01ok\x00" + number + b"\x00"
    body = bytes(4) + b"\x00" + (len(document) + 4).to_bytes(4, "little") + document
    return b"".join(n.to_bytes(4, "little") for n in (16 + len(body), 7, request, 2013)) + body


GOOD = {
    "redis": b"+PONG\r\n",
    "memcached": b"VERSION 1.6.18\r\n",
    "rabbitmq-server": START,
    "mongodb": hello(0x0A63),
    "haproxy": b"Name: HAProxy\nVersion: 2.6\n\n",
}
PORTS = {"redis": 6379, "memcached": 11211, "rabbitmq-server": 5672, "mongodb": 27017}
PROGRAMS = {"redis": "redis-server", "mongodb": "mongod"}
OWNERS = {"redis": "redis", "memcached": "memcache", "rabbitmq-server": "rabbitmq", "mongodb": "mongodb"}


@pytest.fixture
def cloud() -> Cloud:
    """A node with all of these servers, none of them started."""
    made = Cloud()
    for number, (name, owner) in enumerate({**OWNERS, "haproxy": "root"}.items()):
        made.user(owner, 500 + number)
        made.install(f"/usr/bin/{PROGRAMS.get(name, name)}", life=daemon(port=PORTS.get(name, 80)))
    made.files |= {
        "/etc/redis/redis.conf": "port 6379\n", "/etc/memcached.conf": "-d\n-p 11211\n-u memcache\n-m 64\n",
        "/etc/mongod.conf": "net:\n  port: 27017\n",
        "/etc/haproxy/haproxy.cfg": "global\n  stats socket unix@/run/haproxy.sock mode 600\n",
    }  # fmt: skip
    made.spoken = {("127.0.0.1", port): GOOD[name] for name, port in PORTS.items()}
    made.spoken["/run/haproxy.sock", 0] = GOOD["haproxy"]
    return made


@pytest.mark.parametrize("name", GOOD)
def test_a_server_that_answers_in_its_own_words_is_well(cloud: Cloud, name: str) -> None:
    assert act(agent(name), "start", cloud).code == 0
    assert act(agent(name), "monitor", cloud, depth=10).code == 0
    assert cloud.asked
    assert act(agent(name), "stop", cloud).code == 0


@pytest.mark.parametrize("name", GOOD)
@pytest.mark.parametrize(
    "answer",
    [b"", b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\x00" * 20, TimeoutError(), ConnectionResetError(104, "x")],
)
def test_anything_else_is_a_failure_and_never_not_running(
    cloud: Cloud, name: str, answer: bytes | Exception
) -> None:
    assert act(agent(name), "start", cloud).code == 0
    cloud.spoken = dict.fromkeys(cloud.spoken, answer)
    done = act(agent(name), "monitor", cloud, depth=10)
    assert done.code == 1, done
    assert done.reason
    assert act(agent(name), "monitor", cloud).code == 0


@given(st.binary(max_size=60))
def test_no_answer_breaks_a_check(answer: bytes) -> None:
    for name in GOOD:
        kind = agent(name)
        one = kind.__new__(kind)
        one.host = Cloud()
        one.context = Context("monitor", {})
        if one.whole(answer):  # type: ignore[attr-defined]
            try:
                one.judge("here", answer)  # type: ignore[attr-defined]
            except Failure:
                continue
            assert answer[:1] in (b"+", b"-", b"V", b"C", b"N", b"\x01") or b"ok" in answer


def test_a_redis_that_loads_its_data_is_waited_for_and_one_that_wants_a_login_is_well(cloud: Cloud) -> None:
    redis, place = agent("redis"), ("127.0.0.1", 6379)
    cloud.spoken[place] = b"-LOADING Redis is loading the dataset in memory\r\n"
    done = act(redis, "start", cloud)
    assert done.code == 1
    assert "loading" in done.reason
    cloud.spoken[place] = b"-NOAUTH Authentication required.\r\n"
    assert act(redis, "start", cloud).code == 0
    cloud.spoken[place] = b"-WRONGPASS invalid\r\n-NOAUTH Authentication required.\r\n"
    done = act(redis, "monitor", cloud, depth=10, password="s3cr3t")
    assert done.code == 190
    assert b"s3cr3t" in cloud.asked[-1]
    assert "s3cr3t" not in done.text


def test_a_port_with_a_comment_behind_it_is_read(cloud: Cloud) -> None:
    cloud.files["/etc/mongod.conf"] = "net:\n  port: 27018  # the usual one is taken\n"
    cloud.spoken["127.0.0.1", 27018] = GOOD["mongodb"]
    cloud.install("/usr/bin/mongod", life=daemon(port=27018))
    assert act(agent("mongodb"), "start", cloud).code == 0


@pytest.mark.parametrize(
    "port",
    [
        "-p 11311", "-p11311", "--port=11311", "--port 11311", "-l 127.0.0.1:11311", "-l127.0.0.1:11311,10.0.0.1",
        "--listen=[::1]:11311 -p 7", "-l 127.0.0.1 -p 11311", "-l ::1 -p 11311",
    ],
)  # fmt: skip
def test_memcacheds_port_is_found_in_every_way_to_write_it(cloud: Cloud, port: str) -> None:
    cloud.spoken["127.0.0.1", 11311] = GOOD["memcached"]
    cloud.install("/usr/bin/memcached", life=daemon(port=11311))
    for text, more in ((f"-d\n{port}\n", ""), (f'OPTIONS="-v {port}"\n', ""), ("", f"-v {port}")):
        cloud.files["/etc/memcached.conf"] = text
        assert act(agent("memcached"), "start", cloud, additional_parameters=more).code == 0
        assert act(agent("memcached"), "monitor", cloud, depth=10, additional_parameters=more).code == 0
        assert act(agent("memcached"), "stop", cloud).code == 0


@pytest.mark.parametrize(
    "word", ["-d", "--daemon", "-u x", "-ux", "--user=x", "-P /y", "-P/y", "--pidfile=/y"]
)
def test_what_the_agent_sees_to_itself_is_not_handed_to_memcached(cloud: Cloud, word: str) -> None:
    cloud.files["/etc/memcached.conf"] = f"{word}\n-m 64\n"
    assert act(agent("memcached"), "start", cloud).code == 0
    assert cloud.spawned[-1].argv == ("/usr/bin/memcached", "-m", "64")


def test_options_of_memcached_come_from_debians_file_or_rhels(cloud: Cloud) -> None:
    assert act(agent("memcached"), "start", cloud).code == 0
    assert cloud.spawned[-1].argv == ("/usr/bin/memcached", "-p", "11211", "-m", "64")
    assert act(agent("memcached"), "stop", cloud).code == 0
    cloud.files["/etc/memcached.conf"] = (
        'PORT="11311"\nUSER="memcached"\nCACHESIZE="64"\nOPTIONS="-l 127.0.0.1"\n'
    )
    cloud.spoken["127.0.0.1", 11311] = GOOD["memcached"]
    cloud.install("/usr/bin/memcached", life=daemon(port=11311))
    assert act(agent("memcached"), "start", cloud).code == 0
    assert cloud.spawned[-1].argv[1:] == ("-p", "11311", "-m", "64", "-l", "127.0.0.1")


def test_a_haproxy_without_a_stats_socket_is_only_looked_at(cloud: Cloud) -> None:
    cloud.files["/etc/haproxy/haproxy.cfg"] = "global\n"
    done = act(agent("haproxy"), "start", cloud)
    assert done.code == 0
    assert "no stats socket" in done.text
    assert act(agent("haproxy"), "monitor", cloud, depth=10).code == 0


def test_who_merely_names_a_server_on_its_command_line_is_left_alone(cloud: Cloud) -> None:
    words = ("/bin/bash", "/usr/local/bin/check", "haproxy", "-f", "/etc/haproxy/haproxy.cfg")
    bystander = cloud.run_process(*words, user="root")
    assert act(agent("haproxy"), "stop", cloud).code == 0
    assert cloud.alive(bystander)


def test_the_port_mapper_outlives_the_broker(cloud: Cloud) -> None:
    rabbit = agent("rabbitmq-server")
    assert act(rabbit, "start", cloud, node_name="rabbit@n1").code == 0
    assert cloud.spawned[-1].environment["RABBITMQ_NODENAME"] == "rabbit@n1"
    mark = next(b for b in cloud.bodies.values() if "rabbitmq" in b.command[0]).mark
    mapper = cloud.run_process("/usr/lib/erlang/erts-13.1.5/bin/epmd", "-daemon", user="rabbitmq", mark=mark)
    assert act(rabbit, "stop", cloud).code == 0
    assert cloud.alive(mapper)
    assert act(rabbit, "monitor", cloud).code == 7


def test_a_port_that_speaks_tls_is_only_looked_at(cloud: Cloud) -> None:
    assert act(agent("redis"), "start", cloud, tls="true").code == 0
    assert not cloud.asked


class Scripted:
    """A server that sends some pieces to whoever connects, and then closes or hangs."""

    def __init__(self, listener: socket.socket, pieces: list[Optional[bytes]]) -> None:
        self.listener, self.pieces = listener, pieces
        self.over, self.heard = threading.Event(), b""
        self.thread = threading.Thread(target=self.serve, daemon=True)
        listener.listen()
        self.thread.start()

    def serve(self) -> None:
        """One connection."""
        connection, _ = self.listener.accept()
        with connection:
            self.heard = connection.recv(1024)
            for piece in self.pieces:
                if piece is None:
                    self.over.wait(30)
                else:
                    connection.sendall(piece)


@pytest.fixture(params=["ipv4", "ipv6", "local"])
def listener(
    request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[tuple[socket.socket, tuple[str, int]]]:
    """A socket that accepts connections, and how it is named."""
    family = {"ipv4": socket.AF_INET, "ipv6": socket.AF_INET6, "local": socket.AF_UNIX}[request.param]
    with socket.socket(family) as one:
        if request.param == "local":
            one.bind(str(tmp_path / "s"))
            yield one, (str(tmp_path / "s"), 0)
        else:
            one.bind(("127.0.0.1" if request.param == "ipv4" else "::1", 0))
            yield one, (one.getsockname()[0], one.getsockname()[1])


def ended(answer: bytes) -> bool:
    return answer.endswith(b"\r\n")


def test_an_answer_in_pieces_is_put_together(listener: tuple[socket.socket, tuple[str, int]]) -> None:
    server = Scripted(listener[0], [b"+PO", b"NG\r", b"\n", None])
    assert ask(listener[1], b"PING\r\n", ended, 10) == b"+PONG\r\n"
    server.over.set()
    server.thread.join()
    assert server.heard == b"PING\r\n"


def test_a_server_that_closes_early_has_said_what_it_said(
    listener: tuple[socket.socket, tuple[str, int]],
) -> None:
    Scripted(listener[0], [b"-ERR"])
    assert ask(listener[1], b"PING\r\n", ended, 10) == b"-ERR"


def test_a_server_that_hangs_is_given_up_at_the_deadline(
    listener: tuple[socket.socket, tuple[str, int]],
) -> None:
    server = Scripted(listener[0], [b"+PO", None])
    with pytest.raises(TimeoutError):
        ask(listener[1], b"PING\r\n", ended, 0.2)
    server.over.set()


def test_nobody_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        ask((str(tmp_path / "none"), 0), b"x", ended, 1)
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        with pytest.raises(ConnectionRefusedError):
            ask(("127.0.0.1", unused.getsockname()[1]), b"x", ended, 1)


def holds(cloud: Cloud, name: str, answer: bytes, **parameters: str) -> tuple[bool, list[bytes]]:
    """Whether the plan that a start wrote holds when a server really answers so, and what that heard."""
    assert act(agent(name), "start", cloud, **parameters).code == 0
    kept = plan.load(cloud.read_bytes(f"{RUN}/{INSTANCE}.plan"))
    assert kept
    assert not [value for value in parameters.values() if value in str(kept)]
    ((_, trust, question, good),) = kept["steps"][0]["questions"]
    peer = Peer(answer)
    with closing(peer):
        step = {"questions": [(peer.place, trust, question, good)]}
        told = {f"{plan.PARAMETER}{key}": value for key, value in parameters.items()}
        return plan.said(kept, step, 0.5, told), peer.heard


@pytest.mark.parametrize("name", GOOD)
def test_a_healthy_server_is_told_by_its_plan_alone(cloud: Cloud, name: str) -> None:
    assert holds(cloud, name, GOOD[name])[0]
    for answer in (b"", b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\x00" * 20, GOOD[name][:-1]):
        assert not holds(cloud, name, answer)[0], answer


def test_a_redis_with_a_password_is_told_by_its_plan_that_does_not_hold_it(cloud: Cloud) -> None:
    logged_in = b"+OK\r\n+PONG\r\n"
    cloud.spoken["127.0.0.1", 6379] = logged_in
    well, heard = holds(cloud, "redis", logged_in, password="s3cr3t-ä")
    assert well
    assert b"$9\r\ns3cr3t-\xc3\xa4\r\n" in heard[0]
    for answer in (b"+OK\r\n", GOOD["redis"], b"-WRONGPASS x\r\n-NOAUTH x\r\n", b"+OK\r\n-LOADING x\r\n"):
        assert not holds(cloud, "redis", answer, password="s3cr3t-ä")[0], answer
