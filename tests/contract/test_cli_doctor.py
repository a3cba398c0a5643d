"""`ocf-agents doctor` says what is not ready on this node, and how it gets so."""

from __future__ import annotations

import json
import os
import socket
import sys
from contextlib import closing
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from support.command import called, typed
from support.peer import Peer, certificate

from ocf_agents.cib import crm
from ocf_agents.readiness import databases, endpoints, files
from ocf_agents.readiness.endpoints import Endpoint
from ocf_agents.readiness.site import site
from ocf_agents.system.host import Account

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ocf_agents.readiness.site import Placed


def asked(text: str, *looks: str) -> dict[str, dict[str, Any]]:
    """The lines by what they are about."""
    said = called("doctor", "-", "--json", *(word for look in looks for word in ("--only", look)), stdin=text)
    assert said.err == ""
    told = {one["subject"]: one for one in json.loads(said.out)}
    assert said.code == int(any(one["status"] == "fault" for one in told.values()))
    return told


def test_what_a_resource_lacks_here_is_a_fault_with_a_way_out() -> None:
    said = typed(
        "doctor", "-", "--only", "programs",
        stdin="primitive cache ocf:openstack:memcached params binary=/nowhere/memcached config=/dev/null user=root",
    )  # fmt: skip
    assert (said.code, said.err) == (1, "")
    first, way = said.out.splitlines()
    assert first.startswith("fault    programs      cache: config=/dev/null: no such file on this node")
    assert way.strip() == "way out: ocf-agents check --resource cache"


@pytest.mark.parametrize("look", [[], ["configuration"], ["ports"], ["database"]], ids=str)
def test_a_parameter_that_makes_no_sense_is_a_fault_and_the_others_are_looked_at_all_the_same(
    look: list[str],
) -> None:
    text = (
        "primitive k ocf:openstack:keystone params config=relative\n"
        "primitive m ocf:openstack:mysql params replication_port=abc\n"
        "primitive cache ocf:openstack:memcached params port=1 config=/nowhere\n"
    )
    told = asked(text, *look)
    assert (told["k"]["look"], told["k"]["status"]) == ("programs", "fault")
    assert told["k"]["fact"] == "config='relative': is not an absolute path"
    assert told["m"]["fact"] == "replication_port='abc': is not a whole number"
    assert "cache" in told or look in (["configuration"], ["database"])


def test_a_password_with_a_slash_is_read_as_the_service_reads_it_and_never_shown(tmp_path: Path) -> None:
    file = tmp_path / "keystone.conf"
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        file.write_text(f"[database]\nconnection = mysql+pymysql://k:sesa/me@127.0.0.1:{port}/k\n")
        told = asked(f"primitive k ocf:openstack:nova-conductor params config={file}", "database")["k"]
    assert told["fact"].startswith("k at 127.0.0.1: no database answers")
    assert "sesa" not in str(told)


def test_a_port_that_a_stranger_holds_is_a_fault_and_a_free_one_is_not() -> None:
    with socket.socket() as stranger:
        stranger.bind(("127.0.0.1", 0))
        stranger.listen()
        port = stranger.getsockname()[1]
        text = f"primitive cache ocf:openstack:memcached params port={port} config=/nowhere"
        held = asked(text, "ports")["cache"]
    assert held["status"] == "fault"
    assert f"(pid {os.getpid()})" in held["fact"]
    assert asked(text, "ports")["cache"]["fact"] == f"port {port} is free"


def test_a_missing_library_is_one_clear_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psutil", None)
    told = asked("primitive cache ocf:openstack:memcached", "ports")
    assert told["ports"] == {
        "look": "ports",
        "status": "warning",
        "subject": "ports",
        "fact": "psutil is not installed, so who holds them was not looked at",
        "remedy": "install python3-psutil, or pip install ocf-agents[tools]",
    }


def test_a_configuration_that_the_services_user_cannot_read_is_found(tmp_path: Path) -> None:
    file = tmp_path / "service.conf"
    file.touch(0o640)
    nobody = Account("nobody", 65534, 65534, "/")
    assert not files.may_read(str(file), nobody)
    assert files.may_read(str(file), Account("root", 0, 0, "/root"))
    assert files.may_read("/etc/passwd", nobody)


def test_a_password_is_checked_against_its_sum_and_never_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "SECRETS", str(tmp_path))
    kept = tmp_path / "k" / "os_password"
    assert files.password("k/os_password").fact == "its password is not on this node"
    kept.parent.mkdir()
    kept.write_text("sesame\n")
    kept.chmod(0o600)
    kept.with_name("os_password.sign").write_text("0" * 32)
    line = files.password("k/os_password")
    assert (line.status, "sesame" in str(line)) == ("fault", False)
    kept.with_name("os_password.sign").write_text("c8dae1c50e092f3d877192fc555b1dcf\n")
    assert files.password("k/os_password").status == "ok"
    kept.chmod(0o644)
    assert files.password("k/os_password").remedy == f"chmod 600 {kept}"


@pytest.mark.parametrize(
    ("url", "status"),
    [
        ("http://127.0.0.1:5000/v3", "ok"),
        ("http://127.0.0.2:5000/v3", "warning"),
        ("http://nowhere.invalid/", "fault"),
    ],
)
def test_an_endpoint_leads_to_a_virtual_address(url: str, status: str) -> None:
    here = site(crm.read("primitive ip IPaddr2 params ip=127.0.0.1"))
    assert endpoints.leads(here, Endpoint("keystone", "public", url), {"127.0.0.1"}).status == status


@pytest.mark.parametrize(
    ("status", "text", "verdict"),
    [
        (200, "OK", "ok"),
        (404, "", "ok"),
        (503, "DISABLED BY FILE", "warning"),
        (500, "", "fault"),
        (503, "", "fault"),
    ],
)
def test_what_an_endpoint_answers_is_judged(status: int, text: str, verdict: str) -> None:
    assert endpoints.judged("keystone", "http://x/healthcheck", status, text).status == verdict


@pytest.mark.parametrize(
    ("url", "asked"),
    [
        ("http://vip:5000/v3/", "http://vip:5000/healthcheck"),
        ("http://vip:9292", "http://vip:9292/healthcheck"),
        ("http://vip:8004/v1/%(tenant_id)s", "http://vip:8004/healthcheck"),
        ("http://vip/identity", "http://vip/identity/healthcheck"),
        ("https://[fd00::9]/compute/v2.1", "https://[fd00::9]/compute/healthcheck"),
    ],
)
def test_an_endpoint_is_asked_for_its_health_below_its_own_path(url: str, asked: str) -> None:
    assert endpoints.healthcheck(url) == asked


@pytest.mark.long
@pytest.mark.filterwarnings("ignore:Unverified HTTPS request")
def test_an_endpoints_certificate_is_checked_against_what_the_login_trusts(tmp_path: Path) -> None:
    pair = certificate(tmp_path)
    for given, status in ((f"os_cacert={pair[0]}", "ok"), ("insecure=true", "ok"), ("", "fault")):
        text = f"primitive k ocf:openstack:keystone params os_username=monitor {given}"
        (login,) = site(crm.read(text)).placed
        with closing(Peer(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK", files=pair)) as peer:
            found = [Endpoint("keystone", "public", f"https://127.0.0.1:{peer.place[1]}/v3")]
            (line,) = endpoints.answers(found, endpoints.direct(login))
        assert line.status == status, line


def reply(body: object, status: str = "200 OK", *headers: str) -> bytes:
    """An answer over HTTP, after which the connection is closed."""
    told = json.dumps(body)
    lines = (f"HTTP/1.1 {status}", *headers, "Connection: close", f"Content-Length: {len(told)}", "", told)
    return "\r\n".join(lines).encode()


@pytest.fixture
def proxy(monkeypatch: pytest.MonkeyPatch) -> Iterator[Peer]:
    """The proxy that the shell names."""
    with closing(Peer(reply({}))) as peer:
        monkeypatch.setenv("no_proxy", "")
        monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{peer.place[1]}")
        yield peer


def keystone_at(peer: Peer) -> tuple[Placed, str]:
    """A Keystone with a login there, and its URL."""
    url = f"http://127.0.0.1:{peer.place[1]}/v3"
    text = f"primitive k ocf:openstack:keystone params os_username=monitor os_auth_url={url}"
    return site(crm.read(text)).placed[0], url


def test_no_proxy_of_the_shell_stands_between_doctor_and_an_endpoint(proxy: Peer) -> None:
    with closing(Peer(reply({}))) as peer:
        login, url = keystone_at(peer)
        (line,) = endpoints.answers([Endpoint("keystone", "public", url)], endpoints.direct(login))
    assert line.status == "ok"
    assert (len(peer.heard), proxy.heard) == (1, [])


@pytest.mark.long  # keystoneclient takes its time to load
def test_no_proxy_of_the_shell_stands_between_doctor_and_the_catalogue(proxy: Peer) -> None:
    answers = [
        reply({"token": {"expires_at": "2100-01-01T00:00:00Z"}}, "201 CREATED", "X-Subject-Token: gAAAA"),
        reply({"services": [{"id": "1", "name": "glance", "type": "image"}]}),
        reply({"endpoints": [{"id": "2", "service_id": "1", "interface": "public", "url": "http://x:9292"}]}),
    ]
    with closing(Peer(*answers)) as peer:
        login, _ = keystone_at(peer)
        found = endpoints.endpoints(login, endpoints.direct(login))
    assert (found, proxy.heard) == ([Endpoint("glance", "public", "http://x:9292")], [])


def answers(*told: str) -> Any:
    """A driver whose server has one row for each statement."""
    rows = iter(told)
    cursor = SimpleNamespace(execute=lambda _statement: None, fetchall=lambda: [(next(rows),)])
    connection = SimpleNamespace(cursor=lambda: cursor, close=lambda: None)
    return SimpleNamespace(connect=lambda **_login: connection, err=SimpleNamespace(MySQLError=OSError))


@pytest.mark.parametrize(
    ("version", "status"), [("11.8.6-MariaDB", "ok"), ("home-made", "fault"), ("", "fault")], ids=str
)
def test_a_server_that_hides_its_version_is_named(version: str, status: str) -> None:
    text = "primitive m ocf:openstack:mysql params replication_user=repl_user replication_passwd=x"
    placed = site(crm.read(text)).placed[0]
    line = databases.replication(answers(version, "GRANT ALL PRIVILEGES ON *.* TO repl_user"), placed)
    assert line.status == status
    assert (repr(version) + " names no version" in line.fact) == (status == "fault")


def test_a_clock_that_differs_is_a_fault() -> None:
    (line,) = endpoints.skew("keystone", "Mon, 01 Jan 2001 00:00:00 GMT")
    assert line.status == "fault"
    assert list(endpoints.skew("keystone", "")) == []


def test_without_a_cluster_or_a_file_there_is_nothing_to_go_by() -> None:
    said = called("doctor")
    assert said.code == 2
    assert said.err.count("\n") == 1
