"""The agent itself, with the modelled world in the place of its node, its cluster and its server.

Nothing of the agent's decisions is written down here a second time: an action is the agent's own
method. It is a function of the answers that it gets, one after the other, so that what it does next
after the same answers is remembered, and it can stand still between any two of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Callable, NamedTuple, Optional

import model_sql

from ocf_agents.agents.mysql import Mysql
from ocf_agents.kinds.state import RUNNING, STOPPED, Sight
from ocf_agents.mysql import peer
from ocf_agents.mysql import server as sql
from ocf_agents.mysql.gtid import parse
from ocf_agents.mysql.look import SILENT, Look, from_words
from ocf_agents.mysql.member import Member
from ocf_agents.mysql.pact import SERIAL
from ocf_agents.ocf.codes import ERR_GENERIC, Failure
from ocf_agents.ocf.context import Context
from ocf_agents.ocf.dispatch import perform
from ocf_agents.ocf.log import Log
from ocf_agents.system.errors import Refused
from ocf_agents.system.host import SOCKET, Account
from ocf_agents.system.proc import Process

if TYPE_CHECKING:
    from model_world import World

RESOURCE = "db"
ROLLS_BACK = "--init-rpl-role=SLAVE"
SETTINGS = {
    "OCF_RESOURCE_INSTANCE": RESOURCE,
    "OCF_RESKEY_replication_user": "r",
    "OCF_RESKEY_CRM_meta_timeout": "60000",
    "OCF_RESKEY_CRM_meta_promoted_max": "1",
    "OCF_RESKEY_CRM_meta_clone_max": "3",
    "OCF_RESKEY_CRM_meta_clone_node_max": "1",
    "OCF_RESKEY_CRM_meta_notify": "true",
}
VIGIL = "vigil"
"""The monitor that Pacemaker does not hear of."""
LONG = 20.0
"""Seconds that pass at each pause of a waiting action: few pauses, and it still looks again."""
PRIVATE = ("read", "write", "remove", "process")
"""What nobody else can see or change while the action runs."""
CHANGES = ("sql", "wait", "spawn", "end")
"""What can change a server."""


class Call(NamedTuple):
    """An action that Pacemaker asks of a node."""

    action: str
    event: str = ""
    promoting: str = ""
    demoting: str = ""
    active: str = ""

    def __str__(self) -> str:
        return self.event or self.action


class Paused(BaseException):
    """The action goes no further for now."""


class Turns:
    """The conversation of one action with the world, of which the first part may be known already."""

    def __init__(self, world: World, me: str, answers: list[Any], visible: Optional[int] = None) -> None:
        self.world, self.me, self.answers = world, me, answers
        self.asked: list[tuple[Any, ...]] = []
        self.left = visible
        """How many more visible questions are answered before the action stands still."""

    def __call__(self, name: str, *arguments: Any) -> Any:
        place = len(self.asked)
        question = (name, *arguments)
        self.asked.append(question)
        if place == len(self.answers):
            if self.left is not None and visible(question):
                if not self.left:
                    raise Paused
                self.left -= 1
            self.answers.append(answer(self.world, self.me, question))
        told = self.answers[place]
        if isinstance(told, Refusal):
            raise Refused(told.text)
        return told


class Refusal(NamedTuple):
    """An answer that is a refusal."""

    text: str


NOT_MODELLED = (".pact", ".vigil")
"""What a node has seen of the record, since here nobody sets the record back; and whether somebody waits for the
end of the server, since here somebody may always do so, or not."""


def answer(world: World, me: str, question: tuple[Any, ...]) -> Any:
    """The world's answer; the world has changed as the question wanted."""
    name, *arguments = question
    node = world.nodes[me]
    try:
        if name == "sql":
            if not node.up:
                raise Refused("r at the socket: cannot connect")
            told = model_sql.perform(world, node, *arguments)
        else:
            told = getattr(world, f"on_{name}")(node, *arguments)
    except Refused as refused:
        told = Refusal(str(refused))
    if name in CHANGES:
        world.settle()
    return told


def visible(question: tuple[Any, ...]) -> bool:
    """Whether it matters what others do before this question."""
    return question[0] not in PRIVATE and not (question[0] == "sql" and model_sql.quiet(question[1]))


class Node:
    """The host, as far as the agent of a database touches it."""

    began = 0.0
    run_directory = "/run"
    version = "mysqld  Ver 10.11.14-MariaDB"

    def __init__(self, turns: Turns) -> None:
        self.turns = turns
        self.time = 0.0

    def exists(self, _path: str) -> bool:
        """Nothing is left of a rebuilding, which is not modelled."""
        return False

    def now(self) -> float:
        return self.time

    def date(self) -> float:
        return self.time

    def sleep(self, _seconds: float) -> None:
        self.time += LONG
        self.turns("wait")

    def read(self, path: str) -> Optional[str]:
        if path.endswith(".pid"):
            number = self.turns("process")
            return str(number) if number else None
        if path.endswith(NOT_MODELLED):
            return None
        return self.turns("read", path.rpartition(".")[2])  # type: ignore[no-any-return]

    def write(self, path: str, text: str, _mode: int = 0, *, lasting: bool = False) -> None:
        if not path.endswith(NOT_MODELLED):
            self.turns("write", path.rpartition(".")[2], text)

    def stamp(self, _path: str) -> str:
        return ""

    def remove(self, path: str) -> None:
        self.turns("remove", path.rpartition(".")[2])

    def process(self, pid: int) -> Process:
        # Only two are ever asked for: the server, and whoever called the agent.
        pid = min(pid, 99)
        return Process(pid, 1, pid, pid, "S", 0, ())

    def account(self, name: str) -> Account:
        return Account(name, 1, 1, "/")

    def addresses(self, _name: str) -> set[str]:
        return set()

    def provide(self, *_: Any) -> None:
        """It is there."""

    provide_directory = provide_file = provide

    def which(self, path: str) -> str:
        return path

    def is_file(self, _path: str) -> bool:
        return True

    def kind(self, _path: str) -> int:
        """Only a socket's is asked for."""
        return SOCKET

    def meanwhile(self, work: Callable[[], Any]) -> Callable[[], Any]:
        result = work()
        return lambda: result

    def spawn(self, *_: Any) -> int:
        """Somebody waits for the end of the server: an event of its own."""
        return 0

    def run(self, *_: Any) -> Any:
        from ocf_agents.system.run import Finished

        return Finished(0, self.version)


class Cluster:
    """The cluster's records, as ocf_agents.system.cluster.Cluster offers them."""

    def __init__(self, turns: Turns) -> None:
        self.turns = turns

    def fact(self, _group: str, name: str) -> Any:
        return self.turns("fact") if name.endswith("_PACT") else None

    def set_fact(self, _group: str, name: str, value: str) -> None:
        if name.endswith("_PACT"):
            self.turns("set_fact", value.partition(SERIAL)[0])

    def publish(self, _name: str, value: str) -> None:
        self.turns("publish", value)

    def withdraw_report(self, _name: str) -> None:
        self.turns("publish", None)

    def reports(self, _name: str) -> dict[str, str]:
        return dict(self.turns("reports"))

    def members(self) -> dict[str, str]:
        return dict(self.turns("members"))

    def set_promotion_score(self, score: int) -> None:
        self.turns("score", str(score))

    def withdraw_promotion_score(self) -> None:
        self.turns("score", None)

    def set_attribute(self, _name: str, _value: str) -> None:
        """Readers and writers are sent elsewhere; that is not modelled."""

    def lasting(self, _name: str, _node: str) -> None:
        return None


class Conversation(sql.Server):
    """The agent's own statements, given to the modelled server."""

    turns: Turns

    def rows(self, statement: str, values: Any = ()) -> list[tuple[Any, ...]]:
        if model_sql.quiet(statement):
            return []
        return list(self.turns("sql", statement, tuple(values)))

    def look(self) -> Look:
        return look(self.turns)

    def coordinates(self) -> tuple[str, int]:
        return "log.000001", 4

    def connect(self) -> Any:
        raise model_sql.NotModelled("a connection of its own")

    def apply_relay_log(self) -> None:
        # Where the applier is to go on is found in the relay log's bytes, which are not modelled.
        self.turns("sql", model_sql.PLACE, ())
        self.replica("START", "SQL_THREAD")


def look(turns: Turns) -> Look:
    """What the modelled server says of itself."""
    told = turns("look")
    return from_words(dict(told)) if told else Look(SILENT, "it does not run")


class Backend:
    """The server's process."""

    def __init__(self, agent: Mysql, turns: Turns) -> None:
        self.agent, self.turns = agent, turns

    def look(self) -> Sight:
        number = self.turns("process")
        return Sight(RUNNING, Process(number, 1, number, number, "S", 0, ())) if number else Sight(STOPPED)

    def start(self) -> None:
        if self.look().state is STOPPED:
            self.turns("spawn", ROLLS_BACK in self.agent.command("").argv)

    def stop(self) -> None:
        self.turns("end")

    def last_words(self) -> str:
        return ""


class Modelled(Mysql, name="mysql", summary=Mysql.summary):
    """The agent in the modelled world."""

    host: Any

    @property
    def backend(self) -> Any:
        return Backend(self, self.host.turns)

    @property
    def cluster(self) -> Any:
        return Cluster(self.host.turns)

    @property
    def member(self) -> Member:
        known = super().member
        known.__class__ = Here
        return known

    def check_host(self) -> None:
        """The node has all that is needed."""

    def remember(self, _diagnosis: object) -> None:
        """Every monitor goes the long way here; the short one takes no step."""


class Here(Member):
    """The member, with a look and a conversation that stay in the world of the model."""

    def look(self) -> Look:
        return look(self.host.turns)  # type: ignore[attr-defined]

    @property
    def server(self) -> sql.Server:
        if self.conversation is None:
            talk = Conversation(self.login, self.version, self.log.warning)
            talk.turns = self.host.turns  # type: ignore[attr-defined]
            self.conversation = talk
        return self.conversation


class Mute(Log):
    """A log that nobody reads."""

    def log(self, severity: str, text: str) -> None:
        """Nothing is kept."""


def act(turns: Turns, call: Call) -> int:
    """The exit code of one action of the agent."""
    environment = {**SETTINGS, "OCF_RESKEY_CRM_meta_on_node": turns.me}
    if call.action == "monitor":
        environment["OCF_RESKEY_CRM_meta_interval"] = "10000"
    if call.event:
        when, _, operation = call.event.partition("-")
        environment |= {
            "OCF_RESKEY_CRM_meta_notify_type": when,
            "OCF_RESKEY_CRM_meta_notify_operation": operation,
            "OCF_RESKEY_CRM_meta_notify_promote_uname": call.promoting,
            "OCF_RESKEY_CRM_meta_notify_demote_uname": call.demoting,
            "OCF_RESKEY_CRM_meta_notify_active_uname": call.active,
            # Those who lead already are told of a start or a stop, nobody else.
            "OCF_RESKEY_CRM_meta_notify_promoted_uname": "" if call.promoting else turns.me,
        }

    def ask_peer(source: peer.Source, *_: Any) -> peer.Peer:
        history, read_only, server_id = turns("peer", source.host)
        return peer.Peer(parse(history), read_only, server_id)

    kept, peer.ask_peer = peer.ask_peer, ask_peer
    try:
        action = "monitor" if call.action == VIGIL else call.action
        return perform(Modelled, Context(action, environment), Node(turns), Mute("mysql", {}))  # type: ignore[arg-type]
    except Refused:
        return ERR_GENERIC
    except Failure as failure:
        return failure.code
    finally:
        peer.ask_peer = kept
