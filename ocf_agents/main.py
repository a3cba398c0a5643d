"""An agent that was exec'ed: its name, arguments and environment become an exit code."""

from __future__ import annotations

import sys
from posix import _exit, environ

from .lean import TYPE_CHECKING
from .ocf.codes import ERR_ARGS, ERR_GENERIC, ERR_INSTALLED, SUCCESS
from .ocf.log import put

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import NoReturn

LIBRARY = __file__.rpartition("/ocf_agents/")[0]


def run() -> NoReturn:
    """The process ends with the action's exit code, without paying for the interpreter's farewell."""
    try:
        code = main(sys.argv, text(environ))
    except BaseException as error:  # noqa: BLE001  # the cluster must get an answer, not a traceback
        put(
            2, f"ocf-exit-reason:{sys.argv[0]}: cannot run ({type(error).__name__}); is it installed whole?\n"
        )
        code = ERR_GENERIC
    _exit(code)


def main(arguments: list[str], environment: Mapping[str, str]) -> int:
    """The exit code of one call; the name it was called by selects the agent."""
    name = arguments[0].rpartition("/")[2]
    action = arguments[1] if len(arguments) > 1 else environment.get("__OCF_ACTION", "")
    if action == "meta-data":
        return publish(name)
    from .agents import find
    from .ocf.context import Context
    from .ocf.dispatch import dispatch, usage
    from .ocf.log import Log
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
    return dispatch(kind, context, Host(environment), Log(name, environment))


def publish(name: str) -> int:
    """The committed meta-data stands on standard output."""
    try:
        with open(f"{LIBRARY}/metadata/{name}.xml", encoding="utf-8") as file:
            put(1, file.read())
    except OSError as error:
        put(2, f"ocf-exit-reason:meta-data of {name}: {error.strerror}; is it installed whole?\n")
        return ERR_INSTALLED
    return SUCCESS


def text(raw: Mapping[bytes, bytes]) -> dict[str, str]:
    """An environment as text; bytes that are not UTF-8 survive the round trip."""
    return {
        key.decode("utf-8", "surrogateescape"): value.decode("utf-8", "surrogateescape")
        for key, value in raw.items()
    }
