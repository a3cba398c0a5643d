"""What a healthy monitor asks by itself, over real connections to scripted servers."""

from __future__ import annotations

import _ssl
import shutil
import subprocess
from contextlib import closing
from typing import TYPE_CHECKING, Any, Optional

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.peer import Peer, certificate

from ocf_agents.system import http, plan
from ocf_agents.system.conversation import framed, trusting
from ocf_agents.system.http import Request

if TYPE_CHECKING:
    from pathlib import Path

WHOLE = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK"
UNTIL_CLOSED = b"HTTP/1.1 200 OK\r\n\r\nOK"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nOK\r\n0\r\n\r\n"
CUT_SHORT = b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nOK"
ERROR = b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n"


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1 and its key."""
    return certificate(tmp_path_factory.mktemp("certificates"))


def holds(
    peer: Peer,
    paths: tuple[str, ...] = ("/",),
    cafile: object = None,
    insecure: bool = False,
    seconds: float = 5.0,
    **request: Any,
) -> bool:
    """Whether a plan holds that asks for these paths and takes 200 for an answer."""
    scheme = "https" if peer.context else "http"
    questions = [
        http.question(
            Request(
                f"{scheme}://127.0.0.1:{peer.place[1]}{path}",
                cafile=str(cafile or ""),
                insecure=insecure,
                **request,
            ),
            (200,),
        )
        for path in paths
    ]
    kept = {"secrets": ["secret"], "token": "/nonexistent", "fingerprint": 0}
    with closing(peer):
        return plan.said(kept, {"questions": questions}, seconds, {"OCF_RESKEY_secret": 'pass"word'})


@pytest.mark.parametrize("answer", [WHOLE, UNTIL_CLOSED, CHUNKED, b"HTTP/1.0 200\r\n\r\n"])
def test_a_whole_answer_is_well(answer: bytes) -> None:
    assert holds(Peer(answer))


@pytest.mark.parametrize(
    "answer", [b"", ERROR, CUT_SHORT, CHUNKED[:-7], b"HTTP/1.1 200 OK\r\n", b"+PONG\r\n", b"x" * 100_000]
)
def test_anything_else_is_not_as_planned(answer: bytes) -> None:
    assert not holds(Peer(answer))


def test_one_error_among_good_answers_is_not_as_planned() -> None:
    assert not holds(Peer(WHOLE, ERROR, of=2), ("/", "/v3"))
    assert not holds(Peer(ERROR, WHOLE, of=2), ("/", "/v3"))


def test_a_connection_serves_as_long_as_the_server_keeps_it(files: tuple[Path, Path]) -> None:
    for used in (None, files):
        kept = Peer(WHOLE, CHUNKED, WHOLE, of=3, files=used)
        assert holds(kept, ("/", "/v3", "/x"), files[0])
        assert kept.connections == 1


@pytest.mark.parametrize("answer", [WHOLE, UNTIL_CLOSED])
def test_a_server_that_closes_is_asked_over_a_new_connection(files: tuple[Path, Path], answer: bytes) -> None:
    for used in (None, files):
        closing_one = Peer(answer, answer, files=used)
        assert holds(closing_one, ("/", "/v3"), files[0])
        assert closing_one.connections == 2
        assert [heard.split()[1] for heard in closing_one.heard] == [b"/", b"/v3"]


def test_a_server_that_hangs_is_left_at_the_deadline(files: tuple[Path, Path]) -> None:
    for used in (None, files):
        assert not holds(
            Peer(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n", b"", of=2, files=used), seconds=0.2
        )


def test_a_certificate_counts_only_if_it_is_trusted_and_for_this_name(
    files: tuple[Path, Path], tmp_path: Path
) -> None:
    stranger = certificate(tmp_path, "DNS:other.example")
    assert holds(Peer(WHOLE, files=files), cafile=files[0])
    assert not holds(Peer(WHOLE, files=files)), "the system does not know it"
    assert not holds(Peer(WHOLE, files=files), cafile=stranger[0])
    assert not holds(Peer(WHOLE, files=files), cafile=tmp_path / "missing.pem")
    assert not holds(Peer(WHOLE, files=stranger), cafile=stranger[0]), "it is for another name"
    assert holds(Peer(WHOLE, files=stranger), insecure=True)
    assert not holds(Peer(WHOLE), ("/",), files[0], seconds=0.0)


@pytest.fixture
def system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The directory of certificates that the system trusts, with nothing in it, and no bundle."""
    monkeypatch.setattr(_ssl, "get_default_verify_paths", lambda: ("", "", "", str(tmp_path)))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "bundle.pem"))
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))
    return tmp_path


def test_the_systems_certificates_are_looked_up_one_by_one(files: tuple[Path, Path], system: Path) -> None:
    command = ["openssl", "x509", "-noout", "-hash", "-in", str(files[0])]
    name = subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
    shutil.copy(files[0], system / f"{name}.0")
    shutil.copy(files[0], system / "bundle.pem")
    assert trusting("", insecure=False).cert_store_stats()["x509"] == 0, "the bundle is not read"
    peer = Peer(WHOLE, WHOLE, files=files)
    assert holds(peer, ("/", "/v3"))
    assert peer.connections == 2


def test_whom_the_systems_bundle_alone_holds_is_trusted_too(files: tuple[Path, Path], system: Path) -> None:
    assert not holds(Peer(WHOLE, files=files))
    shutil.copy(files[0], system / "bundle.pem")
    peer = Peer(WHOLE, WHOLE, files=files)
    assert holds(peer, ("/", "/v3"))
    assert peer.connections == 3, "the bundle is read once"


def test_a_secret_arrives_in_the_notation_around_it() -> None:
    peer = Peer(WHOLE)
    assert holds(peer, body='{"password":"@secret@"}')
    head, _, body = peer.heard[0].partition(b"\r\n\r\n")
    assert body == b'{"password":"pass\\"word"}'
    assert b"Content-Length: %d\r\n" % len(body) in head + b"\r\n"
    kept = {"secrets": ["secret"], "token": "", "fingerprint": 0}
    told = plan.filled(kept, b"$8\r\n@secret@\r\n", {"OCF_RESKEY_secret": "ä@secret@"})
    assert told == b"$10\r\n\xc3\xa4@secret@\r\n"


def test_without_a_token_nothing_is_asked_with_one() -> None:
    peer = Peer(WHOLE)
    assert not holds(peer, token=plan.TOKEN.decode())
    assert not peer.heard


@given(st.binary(max_size=80), st.booleans())
def test_no_answer_breaks_the_reading_of_http(text: bytes, ended: bool) -> None:
    if not text.lower().count(b"content-length"):
        assert framed(text, ended) in (True, False)


@given(st.binary(max_size=30), st.binary(max_size=4), st.integers(0, 8))
def test_what_is_settled_stays_settled(text: bytes, start: bytes, offset: int) -> None:
    good: tuple[int, tuple[bytes, ...], bytes, Optional[bytes]] = (offset, (start, b"+PONG"), b"", b"\r\n")
    if plan.settled(good, text) and not plan.fits(good, text):
        assert not any(plan.fits(good, text + more) for more in (b"\r\n", start, b"+PONG\r\n", bytes(20)))
