"""The plan of a monitor that depends on more than its service: nothing has changed since the last one.

A replica is well because of what its agent remembers, of what the cluster was told, and of what its
server says. None of that is judged here. All that was there when the library judged has to be there
again, but for what moves while a replica works; one difference sends the caller the long way.
"""

import posix
from time import monotonic

from .plan import META, PARAMETER, SLOW, filled, milliseconds
from .pulse import beats, read, stamp

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any


def unchanged(plan: "dict[str, Any]", level: int, environment: "Mapping[str, str]") -> bool:
    """Whether this call, this node and what programs say are as they were."""
    known = plan["known"]
    caller, started = known["caller"]
    return (
        # A probe, and the first call of another Pacemaker, find out anew what is there and who knows of it.
        milliseconds(environment, META + "interval") > 0
        and posix.getppid() == caller
        and beats(caller, started)
        and monotonic() < known["until"]
        and all(environment.get(key, "") == value for key, value in known["circumstances"])
        and all(read(path) == content for path, content in known["files"])
        and all(stamp(path) == seen for path, seen in known["stamps"])
        and all(again(plan, one, environment) for one in known["asked"] if one["depth"] <= level)
    )


def again(plan: "dict[str, Any]", asked: "dict[str, Any]", environment: "Mapping[str, str]") -> bool:
    """Whether a server says, soon and without an error, what it said before."""
    seconds = milliseconds(environment, META + "timeout") / 1000 * SLOW
    try:
        output = (printed if "argv" in asked else answered)(plan, asked, seconds, environment)
    except (OSError, ValueError):
        return False
    return same(asked, output)


def answered(
    _plan: "dict[str, Any]", asked: "dict[str, Any]", seconds: float, environment: "Mapping[str, str]"
) -> str:
    """What the server itself says; raises OSError."""
    from .statements import answers

    password = environment.get(PARAMETER + asked["secret"], "")
    return answers(asked["socket"], asked["user"], password, asked["statements"], seconds)


def printed(
    plan: "dict[str, Any]", asked: "dict[str, Any]", seconds: float, environment: "Mapping[str, str]"
) -> str:
    """What a program prints of it; raises OSError, also if it failed or took too long."""
    from .run import run

    login = filled(plan, asked["stdin"], environment).decode("utf-8", "surrogateescape")
    done = run(asked["argv"], seconds, login, asked["environment"])
    if done.code != 0:
        raise OSError(asked["argv"][0])
    return done.output


def same(asked: "dict[str, Any]", output: str) -> bool:
    """Whether an output is as before, and each number that has a limit is there and within it."""
    rest, numbers = sorted_out(output, asked)
    return rest == asked["rest"] and all(
        numbers.get(name, "").isdigit() and int(numbers[name]) <= most
        for name, most in asked["limits"].items()
    )


def sorted_out(output: str, asked: "dict[str, Any]") -> "tuple[list[str], dict[str, str]]":
    """The lines of a client's vertical output that are to stay, and the numbers that have a limit.

    A variable is on two lines: one has its name, one its value.
    """
    moves, limits = asked["moves"], asked["limits"]
    rest = []
    numbers = {}
    variable = ""
    for line in folded(output):
        key, _, value = line.strip().partition(":")
        if key == "Variable_name":
            variable = value.strip()
        elif key == "Value":
            key = variable
        if key in limits:
            numbers[key] = value.strip()
        elif key not in moves:
            rest.append(line)
    return rest, numbers


def folded(output: str) -> "list[str]":
    """The lines of a client's vertical output; MySQL's sets of transactions, a line per source, in one each."""
    lines: list[str] = []
    for line in output.splitlines():
        if line[36:37] == ":" and line[:36].count("-") == 4 and lines and lines[-1].endswith(","):
            lines[-1] += line
        else:
            lines.append(line)
    return lines
