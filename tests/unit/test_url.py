"""URLs: taken apart, put together, and refused with a reason."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocf_agents.system.url import Url, port_in, split, unversioned


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("http://h", Url("http", "h", 80)),
        ("https://h", Url("https", "h", 443)),
        ("HTTP://h:5000", Url("http", "h", 5000)),
        ("http://h:5000/v2.0/", Url("http", "h", 5000, "/v2.0/")),
        ("http://10.0.0.1:1/a?b=c#d", Url("http", "10.0.0.1", 1, "/a?b=c#d")),
        ("http://[::1]:5000/v3", Url("http", "::1", 5000, "/v3")),
        ("https://[fe80::1]", Url("https", "fe80::1", 443)),
        ("http://h:/x", Url("http", "h", 80, "/x")),
    ],
)
def test_a_url_is_taken_apart(text: str, url: Url) -> None:
    assert split(text) == url


@pytest.mark.parametrize(
    "text",
    [
        "", "h", "//h", "ftp://h", "http:/h", "http://", "http:///x", "http://:80", "http://h:0",
        "http://h:65536", "http://h:x", "http://h:-1", "http://h:8 0", "http://u:p@h", "http://[::1",
        "http://[::1]x", "http://h/a b", 'http://h/"', "http://h/$(x)", "http://h/`x`", "http://hü/",
        "http://h:00655360", "http://h:" + "0" * 5 + "9" * 20, "http://h:" + "9" * 5000,
        "http://h?x=1", "http://h#x",
    ],
)  # fmt: skip
def test_what_is_no_http_address_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"^(is|has|holds|names) "):
        split(text)


@pytest.mark.parametrize(
    ("text", "port"),
    [("1", 1), ("65535", 65535), ("00080", 80), ("0", 0), ("65536", 0), ("065535999", 0), ("", 0), ("-1", 0), ("٣", 0)],
)  # fmt: skip
def test_a_text_is_a_port_or_it_is_none(text: str, port: int) -> None:
    assert port_in(text) == port


@pytest.mark.parametrize(
    ("path", "prefix"),
    [
        ("", ""), ("/", ""), ("/v3", ""), ("/v2.0/", ""), ("/v2.0/tokens", ""), ("/v2.1/$(tenant_id)s", ""),
        ("/identity", "/identity"), ("/identity/", "/identity"), ("/identity/v3/", "/identity"),
        ("/a/vault/v1/x", "/a/vault"), ("/v", "/v"),
    ],
)  # fmt: skip
def test_what_stands_before_the_version_in_a_path_is_its_prefix(path: str, prefix: str) -> None:
    assert unversioned(path) == prefix


def test_a_login_in_a_url_is_refused_and_not_repeated() -> None:
    with pytest.raises(ValueError, match="login") as caught:
        split("http://admin:hunter2@h/")
    assert "hunter2" not in str(caught.value)


@given(
    scheme=st.sampled_from(["http", "https"]),
    host=st.sampled_from(["h", "a-b.example", "127.0.0.1", "::1", "fe80::1"]),
    port=st.integers(1, 65535),
    path=st.sampled_from(["", "/", "/v3", "/identity/v3/"]),
)
def test_a_url_that_is_written_and_read_again_is_the_same(
    scheme: str, host: str, port: int, path: str
) -> None:
    url = Url(scheme, host, port, path)
    assert split(str(url)) == url
    assert str(url) == url.root + path


@given(st.text())
def test_any_text_is_a_url_or_a_value_error(text: str) -> None:
    for candidate in (text, "http://" + text, "http://h:" + text):
        try:
            url = split(candidate)
        except ValueError:
            continue
        assert 1 <= url.port <= 65535
        assert url.host
