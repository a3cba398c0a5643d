"""What travels between servers is encrypted where that is asked for, or does not travel."""

from __future__ import annotations

import ssl
from typing import Any

import pytest
from database import Cluster, settle
from scripted import Fault, Script, talk, usual

from ocf_agents.mysql import peer
from ocf_agents.mysql.dialect import version
from ocf_agents.mysql.encryption import Encryption
from ocf_agents.mysql.peer import Source, TurnedAway, ask_peer
from ocf_agents.system.errors import Refused

VERSIONS = ("10.11.19-MariaDB", "5.7.44", "8.0.36", "9.7.4")
FILES = Encryption("/etc/mysql/it's ca.pem", "/etc/mysql/cert.pem", "/etc/mysql/key.pem")
PASSWORD = "s3cret"


def source(encryption: Encryption | None) -> Source:
    return Source("10.0.0.3", 3306, "repl_user", PASSWORD, encryption)


class Connected(Script):
    """A server whose answers come over TLS, or not, and what the driver was told to do about that."""

    def __init__(self, cipher: str) -> None:
        super().__init__(self.answered)
        self.cipher = cipher
        self.wishes: dict[str, Any] = {}

    def connect(self, **wishes: Any) -> Script:
        self.wishes = wishes
        return self

    def answered(self, statement: str, values: tuple[Any, ...]) -> list[tuple[Any, ...]]:
        return [("Ssl_cipher", self.cipher)] if "Ssl_cipher" in statement else usual(statement, values)


def asked(monkeypatch: pytest.MonkeyPatch, encryption: Encryption | None, cipher: str = "") -> Connected:
    server = Connected(cipher)
    monkeypatch.setattr(peer, "import_driver", lambda *_, **__: server)
    ask_peer(source(encryption), version(VERSIONS[0]), 5.0)
    return server


@pytest.mark.parametrize("text", VERSIONS)
def test_a_replica_is_told_to_encrypt_and_with_what(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    server, script = talk(monkeypatch, text)
    server.follow(source(FILES))
    assert "_SSL = 1" in script.change
    assert "_SSL_CA = '/etc/mysql/it''s ca.pem'" in script.change
    assert "_SSL_KEY = '/etc/mysql/key.pem'" in script.change
    assert "GET_SOURCE_PUBLIC_KEY" not in script.change


def test_a_percent_sign_in_a_path_or_an_option_is_none_of_the_drivers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    server, script = talk(monkeypatch, VERSIONS[0])
    more = "MASTER_BIND='fe80::1%eth0'"
    server.follow(Source("10.0.0.3", 3306, "repl_user", PASSWORD, Encryption("/etc/100%/ca.pem"), more))
    (values,) = [values for told, values in script.told if told == script.change]
    sent = script.change % tuple(map(repr, values))
    assert "_SSL_CA = '/etc/100%/ca.pem'" in sent
    assert sent.endswith(more)


@pytest.mark.parametrize("text", VERSIONS)
def test_nothing_is_said_of_encryption_where_nobody_asked_for_it(
    monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    server, script = talk(monkeypatch, text)
    server.follow(source(None))
    assert "SSL" not in script.change
    assert asked(monkeypatch, None).wishes["ssl"] is None


def test_a_primary_is_asked_as_its_replicas_connect(monkeypatch: pytest.MonkeyPatch) -> None:
    files = {"ca": FILES.ca, "cert": FILES.certificate, "key": FILES.key}
    assert asked(monkeypatch, FILES, "TLS_AES_256_GCM_SHA384").wishes["ssl"] == {
        "check_hostname": False,
        **files,
    }
    assert asked(monkeypatch, Encryption(), "TLS_AES_256_GCM_SHA384").wishes["ssl"] == {
        "check_hostname": False
    }


def test_a_server_that_offers_no_encryption_is_not_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(TurnedAway, match=r"10\.0\.0\.3 port 3306: offers no TLS; give that server ssl_cert="):
        asked(monkeypatch, FILES)


@pytest.mark.parametrize(("number", "lasts"), [(1045, True), (1130, True), (2003, False), (1040, False)])
def test_only_a_refusal_that_does_not_change_by_itself_counts_as_one(
    monkeypatch: pytest.MonkeyPatch, number: int, lasts: bool
) -> None:
    class Refusing(Script):
        def connect(self, **_: Any) -> Script:
            raise Fault(number, "no")

    monkeypatch.setattr(peer, "import_driver", lambda *_, **__: Refusing())
    with pytest.raises(Refused) as refused:
        ask_peer(source(None), version(VERSIONS[0]), 5.0)
    assert isinstance(refused.value, TurnedAway) == lasts


def test_a_certificate_that_is_not_trusted_and_a_file_that_is_not_there_are_such_refusals(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    untrusted = Fault(2003, "Can't connect")
    untrusted.original_exception = ssl.SSLCertVerificationError(1, "unknown ca")  # type: ignore[attr-defined]
    lacking = FileNotFoundError(2, "No such file or directory")

    class Failing(Script):
        faults = iter((untrusted, lacking))

        def connect(self, **_: Any) -> Script:
            raise next(self.faults)

    monkeypatch.setattr(peer, "import_driver", lambda *_, **__: Failing())
    for said in (r"10\.0\.0\.3 port 3306: 2003", r"/etc/mysql/cert\.pem .*: No such file"):
        with pytest.raises(TurnedAway, match=said):
            ask_peer(source(FILES), version(VERSIONS[0]), 5.0)


def test_a_replica_that_the_primary_turns_away_says_so_until_it_is_let_in(
    whole: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise TurnedAway("10.0.0.1 port 3306: 1045 Access denied for user 'repl_user'@'10.0.0.2'")

    replica = whole.nodes["n2"]
    replica.server.source = ""
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(peer, "ask_peer", refuse)
        seen = replica.monitor()
        assert (seen.code, replica.score) == (190, None)
        assert "follows nobody: n1 turns repl_user away: 10.0.0.1 port 3306: 1045" in seen.reason
    settle(whole)
    assert (replica.monitor().code, replica.score) == (0, "1000")
