"""From an action to an exit code; nothing else in the library makes exit codes."""

from __future__ import annotations

from ..lean import TYPE_CHECKING
from ..system.errors import Missing, Refused
from .codes import ERR_GENERIC, SUCCESS, Degraded, Failure, NotInstalled, NotRunning, Unimplemented
from .log import put

if TYPE_CHECKING:
    from ..system.host import Host
    from .agent import Agent
    from .context import Context
    from .log import Log

SYNONYMS = {"status": "monitor"}
"""Actions that are another one by an older name."""
USAGE = ("usage", "help", "--help", "-h", "methods")
STDOUT = 1


def dispatch(kind: type[Agent], context: Context, host: Host, log: Log) -> int:
    """Whatever happens in the action, the cluster gets one exit code, and one line if it failed."""
    if context.action in USAGE:
        put(STDOUT, usage(kind))
        return SUCCESS
    try:
        try:
            return perform(kind, context, host, log)
        except Missing as missing:
            raise NotInstalled(str(missing)) from missing
        except Refused as refused:
            raise Failure(str(refused)) from refused
    except Failure as failure:
        report(failure, context, log)
        return failure.code
    except Exception as error:  # noqa: BLE001  # a fault of ours must still answer the cluster
        log.reason(internal(error, kind, context))
        return ERR_GENERIC


def perform(kind: type[Agent], context: Context, host: Host, log: Log) -> int:
    """The exit code of the action; raises Failure."""
    if context.action not in kind.actions and context.action not in SYNONYMS:
        raise Unimplemented(f"{kind.name} has no action {context.action!r}; it has {', '.join(kind.actions)}")
    method = SYNONYMS.get(context.action, context.action).replace("-", "_")
    agent = kind(context, host, log)
    if method == "monitor":
        agent.check_parameters()
    result: int | None = getattr(agent, method)()
    return SUCCESS if result is None else result


def report(failure: Failure, context: Context, log: Log) -> None:
    """The failure is told to the operator, as loudly as it deserves."""
    text = str(failure) or type(failure).__name__
    if isinstance(failure, NotRunning):
        # Pacemaker asks this of every node that does not run the resource.
        log.debug(text) if context.probe else log.info(text)
        return
    log.reason(text)
    log.warning(text) if isinstance(failure, Degraded) or context.probe else log.error(text)


def internal(error: Exception, kind: type[Agent], context: Context) -> str:
    """A fault of this library in one line: what, and where."""
    place = error.__traceback__
    while place and place.tb_next:
        place = place.tb_next
    where = f"{place.tb_frame.f_code.co_filename}:{place.tb_lineno}" if place else "?"
    return (
        f"internal error in {kind.name} {context.action}: {type(error).__name__} at {where}; please report it"
    )


def usage(kind: type[Agent]) -> str:
    """How to call the agent by hand."""
    return (
        f"usage: {kind.name} {{{'|'.join((*kind.actions, *SYNONYMS, 'usage'))}}}\n"
        f"{kind.summary}. Parameters come as OCF_RESKEY_<name> in the environment;\n"
        f"see: crm ra info ocf:openstack:{kind.name}, or: pcs resource describe ocf:openstack:{kind.name}\n"
    )
