"""Which addresses are a node's own, as its kernel routes to them."""

from __future__ import annotations

import pytest

from ocf_agents.system.addresses import local


@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
def test_the_loopback_is_here(address: str) -> None:
    assert local(address)


@pytest.mark.parametrize(
    "address", ["192.0.2.254", "2001:db8::7", "database.example.org", "", "10.0.0", "256.1.1.1"]
)
def test_what_is_elsewhere_or_no_address_is_not_here(address: str) -> None:
    assert not local(address)
