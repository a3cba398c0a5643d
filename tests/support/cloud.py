"""A controller in memory: services of OpenStack with their configurations, connections and answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Callable, Optional, Union

from ocf_agents.agents import find
from ocf_agents.system.connections import established, peer

from .web import Reply, Web
from .world import Body, Life, World

if TYPE_CHECKING:
    from ocf_agents.ocf.agent import Agent

NOVA_CONF = """\
[DEFAULT]
transport_url = rabbit://openstack:s%40cret@10.0.0.5:5672,openstack:s%40cret@10.0.0.6:5672/
osapi_compute_listen = 10.0.0.11
[database]
connection = mysql+pymysql://nova:secret@10.0.0.9/nova?charset=utf8
[api_database]
connection = mysql+pymysql://nova:secret@10.0.0.9/nova_api
"""
BROKER, DATABASE = ("10.0.0.5", 5672), ("10.0.0.9", 3306)
USERS = ("keystone", "glance", "nova", "placement", "cinder", "neutron", "heat", "ceilometer", "manila")
TOKENS = "http://10.0.0.2:5000/v3/auth/tokens"
LOGIN = {"os_username": "monitor", "os_password": "hunter2", "os_auth_url": "http://10.0.0.2:5000/v2.0/"}
ISSUED = (
    "HTTP/1.1 201 CREATED\r\nX-Subject-Token: gAAAA-token\r\n\r\n"
    '{"token": {"project": {"domain": {"id": "default", "name": "Default"}, "id": "abc123", "name": "service"}}}'
)
LINE = b"   1: 0100007F:9999 %s00000000:00000000 02:00000D9C 00000000   112        0 %d 2 0 20 4 30 10 -1\n"


class Cloud(World):
    """A machine whose processes also have connections, and whose servers speak protocols of their own."""

    def __init__(self, environment: Optional[dict[str, str]] = None) -> None:
        super().__init__(environment)
        self.web = Web({TOKENS: Reply(201, ISSUED)})
        self.far: dict[int, tuple[str, int]] = {}
        self.next_inode = 90_000
        self.spoken: dict[tuple[str, int], Union[bytes, Exception]] = {}
        self.asked: list[bytes] = []
        for number, name in enumerate(USERS):
            self.user(name, 300 + number)
        self.files["/etc/nova/nova.conf"] = NOVA_CONF
        self.install("/usr/bin/curl", self.web.curl)
        # Keystone is another machine's; here it only needs somebody to answer.
        self.listen(self.run_process("keystone-of-another-node"), 5000)

    def connect(self, body: Body, *places: tuple[str, int]) -> None:
        """The process has an established connection to each of these places."""
        for place in places:
            inode = self.next_inode = self.next_inode + 1
            self.far[inode] = place
            body.sockets.add(inode)

    def cut(self, port: int) -> None:
        """Nobody is connected to this port any more."""
        self.far = {inode: place for inode, place in self.far.items() if place[1] != port}

    def connections(self, peers: list[bytes]) -> set[int]:
        table = b"".join(LINE % (peer(*place), inode) for inode, place in self.far.items())
        return {inode for one in peers for inode in established(table, one)}

    def holder(self, port: int) -> Optional[Body]:
        listening = {inode for inode, (_, at) in self.ports.items() if at == port}
        return next((body for body in self.bodies.values() if body.sockets & listening), None)

    def entries(self, directory: str) -> list[str]:
        places = (path.rpartition("/") for path in self.files)
        return [name for place, _, name in places if place == directory]

    def converse(
        self, place: tuple[str, int], question: bytes, whole: Callable[[bytes], bool], seconds: float
    ) -> bytes:
        self.asked.append(question)
        answer = self.spoken.get(place, ConnectionRefusedError(111, "Connection refused"))
        if isinstance(answer, TimeoutError):
            self.sleep(seconds)
        if isinstance(answer, Exception):
            raise answer
        return answer


def daemon(*places: tuple[str, int], workers: int = 0, port: int = 0, **character: object) -> Life:
    """The life of a daemon that listens and is connected; with workers, these do it in its place."""

    def life(world: World, body: Body) -> None:
        assert isinstance(world, Cloud)
        for name, value in character.items():
            setattr(body, name, value)
        if port:
            world.listen(body, port)
        for _ in range(workers):
            worker = world.run_process(*body.command, user=body.user, parent=body.pid, session=body.session)
            worker.mark = body.mark
            world.connect(worker, *places)
        if not workers:
            world.connect(body, *places)

    return life


def agent(name: str) -> type[Agent]:
    """The agent of a name that must exist."""
    found = find(name)
    assert found, name
    return found
