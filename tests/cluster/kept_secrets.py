"""Passwords where cibsecret keeps them, which would copy them to the other nodes over ssh."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ocf_agents.lab import Lab

SECRETS = "/var/lib/pacemaker/lrm/secrets"


def keep_secret(lab: Lab, passwords: Mapping[tuple[str, str], str]) -> None:
    """Every node has the passwords of resources and parameters where cibsecret keeps them."""
    for node in lab.nodes:
        for (resource, name), value in passwords.items():
            path = f"{SECRETS}/{resource}/{name}"
            node.write(path, value + "\n", mode=0o600)
            node.write(f"{path}.sign", hashlib.md5(value.encode()).hexdigest() + "\n", mode=0o600)
