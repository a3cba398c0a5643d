"""Exit codes of the OCF resource agent API 1.1, and the failures that stand for them."""

from __future__ import annotations

SUCCESS = 0
ERR_GENERIC = 1
ERR_ARGS = 2
ERR_UNIMPLEMENTED = 3
ERR_PERM = 4
ERR_INSTALLED = 5
ERR_CONFIGURED = 6
NOT_RUNNING = 7
RUNNING_PROMOTED = 8
FAILED_PROMOTED = 9
DEGRADED = 190
DEGRADED_PROMOTED = 191

RUNNING_MASTER = RUNNING_PROMOTED
FAILED_MASTER = FAILED_PROMOTED


class Failure(Exception):
    """Something is wrong; the text is the exit reason that the operator reads."""

    code = ERR_GENERIC


class Unrecorded(Failure):
    """The agent cannot change a file of its own."""

    def __init__(self, path: str, error: OSError) -> None:
        super().__init__(f"{path}: {error.strerror or error}; the agent keeps its record there")


class BadArguments(Failure):
    """The action cannot be carried out as asked on this host."""

    code = ERR_ARGS


class Unimplemented(Failure):
    """The agent does not have this action."""

    code = ERR_UNIMPLEMENTED


class NotPermitted(Failure):
    """The agent lacks a privilege on this host."""

    code = ERR_PERM


class NotInstalled(Failure):
    """This host lacks a program, a file or a user that the service needs."""

    code = ERR_INSTALLED


class Misconfigured(Failure):
    """A parameter is wrong, whichever host runs the resource; Pacemaker stops it everywhere."""

    code = ERR_CONFIGURED


class NotRunning(Failure):
    """The resource is cleanly and certainly stopped."""

    code = NOT_RUNNING


class FailedPromoted(Failure):
    """The resource is broken, and is or may be promoted."""

    code = FAILED_PROMOTED


class Degraded(Failure):
    """The resource works, but not as it should; Pacemaker shows it and leaves it running."""

    code = DEGRADED


class DegradedPromoted(Degraded):
    """The same in the promoted role."""

    code = DEGRADED_PROMOTED
