"""HTTP through curl, which costs a tenth of a protocol written in Python.

Everything that curl is told goes to its standard input: no password, no token and no header is
ever an argument. All requests of a monitor share one curl, and so one connection where they can.
"""

from __future__ import annotations

from ..lean import TYPE_CHECKING, Record
from .errors import Missing
from .plan import LENGTH
from .quoting import curl_text
from .url import SCHEMES, split

if TYPE_CHECKING:
    from .host import Host
    from .plan import Question

TIMED_OUT = 28
REFUSED = 7
LARGEST = 1 << 20
PATIENCE = 0.95
"""The part of the time there is that one request may take, so that curl can still say so."""
ARGUMENTS = ("-q", "-K", "-")
ENVIRONMENT = {"LC_ALL": "C", "PATH": "/nonexistent", "HOME": "/nonexistent"}


class Request(Record):
    """A GET, or a POST of JSON where there is a body; `cafile` empty means the system's."""

    url: str
    body: str = ""
    token: str = ""
    cafile: str = ""
    insecure: bool = False
    headers: bool = False
    """Whether the answer's body begins with its headers."""


class Answer(Record):
    """What came back; `status` is 0 where nothing did, and `fault` says why."""

    url: str
    status: int = 0
    body: str = ""
    seconds: float = 0.0
    fault: str = ""


def question(request: Request, statuses: tuple[int, ...]) -> Question:
    """The request as it goes over a connection, for a plan; its answer has one of these statuses."""
    url = split(request.url)
    usual = f":{SCHEMES[url.scheme]}"
    lines = [
        f"{'POST' if request.body else 'GET'} {url.path or '/'} HTTP/1.1",
        f"Host: {url.root.partition('://')[2].removesuffix(usual)}",
        "User-Agent: openstack-agents",
        "Accept: */*",
    ]
    if request.token:
        lines.append(f"X-Auth-Token: {request.token}")
    if request.body:
        lines += ["Content-Type: application/json", f"Content-Length: {LENGTH.decode()}"]
    text = "\r\n".join(lines) + f"\r\n\r\n{request.body}"
    trust = (request.cafile, request.insecure) if url.scheme == "https" else None
    starts = tuple(b" %d" % status for status in statuses)
    return (url.host, url.port), trust, text.encode(), (len("HTTP/1.1"), starts, b"", None)


def ask(host: Host, requests: tuple[Request, ...], seconds: float) -> tuple[Answer, ...]:
    """One answer for each request, all within so many seconds; Missing where there is no curl."""
    if seconds <= 0:
        # To curl no time at all would mean no limit.
        return tuple(
            Answer(request.url, fault="no answer, since no time is left to ask") for request in requests
        )
    curl = host.which("curl")
    if curl is None:
        raise Missing("curl: not found in PATH; install it, every check over HTTP needs it")
    # The separator must be one that no answering server can guess.
    fence = boundary(host)
    report = f"{fence} %{{http_code}} %{{time_total}} %{{exitcode}} %{{errormsg}}\\n{fence}"
    most = f"{seconds * PATIENCE:.3f}"
    script = "next\n".join(section(request, most, report) for request in requests)
    done = host.run((curl, *ARGUMENTS), seconds, script, ENVIRONMENT)
    if fence not in done.output and done.code:
        fault = done.errors.strip().splitlines()[-1:] or [f"curl ended with {done.code}"]
        return tuple(Answer(request.url, fault=fault[0]) for request in requests)
    return tuple(parse(done.output, fence, requests, seconds))


def boundary(host: Host) -> str:
    """A text that stands between two answers and is new every time."""
    return (host.read("/proc/sys/kernel/random/uuid") or "0000").strip()


def section(request: Request, seconds: str, report: str) -> str:
    """The lines of a curl configuration for one request, which reports its end on standard output."""
    lines = [
        "silent",
        "globoff",
        f"url = {curl_text(request.url)}",
        f"max-time = {seconds}",
        'proto = "=http,https"',
        'noproxy = "*"',
        f"max-filesize = {LARGEST}",
        f'write-out = "{report}"',
    ]
    if request.insecure:
        lines.append("insecure")
    if request.headers:
        lines.append("include")
    if request.cafile:
        lines.append(f"cacert = {curl_text(request.cafile)}")
    if request.token:
        lines.append(f"header = {curl_text('X-Auth-Token: ' + request.token)}")
    if request.body:
        lines += ['header = "Content-Type: application/json"', f"data-raw = {curl_text(request.body)}"]
    return "\n".join(lines) + "\n"


def parse(output: str, fence: str, requests: tuple[Request, ...], seconds: float) -> list[Answer]:
    """The answers in the order of the requests; those that curl did not come to have timed out."""
    parts = output.split(fence)
    answers = []
    for number, request in enumerate(requests):
        if len(parts) < 2 * number + 3:
            answers.append(Answer(request.url, fault=f"no answer within {seconds:.0f} s"))
            continue
        words = parts[2 * number + 1].split(None, 3)
        status, took, code = int(words[0]), float(words[1]), int(words[2])
        fault = fault_of(code, words[3].strip() if len(words) > 3 else "", took)
        answers.append(Answer(request.url, 0 if fault else status, parts[2 * number], took, fault))
    return answers


def fault_of(code: int, message: str, seconds: float) -> str:
    """Why there is no answer, in the operator's words; empty where there is one."""
    if code == 0:
        return ""
    if code == REFUSED:
        return "connection refused"
    if code == TIMED_OUT:
        return f"no answer within {seconds:.0f} s"
    return message or f"curl error {code}"
