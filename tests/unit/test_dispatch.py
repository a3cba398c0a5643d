"""From an action to an exit code: every failure has its own, and none is a traceback."""

from __future__ import annotations

import pytest
from support.act import Impossible, Outcome, act, probe
from support.world import World

from ocf_agents.ocf import codes
from ocf_agents.ocf.actions import action
from ocf_agents.ocf.agent import Agent
from ocf_agents.ocf.parameters import Integer, Text
from ocf_agents.system.errors import Missing, Refused


class Moody(Agent, name="moody", summary="Does what a test tells it"):
    """For tests."""

    number = Integer(1, "Number")
    needed = Text("x", "Needed", required=False)
    mood: object = None

    @action(timeout=20)
    def start(self) -> object:
        """Raises or returns the mood."""
        if isinstance(self.mood, Exception):
            raise self.mood
        return self.mood

    @action(timeout=20, interval=10)
    def monitor(self) -> object:
        """The same."""
        return self.start()

    @action(timeout=20)
    def stop(self) -> object:
        """The same."""
        return self.start()


def outcome(mood: object, name: str = "start", **more: str) -> Outcome:
    """What comes of an action in this mood."""
    Moody.mood = mood
    return act(Moody, name, World(), **more)


@pytest.mark.parametrize(
    ("failure", "code"),
    [
        (codes.Failure, 1), (codes.BadArguments, 2), (codes.Unimplemented, 3), (codes.NotPermitted, 4),
        (codes.NotInstalled, 5), (codes.Misconfigured, 6), (codes.FailedPromoted, 9),
        (codes.Degraded, 190), (codes.DegradedPromoted, 191), (Missing, 5), (Refused, 1),
    ],
)  # fmt: skip
def test_every_failure_has_its_code_and_its_reason(failure: type[Exception], code: int) -> None:
    done = outcome(failure("this is why"))
    assert (done.code, done.reason) == (code, "this is why")


def test_what_an_action_returns_is_its_code_and_nothing_is_success() -> None:
    assert outcome(None).code == 0
    assert outcome(8, "monitor").code == 8


def test_a_failure_without_words_has_at_least_a_name() -> None:
    assert outcome(codes.FailedPromoted()).reason == "FailedPromoted"


def test_not_running_is_an_answer_and_no_error() -> None:
    for done in (outcome(codes.NotRunning("stopped"), "monitor"), outcome(codes.NotRunning("stopped"))):
        assert (done.code, done.reason) == (7, "")
        assert not done.lines("ERROR")
    Moody.mood = codes.NotRunning("stopped")
    assert probe(Moody, World()).log == ["DEBUG: stopped"]


def test_a_degradation_is_a_warning_and_a_failure_an_error() -> None:
    assert outcome(codes.Degraded("slow"), "monitor").lines("WARNING") == ["WARNING: slow"]
    assert outcome(codes.Failure("dead"), "monitor").lines("ERROR") == ["ERROR: dead"]


def test_what_a_probe_finds_is_no_alarm() -> None:
    Moody.mood = codes.NotInstalled("no package here")
    done = probe(Moody, World())
    assert done.code == 5
    assert not done.lines("ERROR")


def test_an_undeclared_action_is_unimplemented() -> None:
    for name in ("migrate_to", "reload", "__init__", "check_parameters", "", "Start", "validate_all", "x\ny"):
        done = outcome(None, name)
        assert done.code == 3, name
        assert "has no action" in done.reason


@pytest.mark.parametrize(
    "error", [KeyError("secret"), ValueError(), ZeroDivisionError(), OSError(5, "I/O"), RecursionError()]
)
def test_a_fault_of_the_library_is_one_line_without_values(error: Exception) -> None:
    done = outcome(error)
    assert done.code == 1
    assert "internal error in moody start" in done.reason
    assert type(error).__name__ in done.reason
    assert "test_dispatch.py:" in done.reason
    assert "secret" not in done.reason


def test_status_is_monitor_by_its_old_name() -> None:
    assert outcome(codes.Degraded("slow"), "status").code == 190


def test_a_monitor_checks_its_parameters_and_a_stop_does_not() -> None:
    assert outcome(None, "monitor", number="x").code == 6
    assert outcome(None, "status", number="x").code == 6
    assert outcome(None, "stop", number="x").code == 0


@pytest.mark.parametrize("word", ["usage", "help", "--help", "-h", "methods"])
def test_usage_names_the_actions(word: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert outcome(None, word).code == 0
    told = capfd.readouterr().out
    assert "{" in told
    for name in ("start", "stop", "monitor", "validate-all", "meta-data", "status"):
        assert name in told


def test_the_world_refuses_what_pacemaker_never_does() -> None:
    for name, more in (("promote", {}), ("notify", {}), ("start", {"timeout": 0}), ("stop", {"depth": 10})):
        with pytest.raises(Impossible):
            act(Moody, name, World(), **more)  # type: ignore[arg-type]
    with pytest.raises(Impossible):
        act(Moody, "start", World(), nonsense="x")
