"""The statements that the agent gives its server, understood well enough to change the modelled one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from model_world import World, state_text

if TYPE_CHECKING:
    from model_node import Node

QUIET = (
    "_timeout", "_wait_point", "_wait_no_slave", "slave_net_timeout", "lock_wait_timeout",
    "@@GLOBAL.event_scheduler", "SHOW GRANTS",
)  # fmt: skip
"""Settings that change nothing which is modelled here."""
PLACE = "CHANGE MASTER TO RELAY_LOG_FILE"
VARIABLES = {"rpl_semi_sync_slave_enabled": "willing", "rpl_semi_sync_master_enabled": "waits"}


class NotModelled(Exception):
    """The agent says something to its server that this model does not know: teach it."""


def quiet(statement: str) -> bool:
    """Whether a statement changes and shows nothing that is modelled."""
    return any(word in statement for word in QUIET)


def perform(world: World, me: Node, statement: str, values: tuple[Any, ...]) -> tuple[tuple[Any, ...], ...]:
    """The statement is done; what it returns."""
    verb, _, rest = statement.partition(" ")
    if verb == "SELECT":
        return select(world, me, rest)
    if verb in ("START", "STOP"):
        _, _, thread = rest.partition(" ")
        both = not thread
        change = me.start_threads if verb == "START" else me.stop_threads
        change(both or thread == "IO_THREAD", both or thread == "SQL_THREAD")
    elif verb == "RESET":
        me.change_source("")
    elif statement == PLACE:
        me.placed = True
    elif statement.startswith("CHANGE MASTER TO MASTER_HOST"):
        me.change_source(str(values[0]))
    elif statement.startswith("SET GLOBAL gtid_slave_pos"):
        pass  # it always is where the log ends, here
    elif verb == "SET":
        assign(world, me, rest.split()[1], int(values[0]) if values else int(rest.split()[-1]))
    elif verb == "KILL":
        # A session that waited: its write stays, and nobody was told that it is safe.
        me.pending = 0
    else:
        raise NotModelled(statement)
    return ()


def assign(world: World, me: Node, name: str, value: int) -> None:
    """A global variable has the value."""
    if name == "read_only":
        me.read_only = bool(value)
    elif name in VARIABLES:
        setattr(me, VARIABLES[name], bool(value))
        if name == "rpl_semi_sync_master_enabled" and not value and me.pending:
            for write in me.log[-me.pending :]:
                world.confirm(write.identity)
            me.pending = 0
    else:
        raise NotModelled(f"SET {name}")


def select(world: World, me: Node, rest: str) -> tuple[tuple[Any, ...], ...]:
    """The rows of a question."""
    values = {
        "@@GLOBAL.read_only": int(me.read_only),
        "@@GLOBAL.server_id": me.server_id,
        "@@GLOBAL.relay_log_recovery": 0,
        "@@GLOBAL.gtid_binlog_state, @@GLOBAL.gtid_slave_pos": state_text(me.log),
        "@@GLOBAL.gtid_slave_pos": str(me.last or "") if me.source else "",
    }
    if rest in values:
        return ((values[rest],),)
    if rest.startswith("host FROM"):
        return tuple((f"{name}:1",) for name, _ in world.senders(me.name))
    if rest.startswith("id FROM"):
        return ((1,),) if me.pending else ()
    raise NotModelled(f"SELECT {rest}")
