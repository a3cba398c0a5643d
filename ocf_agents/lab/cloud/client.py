"""The operator's own client, openstackclient, beside the nodes."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from .. import keystone
from ..commands import complaint
from ..errors import LabError

if TYPE_CHECKING:
    from ..lab import Lab

OPENSTACK = "/usr/bin/openstack"
SECONDS = 120
_CLOUD = f"""\
clouds:
  lab:
    region_name: RegionOne
    auth:
      auth_url: {keystone.URL}
      username: admin
      password: {keystone.PASSWORD}
      project_name: admin
      user_domain_name: Default
      project_domain_name: Default
"""


@dataclass(frozen=True)
class ComputeService:
    """One line of `openstack compute service list`."""

    binary: str
    host: str
    up: bool

    def __str__(self) -> str:
        return f"{self.binary}@{self.host} {'up' if self.up else 'down'}"


def openstack(lab: Lab, *words: str) -> list[dict[str, str]]:
    """What openstackclient answers on the lab's client, as its rows; a LabError if it fails."""
    clouds = Path(lab.spec.directory, "clouds.yaml")
    clouds.write_text(_CLOUD)
    command = ["env", "-u", "PYTHONPATH", f"OS_CLIENT_CONFIG_FILE={clouds}", OPENSTACK, "--os-cloud", "lab"]
    result = lab.client([*command, *words, "-f", "json"], timeout=SECONDS)
    if result.returncode != 0:
        raise LabError(complaint(f"openstack {' '.join(words)}", result))
    found: list[dict[str, str]] | dict[str, str] = json.loads(result.stdout)
    return found if isinstance(found, list) else [found]


def compute_services(lab: Lab) -> list[ComputeService]:
    """What Nova says of its daemons."""
    rows = openstack(lab, "compute", "service", "list")
    return sorted((ComputeService(row["Binary"], row["Host"], row["State"] == "up") for row in rows), key=str)


def images(lab: Lab) -> list[str]:
    """The names of the images that Glance has."""
    return sorted(row["Name"] for row in openstack(lab, "image", "list"))
