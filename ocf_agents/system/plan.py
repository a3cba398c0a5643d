"""The plan of a healthy monitor: what start found true, to be found true again without ado.

Most monitors find a service just as it was. For them the library wrote down what to look at: the
process, the socket, the requests and the statuses that a healthy service answers with. `holds`
follows that plan with a tenth of the library. It never judges: unless everything is as planned,
the caller goes the long way, which says what is wrong.
"""

import marshal
import posix
from time import monotonic

from .pulse import beats, read, recorded

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any, Optional

    from .conversation import Conversation

    Good = tuple[int, tuple[bytes, ...], bytes, Optional[bytes]]
    """At which place an answer starts in one of these ways, what it holds, and how it ends."""
    Question = tuple[tuple[str, int], Optional[tuple[str, bool]], bytes, Good]
    """Whom to ask, whom to trust, what to say, and what a healthy server answers."""

VERSION = 5
PRIME = (1 << 521) - 1
RUN_DIRECTORY = "/run/openstack-agents"
PLAN, RECORD, OUTPUT, WATCHED = ".plan", ".started", ".output", ".watched"
KEPT_TOKEN, VIGIL = ".token", ".vigil"
"""How the names of a resource's files in that directory end."""
PARAMETER, META = "OCF_RESKEY_", "OCF_RESKEY_CRM_meta_"
NEVER = 1 << 30
"""A depth that no monitor has."""
TRACES = ("OCF_TRACE_RA", "OCF_RESKEY_trace_ra")
USABLE = 10
SLOW = 0.2
"""The part of a monitor's time after which an answer counts as slow."""
LARGEST_OUTPUT = 1 << 20
"""Bytes of captured output above which the long way is gone, which throws them away."""
TOKEN, PROJECT = b"@token@", b"@project@"
"""Placeholders that are filled from a file of root's."""
LENGTH = b"@length@"
"""Placeholder for the bytes of what follows the head of a request."""
ENDS = 3
"""The place of an answer's end in what is known of a good one; None where HTTP tells the end."""


def run_directory(environment: "Mapping[str, str]") -> str:
    """Where the agents keep their records until the next boot."""
    return environment.get("HA_RSCTMP") or RUN_DIRECTORY


def holds(environment: "Mapping[str, str]") -> bool:
    """Whether the service is as healthy as its plan says; False also where there is no plan."""
    instance = environment.get("OCF_RESOURCE_INSTANCE", "")
    level = environment.get("OCF_CHECK_LEVEL") or "0"
    numbered = level.isascii() and level.isdigit() and len(level) < 10
    if not (instance and numbered) or "/" in instance or any(key in environment for key in TRACES):
        return False
    path = f"{run_directory(environment)}/{instance}"
    plan = load(read(path + PLAN))
    if plan is None or plan["fingerprint"] != fingerprint(environment, plan["secrets"]):
        return False
    pid = 0 if plan["hosted"] else main_process(path)
    if pid is None or (plan["hosted"] and read(path + WATCHED) is None):
        return False
    if "known" in plan:
        from .unchanged import unchanged

        return unchanged(plan, int(level), environment)
    if int(level) == 0 and not plan["hosted"]:
        return True
    return answered(plan, max(int(level), USABLE), pid, environment)


def main_process(path: str) -> "Optional[int]":
    """The pid on record, if that process is the same one, alive and not suspended."""
    pid, started = recorded(read(path + RECORD)) or (0, 0)
    return pid if beats(pid, started) and size(path + OUTPUT) <= LARGEST_OUTPUT else None


def load(raw: "Optional[bytes]") -> "Optional[dict[str, Any]]":
    """A plan of this version of the library, or None."""
    try:
        plan = marshal.loads(raw or b"")  # noqa: S302  # from a directory that only root can write
    except (EOFError, ValueError, TypeError):
        return None
    return plan if isinstance(plan, dict) and plan.get("version") == VERSION else None


def fingerprint(environment: "Mapping[str, str]", secrets: "Sequence[str]" = ()) -> int:
    """A number that changes with every parameter but the secret ones, and with nothing else.

    It stands in files, and whoever knows the other parameters could reckon back from it to the last one.
    """
    given = [
        f"{key}={value}"
        for key, value in environment.items()
        if key.startswith(PARAMETER) and not key.startswith(META) and key[len(PARAMETER) :] not in secrets
    ]
    raw = "\0".join(sorted(given)).encode("utf-8", "surrogateescape")
    # Every module with a hash in it costs more than the rest of this function.
    return int.from_bytes(raw, "big") % PRIME


def size(path: str) -> int:
    """The bytes in a file; 0 where there is none."""
    try:
        return posix.stat(path).st_size
    except OSError:
        return 0


def answered(plan: "dict[str, Any]", level: int, pid: int, environment: "Mapping[str, str]") -> bool:
    """Whether the port is the process's own, and every request is answered as planned, and soon."""
    steps = [step for step in plan["steps"] if step["depth"] <= level]
    if not steps or level >= plan["uncovered"]:
        return False
    step = steps[-1]
    timeout = milliseconds(environment, META + "timeout")
    if not timeout:
        return False
    if "address" in plan and not owned(plan["address"], pid):
        return False
    if step["connections"]:
        from .connections import still_connected

        if not still_connected(step["connections"]):
            return False
    return not step["questions"] or said(plan, step, timeout / 1000 * SLOW, environment)


def milliseconds(environment: "Mapping[str, str]", key: str) -> int:
    """A time that Pacemaker gives; 0 where it gives none that can be read."""
    text = environment.get(key, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else 0


def said(
    plan: "dict[str, Any]", step: "dict[str, Any]", seconds: float, environment: "Mapping[str, str]"
) -> bool:
    """Whether every question of a step is answered as by a healthy server, and soon."""
    from .conversation import Conversation

    talk = Conversation(seconds)
    try:
        for place, trust, template, good in step["questions"]:
            text = filled(plan, template, environment)
            if TOKEN in text or not well(talk, (place, trust, text, good)):
                return False
    except Exception:  # noqa: BLE001  # what it was, and whether it matters, is for the long way to say
        return False
    return monotonic() < talk.end


def well(talk: "Conversation", question: "Question") -> bool:
    """Whether a healthy server's answer came, whole."""
    from .conversation import framed

    place, trust, text, good = question
    if good[ENDS] is None:
        answer = talk.ask(place, text, framed, trust)
        return fits(good, answer) and framed(answer, talk.ended)
    return fits(good, talk.ask(place, text, lambda answer: settled(good, answer), trust))


def fits(good: "Good", answer: bytes) -> bool:
    """Whether an answer is one of a healthy server."""
    offset, starts, holds, ends = good
    return answer.startswith(starts, offset) and holds in answer and answer.endswith(ends or b"")


def settled(good: "Good", answer: bytes) -> bool:
    """Whether nothing that may follow would change that."""
    offset, starts = good[:2]
    enough = len(answer) >= offset + max(map(len, starts))
    return fits(good, answer) or (enough and not answer.startswith(starts, offset))


def filled(plan: "dict[str, Any]", question: bytes, environment: "Mapping[str, str]") -> bytes:
    """A question with the secrets of this call, and the token of an earlier one if it is of this login."""
    for name in plan["secrets"]:
        mark = b"@%s@" % name.encode()
        if mark in question:
            question = revealed(question, mark, environment.get(PARAMETER + name, ""))
    if TOKEN in question:
        words = (read(plan["token"]) or b"").split()
        if len(words) == 3 and words[2] == b"%d" % plan["fingerprint"]:
            question = question.replace(TOKEN, words[0]).replace(PROJECT, words[1])
    head, mark, body = question.partition(b"\r\n\r\n")
    return head.replace(LENGTH, b"%d" % len(body)) + mark + body


def revealed(question: bytes, mark: bytes, secret: str) -> bytes:
    """A question with a secret where its mark was, in the notation of the text around it."""
    raw = secret.encode("utf-8", "surrogateescape")
    bulk = b"$%d\r\n%s"
    if bulk % (len(mark), mark) in question:
        return question.replace(bulk % (len(mark), mark), bulk % (len(raw), raw))
    from .quoting import json_text

    return question.replace(mark, json_text(secret)[1:-1].encode())


def owned(address: "tuple[str, int]", pid: int) -> bool:
    """Whether somebody listens there, and that process alone if there is one."""
    from .sockets import held, listeners

    sockets = listeners(*address)
    return bool(sockets) and not (pid and sockets - held(pid))
