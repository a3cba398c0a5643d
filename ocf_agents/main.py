"""An agent that was exec'ed: its name, arguments and environment become an exit code.

A healthy monitor ends here, before most of the library is loaded; hence no import at the top that
it does not need, not even of `__future__`.
"""

import sys
from posix import _exit, environ
from time import monotonic

from .system.plan import holds

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import NoReturn

NOTIFIED = {
    "mysql": {
        "pre-promote": "company",
        "post-promote": "others",
        "post-start": "leader",
        "post-stop": "leader",
    }
}
"""What agents with notifications listen to, and where; whoever writes waits while Pacemaker tells of the rest."""
LIBRARY = __file__.rpartition("/ocf_agents/")[0]


def run() -> "NoReturn":
    """The process ends with the action's exit code, without paying for the interpreter's farewell."""
    try:
        code = main(sys.argv, text(environ))
    except BaseException as error:  # noqa: BLE001  # the cluster must get an answer, not a traceback
        from .ocf.log import put

        put(
            2, f"ocf-exit-reason:{sys.argv[0]}: cannot run ({type(error).__name__}); is it installed whole?\n"
        )
        code = 1
    _exit(code)


def main(arguments: "list[str]", environment: "Mapping[str, str]") -> int:
    """The exit code of one call; the name it was called by selects the agent."""
    name = arguments[0].rpartition("/")[2]
    action = arguments[1] if len(arguments) > 1 else environment.get("__OCF_ACTION", "")
    began = monotonic()
    if action == "meta-data":
        return publish(name)
    if action == "monitor" and holds(environment):
        return 0
    if action == "notify" and name in NOTIFIED and not concerned(name, environment):
        return 0
    return perform(name, action, environment, began)


def concerned(name: str, environment: "Mapping[str, str]") -> bool:
    """Whether the agent on this node has anything to do about what a notification tells."""
    from .ocf.context import Context

    context = Context("notify", environment)
    told = context.notification
    whom = NOTIFIED[name].get(told.event)
    return whom is not None and told.concerns(context.meta("on_node"), whom)


def perform(name: str, action: str, environment: "Mapping[str, str]", began: float) -> int:
    """The exit code of an action that the whole library is needed for."""
    from .agents import find
    from .ocf.codes import ERR_ARGS, ERR_INSTALLED
    from .ocf.context import Context
    from .ocf.dispatch import dispatch, usage
    from .ocf.log import Log, put
    from .system.host import Host

    kind = find(name)
    if kind is None:
        put(2, f"ocf-exit-reason:{name}: no agent has this name\n")
        return ERR_INSTALLED
    if not action:
        put(2, usage(kind))
        return ERR_ARGS
    context = Context(action, environment)
    if environment.get("OCF_TRACE_RA") or "trace_ra" in context.parameters:
        from .ocf.trace import begin

        begin(name, context)
    return dispatch(kind, context, Host(environment, began), Log(name, environment))


def publish(name: str) -> int:
    """The committed meta-data stands on standard output."""
    from posix import write

    from .system.pulse import read

    rest = read(f"{LIBRARY}/metadata/{name}.xml")
    if rest is None:
        write(2, f"ocf-exit-reason:{name}: its meta-data file is missing; is it installed whole?\n".encode())
        return 5
    while rest:
        rest = rest[write(1, rest) :]
    return 0


def text(raw: "Mapping[bytes, bytes]") -> "dict[str, str]":
    """An environment as text; bytes that are not UTF-8 survive the round trip."""
    return {
        key.decode("utf-8", "surrogateescape"): value.decode("utf-8", "surrogateescape")
        for key, value in raw.items()
    }
