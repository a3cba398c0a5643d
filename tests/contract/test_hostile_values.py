"""Values that nobody should write into a cluster configuration, for every parameter there is."""

from __future__ import annotations

import itertools
import json
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from support.resource import REASON, Resource

from ocf_agents.agents.keystone import Keystone
from ocf_agents.ocf.parameters import Secret

FORKS = Path(__file__).resolve().parents[1] / "support/forks.py"
TOUCHED = "touched-by-a-shell"
SHOWN_NEVER = "s3cr3t"
VALUES: dict[str, bytes] = {
    "single quote": b"it's",
    "double quote": b'say "x"',
    "newline": b"a\nocf-exit-reason:b",
    "command": f"$(touch {TOUCHED})".encode(),
    "backticks": f"`touch {TOUCHED}`".encode(),
    "semicolon": f"; touch {TOUCHED} ;".encode(),
    "pipe": f"/x | touch {TOUCHED}".encode(),
    "umlauts": "/ü/€/😀".encode(),
    "long": b"/" + b"x" * 10_000,
    "many digits": b"9" * 5_000,
    "address of digits": b"http://" + b"9" * 5_000 + b".0.0.1/",
    "markup": b"<a b='c'>&amp;]]></a>",
    "dash": b"-rf",
    "two dashes": b"--help",
    "blanks": b"   ",
    "not utf-8": b"/\xff\xfe",
    "escape": b"\x1b[31mred\x07",
    "format": b"%s%n{0}${x}",
    "dots": b"/../../..",
    "directory": b"/tmp",
    "device": b"/dev/zero",
}
NAMES = [
    (name, isinstance(parameter, Secret))
    for key, parameter in Keystone.parameters.items()
    for name in (key, *parameter.aliases)
]
ALLOWED = {"validate-all": {0, 5, 6}, "monitor": {1, 5, 6, 7}, "stop": {0}}


def as_text(environment: dict[str, object]) -> dict[str, str]:
    """An environment in which every character is a byte."""
    return {
        key: (value if isinstance(value, bytes) else str(value).encode()).decode("latin-1")
        for key, value in environment.items()
    }


def run_all(resource: Resource, cases: list[tuple[str, str, bytes]]) -> list[tuple[int, str]]:
    """Exit code and output of each case, in two interpreters side by side."""
    library = resource.agent.parents[2] / "lib/openstack"
    calls = []
    for action, name, value in cases:
        environment = resource.environment(10 if action == "validate-all" else 0, 20, 10, {name: value})
        calls.append([[str(resource.agent), action], as_text(environment)])  # type: ignore[arg-type]

    def run(part: list[object]) -> list[tuple[int, str]]:
        done = subprocess.run(
            ["/usr/bin/python3", "-IS", FORKS, library],
            input=json.dumps(part).encode(), cwd=resource.directory, capture_output=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr.decode()
        answers: list[tuple[int, str]] = json.loads(done.stdout)
        return answers

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(run, (calls[::2], calls[1::2]))
    return [one for pair in itertools.zip_longest(first, second) for one in pair if one is not None]


def judge(action: str, name: str, what: str, code: int, told: str) -> str:
    """What is wrong with an answer, or nothing."""
    if code not in ALLOWED[action]:
        return f"{action} {name}={what}: exit code {code}: {told[:300]}"
    if "Traceback" in told or "internal error" in told:
        return f"{action} {name}={what}: {told[:300]}"
    if sum(line.startswith(REASON) for line in told.split("\n")) > 1:
        return f"{action} {name}={what}: more than one reason: {told[:300]}"
    if len(told) > 2000:
        return f"{action} {name}={what}: tells {len(told)} characters"
    return ""


@pytest.mark.parametrize("action", ALLOWED)
def test_every_parameter_and_every_value_may_be_wrong(resource: Resource, action: str) -> None:
    assert len(NAMES) >= len(VALUES)
    withstand(resource, action, list(zip([name for name, _ in NAMES], itertools.cycle(VALUES))))


@pytest.mark.long
@pytest.mark.parametrize("action", ALLOWED)
def test_no_value_of_any_parameter_breaks_an_action(resource: Resource, action: str) -> None:
    chosen = list(itertools.product([name for name, _ in NAMES], VALUES))
    # All of them where they matter most; of the others every fourth.
    withstand(resource, action, chosen if action == "validate-all" else chosen[::4])


def withstand(resource: Resource, action: str, chosen: list[tuple[str, str]]) -> None:
    """The action says one thing about each of these parameters and values, and no shell sees any."""
    # A stop removes its pid file: a mistake there would cost this machine its device, if root runs the tests.
    chosen = [pair for pair in chosen if pair != ("pid", "device")]
    answers = run_all(resource, [(action, name, VALUES[what]) for name, what in chosen])
    assert len(answers) == len(chosen)
    wrong = [judge(action, name, what, *answer) for (name, what), answer in zip(chosen, answers)]
    assert not [text for text in wrong if text]
    assert not list(resource.directory.rglob(f"*{TOUCHED}*"))


@pytest.mark.parametrize("name", [name for name, secret in NAMES if secret])
def test_a_secret_is_told_to_nobody(resource: Resource, name: str) -> None:
    for value in (SHOWN_NEVER, f"{SHOWN_NEVER}\n", f"{SHOWN_NEVER}'\"".encode() + b"\xff"):
        for action in ("validate-all", "monitor", "start", "nonsense"):
            done = resource.call(action, level=0, **{name: value}, config="/none")
            assert SHOWN_NEVER not in done.out + done.err


@pytest.mark.long
@pytest.mark.parametrize(
    "name", ["additional_parameters", "os_username", "os_password", "client_binary", "os_tenant_name"]
)
def test_a_service_starts_with_strange_values_where_they_are_allowed(resource: Resource, name: str) -> None:
    for what in ("command", "semicolon"):
        assert resource.call("start", **{name: VALUES[what]}).code == 0
        if name == "additional_parameters":
            assert "touch" in " ".join(resource.main().command)
    assert resource.call("stop").code == 0
    assert not list(resource.directory.rglob(f"*{TOUCHED}*"))


def test_values_pass_through_the_kernel_as_they_are(resource: Resource) -> None:
    for what in ("not utf-8", "newline", "long", "blanks"):
        done = resource.call("validate-all", config=VALUES[what])
        assert done.code in (0, 6)
        assert done.reason.isascii() or what == "umlauts"
