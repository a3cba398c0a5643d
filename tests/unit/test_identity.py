"""Logins at Keystone: the address, the request, the catalogue."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocf_agents.system.identity import Login
from ocf_agents.system.url import split

ANYTHING = st.text(st.characters(exclude_categories=(), exclude_characters="\0"), min_size=1)


def login(url: str = "http://h:5000", **more: str) -> Login:
    """A login at this address."""
    return Login(split(url), **{"username": "monitor", "password": "secret", **more})


@pytest.mark.parametrize(
    ("url", "endpoint"),
    [
        ("http://clusterkeystone:5000/v2.0/", "http://clusterkeystone:5000/v3"),
        ("http://h:5000/v2.0", "http://h:5000/v3"),
        ("http://h:5000/v2.0/tokens", "http://h:5000/v3"),
        ("http://h:5000/v3", "http://h:5000/v3"),
        ("http://h:5000/v3/", "http://h:5000/v3"),
        ("http://h:5000/v3/auth/tokens", "http://h:5000/v3"),
        ("http://h:5000", "http://h:5000/v3"),
        ("http://h:5000/", "http://h:5000/v3"),
        ("https://h/identity", "https://h:443/identity/v3"),
        ("https://h/identity/v3/", "https://h:443/identity/v3"),
        ("https://h/identity/v2.0/tokens", "https://h:443/identity/v3"),
        ("http://[::1]:35357/v2.0", "http://[::1]:35357/v3"),
    ],
)
def test_whatever_version_a_url_names_the_third_is_asked(url: str, endpoint: str) -> None:
    assert login(url).endpoint == endpoint
    assert login(url).request.url == f"{endpoint}/auth/tokens"


def test_an_url_of_old_is_known_as_such() -> None:
    assert login("http://h/v2.0").old
    assert not login("http://h/v3").old


@given(username=ANYTHING, password=ANYTHING, project=ANYTHING, domain=ANYTHING)
def test_no_value_can_break_out_of_the_request(
    username: str, password: str, project: str, domain: str
) -> None:
    request = Login(split("http://h"), username, password, project, domain, domain).request
    assert json.loads(request.body) == {
        "auth": {
            "identity": {
                "methods": ["password"],
                "password": {"user": {"name": username, "password": password, "domain": {"name": domain}}},
            },
            "scope": {"project": {"name": project, "domain": {"name": domain}}},
        }
    }


def test_without_a_project_the_token_has_no_scope() -> None:
    assert "scope" not in json.loads(login().request.body)["auth"]


def test_the_trust_settings_go_with_the_request() -> None:
    request = Login(split("https://h"), "u", "p", cafile="/ca.pem", insecure=True).request
    assert (request.cafile, request.insecure) == ("/ca.pem", True)


@pytest.mark.parametrize("separators", [(",", ":"), (", ", ": ")])
def test_a_region_is_looked_for_in_the_catalogue(separators: tuple[str, str]) -> None:
    body = json.dumps({"token": {"catalog": [{"endpoints": [{"region": 'a"ä'}]}]}}, separators=separators)
    assert login(region="").offers_region(body)
    assert not login(region="b").offers_region(body)
    assert not login(region="a").offers_region(body)


@pytest.mark.parametrize("separators", [(",", ":"), (", ", ": ")])
@pytest.mark.parametrize("name", ["RegionOne", 'a"b', "München"])
def test_a_region_is_found_however_keystone_writes_it(separators: tuple[str, str], name: str) -> None:
    body = json.dumps({"token": {"catalog": [{"endpoints": [{"region": name}]}]}}, separators=separators)
    assert login(region=name).offers_region(body)
