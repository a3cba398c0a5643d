"""Writes down what a monitor saw that had nothing to do, for `system.unchanged` to find it again.

Invariant: wherever the library would do more than answer 0, something that is written down differs. So
all of the server's answer counts but what moves on a healthy replica, and all that the agent remembers.
"""

from __future__ import annotations

from posix import getppid

from ..lean import TYPE_CHECKING
from ..ocf.context import META, PARAMETER
from ..system.plan import NEVER
from ..system.quoting import json_text
from ..system.unchanged import same, sorted_out
from .claims import wording
from .diagnosis import diagnose
from .dialect import column
from .look import STATUS, batch, client, options, quoted, read
from .member import CONFIGURATION, UNSEEN
from .memory import FRESH
from .replica import at_rest

if TYPE_CHECKING:
    from .diagnosis import Diagnosis
    from .look import Login
    from .member import Member

STEADY = ("plain", "replica")
"""The states that may have no next step."""
CIRCUMSTANCES = (
    "clone", "clone_max", "clone_node_max", "promoted_max", "promoted_node_max", "master_max",
    "master_node_max", "globally_unique", "notify", "on_node", "physical_host", "container_attribute_target",
)  # fmt: skip
"""What an agent reads of Pacemaker's call, beside what differs from one monitor of a resource to the next."""
MOVES = {
    *STATUS, "gtid_executed", "gtid_binlog_state", "gtid_binlog_pos", "gtid_slave_pos", "dumps", "working",
    "Slave_IO_State", "Master_Log_File", "Read_Master_Log_Pos", "Relay_Log_File", "Relay_Log_Pos",
    "Relay_Master_Log_File", "Exec_Master_Log_Pos", "Relay_Log_Space", "Gtid_IO_Pos", "Retrieved_Gtid_Set",
    "Executed_Gtid_Set", "Slave_SQL_Running_State", "Slave_DDL_Groups", "Slave_Non_Transactional_Groups",
    "Slave_Transactional_Groups", "SQL_Remaining_Delay", "Master_last_event_time", "Slave_last_event_time",
    "Master_Slave_time_diff", "File", "Position",
}  # fmt: skip
"""What a replica that works changes all the time, by the old names; nothing is decided by it at rest."""
LAG, COUNT = "Seconds_Behind_Master", "COUNT(*)"
QUICK = ("--default-character-set=utf8mb4", "--character-sets-dir=/dev/null")
"""Answers are compared as they come: to read the table of character sets is a fifth of the client's work."""


def known(member: Member, nameless: Member, judged: Diagnosis) -> dict[str, object] | None:
    """What the next monitor may find unchanged; None while there is a step to take or something to tell.

    The nameless member is the same one with a placeholder for each secret.
    """
    memory, given = member.memory, member.settings
    caller = member.host.process(getppid())
    told = memory.told(wording(judged, memory["readable"]))
    passwords = given.replication_passwd, given.test_passwd
    if caller is None or not told or judged.state.name not in STEADY or not all(map(alike, passwords)):
        return None
    look = Question(member, member.login, batch(member.version))
    seen = read(look.output)
    # This look is another one than that which was judged.
    if diagnose(member.case(seen, opened=False)).state is not judged.state:
        return None
    if member.replicated and not at_rest(member, seen):
        return None
    asked = [look.noted(nameless.login, 0, {LAG: given.max_slave_lag} if seen.source else {})]
    if member.tester:
        table = Question(member, member.tester, member.counting)
        asked.append(table.noted(nameless.tester or nameless.login, 1, {COUNT: NEVER**2}))
    names = (f"{PARAMETER}{META}{name}" for name in CIRCUMSTANCES)
    stamp = member.host.stamp(CONFIGURATION)
    files = (memory.path, *(f"{memory.path}.{ending}" for ending in ("opened", "met", "receipt")))
    return (
        None
        if None in asked
        else {
            "until": int(memory["told"]) + FRESH if stamp else member.host.now() + UNSEEN,
            "caller": (caller.pid, caller.started),
            "circumstances": [(name, given.context.environment.get(name, "")) for name in names],
            "files": [(path, member.host.read_bytes(path)) for path in (*files, member.pidfile)],
            "stamps": [(CONFIGURATION, stamp)],
            "asked": asked,
        }
    )


def alike(password: str) -> bool:
    """Whether an option file writes a password as JSON does, which is how a plan fills in secrets."""
    return json_text(password) == quoted(password)


class Question:
    """A batch of statements, with what they were answered just now.

    The server itself is asked where it lets us in as simply as that; else the client program asks it.
    """

    def __init__(self, member: Member, login: Login, batch: str) -> None:
        self.member, self.login, self.batch = member, login, batch
        self.argv: tuple[str, ...] = ()
        try:
            self.output = member.host.query(login.socket, login.user, login.password, batch, member.patience)
        except OSError:
            self.argv = (*client(member.host, login, batch, member.patience), *QUICK)
            done = member.host.run(self.argv, member.patience, options(login), member.host.surroundings)
            self.output = done.output if done.code == 0 else ""

    def way(self, nameless: Login) -> dict[str, object]:
        """How to ask it again."""
        if self.argv:
            given = options(nameless).encode()
            return {"argv": self.argv, "stdin": given, "environment": self.member.host.surroundings}
        secret = nameless.password.strip("@")
        return {
            "socket": self.login.socket,
            "user": self.login.user,
            "secret": secret,
            "statements": self.batch,
        }

    def noted(self, nameless: Login, depth: int, limits: dict[str, int]) -> dict[str, object] | None:
        """The question with what has to be answered again; None if it is not, even now."""
        words = [line.strip().partition(":") for line in self.output.splitlines()]
        names = {value.strip() if key == "Variable_name" else key for key, _, value in words}
        spelled = {column(name): name for name in names}
        asked: dict[str, object] = {
            "depth": depth,
            "moves": {name for name in names if column(name) in MOVES},
            "limits": {spelled.get(name, name): most for name, most in limits.items()},
            **self.way(nameless),
        }
        asked["rest"] = sorted_out(self.output, asked)[0]
        return asked if self.output and same(asked, self.output) else None
