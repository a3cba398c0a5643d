"""HTTP in memory: a curl that reads its configuration from standard input, and what servers answer."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ocf_agents.system.run import Finished
from ocf_agents.system.url import split

if TYPE_CHECKING:
    from .world import Call, World

ESCAPES = {"\\\\": "\\", '\\"': '"', "\\n": "\n", "\\r": "\r", "\\t": "\t", "\\v": "\v"}


@dataclass
class Reply:
    """What a server says to one address, and how long it takes for it."""

    status: int = 200
    body: str = ""
    seconds: float = 0.01


@dataclass
class Web:
    """The answers of all servers, and what they were asked."""

    replies: dict[str, Reply] = field(default_factory=dict)
    asked: list[dict[str, str]] = field(default_factory=list)

    def curl(self, world: World, call: Call) -> Finished:
        """The program: one transfer for each section of its configuration (curl(1), --config)."""
        assert call.argv[1:] == ("-q", "-K", "-"), "what curl is told is not for everybody's eyes"
        began, told, code = world.clock, "", 0
        for section in call.stdin.split("next\n"):
            options = parse(section)
            self.asked.append(options)
            code, status, body, seconds = self.transfer(world, options)
            world.sleep(seconds)
            if world.clock - began > call.seconds:
                break
            line = options["write-out"].replace("%{http_code}", f"{status:03d}")
            line = line.replace("%{time_total}", f"{seconds:.6f}").replace("%{exitcode}", str(code))
            told += body + line.replace("%{errormsg}", "some words" if code else "")
        return Finished(code, told)

    def transfer(self, world: World, options: dict[str, str]) -> tuple[int, int, str, float]:
        """Exit code, status, body and seconds of one transfer."""
        url, limit = split(options["url"]), float(options["max-time"])
        server = world.holder(url.port)
        if server is None:
            return 7, 0, "", 0.001
        reply = self.replies.get(options["url"], Reply(404))
        seconds = 1e9 if server.state == "T" else reply.seconds
        # No limit is what curl makes of zero.
        if limit and seconds > limit:
            return 28, 0, "", limit
        return 0, reply.status, reply.body, seconds


def parse(section: str) -> dict[str, str]:
    """The options of one section, unquoted as curl does it."""
    options: dict[str, str] = {}
    for line in section.split("\n"):
        name, mark, value = line.partition(" = ")
        quoted = re.fullmatch(r'"((?:[^"\\]|\\.)*)"', value, re.DOTALL)
        assert quoted or '"' not in value, f"curl would misread {line}"
        if quoted:
            value = re.sub(r"\\.", lambda found: ESCAPES[found[0]], quoted[1])
        options[name] = value if mark else "true"
    return options
