"""What the services' own configurations say: the format of oslo.config, and URLs of brokers and databases."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.cloud import Cloud

from ocf_agents.system.oslo import Configuration, Peer, merge, plain, read, servers


def parsed(text: str) -> Configuration:
    options: dict[str, dict[str, str]] = {}
    merge(options, text)
    return Configuration(options)


@pytest.mark.parametrize(
    ("url", "peers"),
    [
        ("rabbit://u:p@10.0.0.5:5672/", [("10.0.0.5", 5672)]),
        ("rabbit://u:p@10.0.0.5", [("10.0.0.5", 5672)]),
        ("rabbit://u:p@a:5671,u:p@b:5673/vhost?ssl=1", [("a", 5671), ("b", 5673)]),
        ("rabbit://u:p@[2001:db8::5]:5672,u:p@[::1]/", [("2001:db8::5", 5672), ("::1", 5672)]),
        ("rabbit://u:p%40s%2Fs%3A@host:15672//", [("host", 15672)]),
        ("kombu+rabbit://:@h/", []),
        ("rabbit+tls://u@h:1/", [("h", 1)]),
        ("mysql+pymysql://n:s@10.0.0.9/nova?charset=utf8", [("10.0.0.9", 3306)]),
        ("mysql://n:s@db:33060/x", [("db", 33060)]),
        ("postgresql+psycopg2://n@db/x", [("db", 5432)]),
        ("mysql+pymysql://n:s@localhost/x?unix_socket=/run/mysqld.sock", []),
        ("sqlite:////var/lib/x.db", []),
        ("fake://", []),
        ("", []),
        ("nonsense", []),
    ],
)
def test_a_url_names_its_servers(url: str, peers: list[tuple[str, int]]) -> None:
    if url.startswith("kombu+"):
        peers = [("h", 5672)]
    assert servers(url) == tuple(Peer(*one) for one in peers)


@given(st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=20))
def test_percent_encoding_is_undone(text: str) -> None:
    encoded = "".join(f"%{byte:02x}" for byte in text.encode())
    assert plain(encoded) == text


HOSTS = st.from_regex(r"[a-z][a-z0-9-]{0,10}(\.[a-z]{2,3})?", fullmatch=True) | st.ip_addresses().map(str)
PASSWORDS = st.text(
    "abcXYZ019-._~!$&'()*+;=", max_size=8
)  # what a URL may hold unencoded in its login, but for the separators


@given(st.lists(st.tuples(HOSTS, st.integers(1, 65535), PASSWORDS), min_size=1, max_size=4))
def test_every_host_of_a_transport_url_is_found(hosts: list[tuple[str, int, str]]) -> None:
    told = [
        f"user:{password}@{f'[{host}]' if ':' in host else host}:{port}" for host, port, password in hosts
    ]
    found = servers(f"rabbit://{','.join(told)}/v")
    assert found == tuple(dict.fromkeys(Peer(host, port) for host, port, _ in hosts))


@given(st.text(max_size=200))
def test_no_text_breaks_the_parser(text: str) -> None:
    configuration = parsed(text)
    configuration.brokers()
    configuration.databases()
    servers(text)


def test_sections_comments_and_continued_values_are_understood() -> None:
    configuration = parsed(
        "# a comment\n[DEFAULT]\ntransport_url = rabbit://u:p@a:5672,\n    u:p@b:5672/\n"
        "; another\n\n[database]\nconnection: mysql://n:p=q:r@db/x\nquoted = 'a b'\n[empty]\n"
    )
    assert configuration.brokers() == (Peer("a", 5672), Peer("b", 5672))
    assert configuration.databases() == (Peer("db", 3306),)
    assert configuration.value("database", "quoted") == "a b"
    assert configuration.value("nowhere", "x", default="y") == "y"


@pytest.mark.parametrize(
    ("url", "peers"),
    [
        ("mysql+pymysql://n:pa/ss@10.0.0.9:3307/nova", [("10.0.0.9", 3307)]),
        ("mysql+pymysql://n:pa?ss@10.0.0.9:3307/nova", [("10.0.0.9", 3307)]),
        ("mysql+pymysql://n:p,ss@10.0.0.9/nova", [("10.0.0.9", 3306)]),
        ("mysql+pymysql://10.0.0.9/nova?ssl_ca=/etc/a@b,c", [("10.0.0.9", 3306)]),
        ("mysql://n:p@localhost/nova", []),
        ("mysql+mysqldb://n:p@localhost:3306/nova", []),
        ("mysql+pymysql://n:p@localhost/nova", [("localhost", 3306)]),
    ],
)
def test_a_database_is_where_its_driver_looks_for_it(url: str, peers: list[tuple[str, int]]) -> None:
    assert parsed(f"[database]\nconnection = {url}\n").databases() == tuple(Peer(*one) for one in peers)


def test_a_value_may_begin_on_the_line_below_its_name() -> None:
    told = "[DEFAULT]\ntransport_url =\n    rabbit://u:p@a:5673,\n    u:p@b\n"
    assert parsed(told).brokers() == (Peer("a", 5673), Peer("b", 5672))


def test_an_empty_line_ends_a_continued_value() -> None:
    assert parsed("[a]\nx = 1\n\n  2\n").value("a", "x") == "1"


def test_references_are_resolved_and_loops_end() -> None:
    configuration = parsed(
        "[DEFAULT]\nhost = h\nurl = rabbit://u@$host/${a.b}$a.b/$$x\nme = $me\n[a]\nb = v\n"
    )
    assert configuration.value("DEFAULT", "url").startswith("rabbit://u@h/vv/")
    assert "$me" in configuration.value("DEFAULT", "me")


def test_a_later_file_wins_and_directories_come_before_files() -> None:
    world = Cloud()
    world.files |= {
        "/etc/nova/nova.conf": "[database]\nconnection = mysql://n@second/x\n",
        "/etc/nova/nova.conf.d/10.conf": "[DEFAULT]\ntransport_url = rabbit://a\n[database]\nconnection = mysql://first/x\n",
        "/etc/nova/nova.conf.d/20.conf": "[DEFAULT]\ntransport_url = rabbit://b\n",
        "/etc/nova/nova.conf.d/ignored": "[DEFAULT]\ntransport_url = rabbit://c\n",
    }
    found = read(world, ["/etc/nova/nova.conf", "/etc/none.conf"], ["/etc/nova/nova.conf.d", "/none"])
    assert found.brokers() == (Peer("b", 5672),)
    assert found.databases() == (Peer("second", 3306),)
    last = read(world, ["/etc/nova/nova.conf", "/etc/nova/nova.conf.d/"])
    assert last.databases() == (Peer("first", 3306),)


def test_the_options_of_old_releases_are_known() -> None:
    old = parsed("--rabbit_host=10.0.0.5\n--sql_connection=mysql://nova:p@10.0.0.9/nova\n--verbose\n")
    assert old.brokers() == (Peer("10.0.0.5", 5672),)
    assert old.databases() == (Peer("10.0.0.9", 3306),)
    several = parsed("[DEFAULT]\nrabbit_hosts = a:5673, b\nrabbit_port = 5699\n")
    assert several.brokers() == (Peer("a", 5673), Peer("b", 5699))
    assert parsed("[DEFAULT]\nrpc_backend = nova.rpc.impl_fake\n").brokers() == ()
    assert parsed("").brokers() == (Peer("", 5672),)
    assert parsed("").databases() == ()
