"""The demonstration's steps with a whole cloud; each is done only when it was seen to hold."""

from __future__ import annotations

import time
from collections import Counter
from typing import TYPE_CHECKING

from .. import keystone
from ..client import Question, clients, for_a_token
from ..demo import stage
from ..node import Power
from . import lines
from .client import compute_services, images, openstack
from .configuration import GLANCE, NOVA
from .preparation import prepare

if TYPE_CHECKING:
    from ..client import Client
    from ..node import Node

AGENTS = (
    *("mysql", "rabbitmq-server", "keystone", "glance-api", "placement-api", "nova-api-ra", "nova-vnc-ra"),
    *("nova-conductor", "nova-scheduler-ra", "nova-compute-ra"),
)
APIS = {
    "Glance": (GLANCE, 9292, "/v2/images"),
    "Placement": (NOVA, 8778, "/resource_providers"),
    "Nova": (NOVA, 8774, "/v2.1/os-services"),
}
COLUMNS = {name: f"{name} away {{:.1f}} s" for name in ("Keystone", *APIS)}
IMAGE = "cirros"
NEEDS = "this needs 3 GB of memory and 4 to 8 minutes on 2 cores"
PATIENCE = 240
"""Seconds that a step of the whole cloud may take on a busy machine."""


class Story(stage.Stage):
    """What the demonstration shows, on a lab that is up."""

    def tell(self) -> None:
        """Every step held, or a LabError says what was expected and what was seen."""
        self.narrator.say(f"{NEEDS}; left out, since today's releases have them no more:")
        self.narrator.say(f"  {', '.join(lines.RETIRED)}")
        self.show_the_agents(*AGENTS)
        with self.narrator.step("prepare a cloud: databases, users, catalogue, configurations"):
            prepare(self.lab)
        self.load_the_database(lines.DEFAULTS)
        self.load_the_services()
        self.list_everything("the first time")
        token = keystone.ask_for_token(self.lab).token
        questions = {"Keystone": for_a_token(keystone.PASSWORD)} | {
            name: Question(*place, headers={"X-Auth-Token": token}, interval=0.5)
            for name, place in APIS.items()
        }
        with clients(self.lab, questions, self.directory) as probers:
            self.wait_for_all(probers, time.monotonic())
            self.power_off_the_fullest_node(probers)

    def load_the_services(self) -> None:
        """RabbitMQ, Keystone, Glance, Placement and Nova run."""
        self.narrator.say("load the services with the lines of 2012:")
        self.enter(lines.services(self.lab))
        self.lab.wait(self.healthy, PATIENCE, "the whole cloud to run")
        self.narrator.happened(f"the whole cloud runs, most of it on {self.fullest().name}")

    def list_everything(self, occasion: str) -> None:
        """The client sees every daemon of Nova up, and the image, which it makes if there is none."""
        nodes = [node.name for node in self.lab.nodes if node.power is Power.ON]
        wanted = ["nova-conductor@controller up", "nova-scheduler@controller up"]
        wanted = sorted([*(f"nova-compute@{name} up" for name in nodes), *wanted])
        seen: list[str] = []

        def all_up() -> bool:
            seen[:] = [str(one) for one in compute_services(self.lab)]
            return set(wanted) <= set(seen)

        self.lab.wait(all_up, PATIENCE, f"the client to see {', '.join(wanted)}")
        if not images(self.lab):
            openstack(self.lab, "image", "create", IMAGE)
        self.lab.eventually([IMAGE], lambda: images(self.lab), PATIENCE, "the client to list the image")
        self.narrator.happened(f"openstackclient lists {occasion}: {', '.join(seen)}; image {IMAGE}")

    def power_off_the_fullest_node(self, probers: dict[str, Client]) -> None:
        """The other node has everything, the same client works again, and the lost node returned."""
        lost, begin = self.fullest(), time.monotonic()
        [other] = [node for node in self.lab.nodes if node.name != lost.name]
        compute = self.compute(other)
        survivor = self.power_off(lost)
        self.wait_for_all(probers, begin)
        self.narrator.happened(f"every API answers on {survivor.name}", *self.silences(probers, begin))
        self.list_everything("again")
        self.await_return(lost)
        back = time.monotonic()
        self.lab.wait(self.healthy, PATIENCE, "everything to be healthy again")
        self.wait_for_all(probers, back)
        self.expect(f"nova-compute's process on {survivor.name}", compute, self.compute(survivor))
        self.narrator.happened(
            f"{lost.name} is back, nothing has failed; nova-compute of {survivor.name} was not restarted",
            *self.silences(probers, back),
        )

    # Looking

    def fullest(self) -> Node:
        """The node that holds most resources."""
        held = Counter(found.node for found in self.lab.resource_states() if found.active and found.node)
        return self.lab.node(held.most_common(1)[0][0])

    def compute(self, node: Node) -> list[int]:
        """The processes of nova-compute on a node."""
        return [one.machine_pid for one in node.processes() if "/usr/bin/nova-compute " in one.command]

    def wait_for_all(self, probers: dict[str, Client], begin: float) -> None:
        """Every API has answered three requests that were made after this moment."""
        for name, prober in probers.items():
            self.wait_for_answers(prober, begin, f"an answer of {name}", PATIENCE)

    def silences(self, probers: dict[str, Client], begin: float) -> list[float]:
        """How long each API was away since then."""
        return [prober.silence(begin) for prober in probers.values()]
