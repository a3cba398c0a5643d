"""A node in memory that has Keystone installed, and a systemctl for it."""

from __future__ import annotations

from typing import Optional

from ocf_agents.system.run import Finished

from .web import Reply, Web
from .world import Body, Call, Life, World

BINARY = "/usr/bin/keystone-wsgi-public"
CONFIG = "/etc/keystone/keystone.conf"
RECORD = "/run/openstack-agents/p_keystone.started"
PIDFILE = "/run/openstack-agents/p_keystone.pid"
LOCAL = "http://127.0.0.1:5000"
TOKENS = f"{LOCAL}/v3/auth/tokens"


class Node(World):
    """A controller with Keystone's script, its configuration and its user; `web` says what it answers."""

    def __init__(self, environment: Optional[dict[str, str]] = None) -> None:
        super().__init__(environment)
        self.web = Web(
            {
                f"{LOCAL}/healthcheck": Reply(200, "OK"),
                f"{LOCAL}/v3": Reply(200, '{"version": {"id": "v3.14"}}'),
                TOKENS: Reply(201, '{"token": {"catalog": [{"region": "RegionOne"}]}}'),
            }
        )
        self.user("keystone", 300)
        self.user("glance", 301)
        self.files[CONFIG] = "[DEFAULT]\n"
        self.install("/usr/bin/curl", self.web.curl)
        self.install(BINARY, life=serve)

    def main(self) -> Body:
        """The process that leads the service."""
        found = [body for body in self.bodies.values() if body.command[0] == BINARY and body.parent == 1]
        assert len(found) == 1, found
        return found[0]


def serve(world: World, body: Body) -> None:
    """The life of a Keystone: it listens where it is told to."""
    port = body.command[body.command.index("--port") + 1] if "--port" in body.command else "5000"
    world.listen(body, int(port))


def serve_with(workers: int = 0, **character: object) -> Life:
    """The life of a Keystone with workers and a character of its own."""

    def life(world: World, body: Body) -> None:
        serve(world, body)
        for name, value in character.items():
            setattr(body, name, value)
        for _ in range(workers):
            worker = world.run_process(*body.command, parent=body.pid, session=body.pid, user=body.user)
            worker.mark, worker.sockets = body.mark, set(body.sockets)

    return life


def die(says: str, after: float = 0.0) -> Life:
    """The life of a Keystone that ends soon, with last words."""

    def life(world: World, body: Body) -> None:
        body.says, body.ends_at = says, world.clock + after

    return life


class Systemctl:
    """systemctl for one unit, keystone.service; a test sets what `show` tells."""

    def __init__(self, world: World) -> None:
        self.told = {
            "LoadState": "loaded", "ActiveState": "inactive", "SubState": "dead", "MainPID": "0",
            "Result": "success", "Restart": "no", "UnitFileState": "disabled",
        }  # fmt: skip
        self.fails: dict[str, str] = {}
        self.costs = 0.01
        self.main: Optional[Body] = None
        world.install("/usr/bin/systemctl", self.program)
        world.directories.add("/run/systemd/system")

    def program(self, world: World, call: Call) -> Finished:
        """What systemctl does and prints."""
        verb = call.argv[2]
        world.sleep(self.costs)
        if verb in self.fails:
            return Finished(1, "", self.fails[verb])
        if verb == "start":
            self.main = world.run_process(BINARY, user="keystone")
            serve(world, self.main)
            self.told |= {"ActiveState": "active", "SubState": "running", "MainPID": str(self.main.pid)}
        elif verb == "stop":
            if self.main:
                world.end(self.main)
            self.told |= {"ActiveState": "inactive", "SubState": "dead", "MainPID": "0"}
        return Finished(0, "".join(f"{key}={value}\n" for key, value in self.told.items()))
