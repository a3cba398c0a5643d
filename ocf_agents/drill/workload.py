"""What stands on the database in a drill, and what its clients ask all the time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..lab import keystone, mariadb
from ..lab.client import Question, for_a_token
from ..lab.cloud import lines, preparation
from ..lab.cloud.configuration import HOSTS
from ..lab.cloud.story import APIS
from ..lab.demo.story import DEFAULTS
from ..lab.fault_service import CLOUD_FAULTS, KEYSTONE_FAULTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Callable

    from ..lab import Lab
    from ..lab.flavours import MariaDB, MySQL
    from ..lab.scene import Drill

SECONDS = 240.0
"""Seconds within which a whole cloud answers on a busy machine."""


@dataclass(frozen=True)
class Workload:
    """Services, with what is needed to run them and to see whether they answer.

    prepare: nothing is started, and everything can be, this server by this agent; lines: what an operator
    types beside the database's lines; questions: by the service's name, to services that run; faults: of
    these services, beside those of the database.
    """

    about: str
    hosts: Mapping[str, int]
    prepare: Callable[[Lab, str, MariaDB | MySQL], None]
    lines: Callable[[Lab], Iterable[str]]
    questions: Callable[[Lab], dict[str, Question]]
    faults: tuple[Callable[[Drill], None], ...] = ()


def prepare_database(lab: Lab, agent: str, flavour: MariaDB | MySQL) -> None:
    """The database can be started on every node."""
    mariadb.install_databases(lab, agent=agent, flavour=flavour)


def prepare_cloud(lab: Lab, *_: object) -> None:
    """The whole deployment can be started on every node."""
    preparation.require_programs()
    preparation.prepare(lab)


def tokens(_: Lab) -> dict[str, Question]:
    """A client that logs in, again and again."""
    return {"Keystone": for_a_token(keystone.PASSWORD)}


def whole_cloud(lab: Lab) -> dict[str, Question]:
    """Clients that log in, make, read and delete an image, and list Nova's services."""
    token = lab.wait(lambda: keystone.ask_for_token(lab), SECONDS, "a token").token
    headers = {"X-Auth-Token": token, "Content-Type": "application/json"}
    image = '{"name": "drill", "container_format": "bare", "disk_format": "raw"}'
    own = APIS["Glance"][2] + "/{id}"
    return {
        **tokens(lab),
        "Glance": Question(*APIS["Glance"], "POST", image, headers, (("GET", own), ("DELETE", own)), 0.5),
        "Nova": Question(*APIS["Nova"], headers=headers, interval=0.5),
    }


WORKLOADS: dict[str, Workload] = {
    "database": Workload("the database alone", {}, prepare_database, lambda _: (), lambda _: {}),
    "keystone": Workload(
        "Keystone on it, and a client that asks for tokens",
        {**keystone.HOSTS, **mariadb.HOSTS},
        lambda lab, *_: keystone.prepare_on_mysql(lab),
        lambda lab: (*DEFAULTS, *keystone.crm_lines_on_mysql(lab)),
        tokens,
        KEYSTONE_FAULTS,
    ),
    "cloud": Workload(
        "Keystone, Glance, Placement and Nova on it, and a client of each that a user would ask",
        HOSTS,
        prepare_cloud,
        lambda lab: (*lines.DEFAULTS, *lines.services(lab)),
        whole_cloud,
        (*KEYSTONE_FAULTS, *CLOUD_FAULTS),
    ),
}
"""Every workload by its name; the application that writes is part of all of them."""
