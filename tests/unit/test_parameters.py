"""Instance parameters: text in, value or Misconfigured out, and never anything else."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.world import World

from ocf_agents.ocf.agent import Agent
from ocf_agents.ocf.codes import Misconfigured
from ocf_agents.ocf.context import Context
from ocf_agents.ocf.log import Log
from ocf_agents.ocf.parameters import (
    Arguments,
    Boolean,
    Duration,
    Integer,
    Parameter,
    Path,
    Port,
    Secret,
    Text,
    UrlParameter,
)
from ocf_agents.system.url import Url


class Sample(Agent, name="sample", summary="A parameter of every type"):
    """For tests."""

    text = Text("plain", "Text")
    secret = Secret("", "Secret", aliases=("password",))
    path = Path("/default", "Path")
    integer = Integer(5, "Integer").within(-10, 10)
    port = Port(80, "Port")
    boolean = Boolean(False, "Boolean")
    duration = Duration(2.0, "Duration")
    url = UrlParameter(None, "Url")
    arguments = Arguments((), "Arguments")
    renamed = Text("", "Renamed", aliases=("old_name", "older_name"))


class Demanding(Sample, name="demanding", summary="One parameter is required"):
    """For tests."""

    needed = Text("", "Needed", required=True)


def sample(action: str = "monitor", kind: type[Sample] = Sample, **parameters: str) -> Any:
    """An agent that got these parameters."""
    environment = {f"OCF_RESKEY_{name}": value for name, value in parameters.items()}
    return kind(Context(action, environment), World(), Log("sample", {}))


def test_a_login_in_a_url_is_not_repeated() -> None:
    told = refused(url="http://admin:sesame@host:5000/v3")
    assert "sesame" not in told
    assert "host:5000/v3" in told
    assert "holds a login" in told


def refused(**parameters: str) -> str:
    """What the exit reason says about a parameter."""
    with pytest.raises(Misconfigured) as caught:
        sample(**parameters).check_parameters()
    return str(caught.value)


def test_what_is_not_given_or_empty_has_its_default() -> None:
    for agent in (sample(), sample(text="", path="", integer="", boolean="", url="", arguments="")):
        values = [agent.text, agent.path, agent.integer, agent.boolean, agent.url, agent.arguments]
        assert values == ["plain", "/default", 5, False, None, ()]


@pytest.mark.parametrize("spelling", ["yes", "true", "1", "on", "ja", "y", "t"])
def test_every_spelling_of_yes_is_true_in_any_case(spelling: str) -> None:
    for text in (spelling, spelling.upper(), spelling.capitalize()):
        assert sample(boolean=text).boolean is True


@pytest.mark.parametrize("spelling", ["no", "false", "0", "off", "nein", "n", "f"])
def test_every_spelling_of_no_is_false_in_any_case(spelling: str) -> None:
    for text in (spelling, spelling.upper(), spelling.capitalize()):
        assert sample(boolean=text).boolean is False


@pytest.mark.parametrize("text", ["2", "truee", " true", "ON!", "oui", "-1", "true\n"])
def test_what_is_neither_yes_nor_no_is_refused(text: str) -> None:
    assert "boolean=" in refused(boolean=text)


@pytest.mark.parametrize(("text", "number"), [("-10", -10), ("0", 0), ("10", 10), ("007", 7), ("-0", 0)])
def test_whole_numbers_within_the_range_are_taken(text: str, number: int) -> None:
    assert sample(integer=text).integer == number


@pytest.mark.parametrize(
    "text", ["-11", "11", "1.5", "1e1", "1_0", "+5", "0x5", " 5", "5 ", "--5", "-", "٣", "²", "9" * 5000]
)
def test_other_numbers_are_refused(text: str) -> None:
    assert "integer=" in refused(integer=text)


def test_a_port_is_between_1_and_65535() -> None:
    assert sample(port="1").port == 1
    assert sample(port="65535").port == 65535
    for text in ("0", "65536", "-1", "http"):
        assert "port=" in refused(port=text)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("30", 30), ("30s", 30), ("30 sec", 30), ("500ms", 0.5), ("5m", 300), ("5min", 300), ("1h", 3600),
     ("2hr", 7200), ("7us", 0.000007), ("0", 0)],
)  # fmt: skip
def test_durations_are_written_as_pacemaker_writes_them(text: str, seconds: float) -> None:
    assert sample(duration=text).duration == pytest.approx(seconds)


@pytest.mark.parametrize("text", ["s", "1d", "1.5s", "-1s", "1s2", "s1", "1 s s", "½", "9" * 13])
def test_other_durations_are_refused(text: str) -> None:
    assert "duration=" in refused(duration=text)


def test_a_path_is_absolute() -> None:
    assert sample(path="/etc/keystone/keystone.conf").path == "/etc/keystone/keystone.conf"
    for text in ("keystone.conf", "./x", "~/x", "-rf"):
        assert "absolute" in refused(path=text)


def test_arguments_are_split_as_a_shell_would_but_never_expanded() -> None:
    assert sample(arguments="--a  b").arguments == ("--a", "b")
    assert sample(arguments="--a 'b c' \"d e\" f\\ g").arguments == ("--a", "b c", "d e", "f g")
    assert sample(arguments="$(touch x) `id` ; rm *").arguments == ("$(touch", "x)", "`id`", ";", "rm", "*")
    assert sample(arguments="$HOME '#x'").arguments == ("$HOME", "#x")
    assert "cannot be split" in refused(arguments="it's")


def test_a_url_is_taken_apart() -> None:
    assert sample(url="http://h:5000/v3").url == Url("http", "h", 5000, "/v3")
    assert "http://" in refused(url="ftp://h/")


@pytest.mark.parametrize("name", ["text", "path", "integer", "boolean", "duration", "url", "arguments"])
@pytest.mark.parametrize("text", ["a\nb", "\x1b[31m", "a\tb", "\x00", "\udcff", "\u2028", "\u202e"])
def test_control_characters_and_broken_encodings_are_refused_on_one_line(name: str, text: str) -> None:
    assert refused(**{name: text}).isprintable()


def test_a_refusal_names_the_parameter_and_shows_a_short_piece_of_the_value() -> None:
    reason = refused(path="x" * 10_000)
    assert reason.startswith("path='xxx")
    assert len(reason) < 200


def test_an_old_name_is_as_good_as_the_new_one_which_wins() -> None:
    assert sample(old_name="a").renamed == "a"
    assert sample(older_name="a").renamed == "a"
    assert sample(old_name="a", renamed="b").renamed == "b"
    assert sample(old_name="a", renamed="").renamed == "a"


def test_a_required_parameter_must_be_given() -> None:
    with pytest.raises(Misconfigured, match="needed: this parameter is required"):
        sample(kind=Demanding).check_parameters()
    sample(kind=Demanding, needed="x").check_parameters()


def test_a_secret_may_hold_anything_and_is_never_shown() -> None:
    for text in ("a\nb", "'\"\\", "\udcff", "x" * 10_000):
        assert sample(secret=text).secret == text
        sample(secret=text).check_parameters()
    assert sample(password="x").secret == "x"
    assert Secret("hunter2", "A secret with a default").show() == ""


def test_a_stop_uses_the_default_where_a_value_cannot_be_parsed() -> None:
    agent = sample("stop", path="relative", integer="x", boolean="x", duration="x", url="x", arguments="'")
    values = [agent.path, agent.integer, agent.boolean, agent.duration, agent.url, agent.arguments]
    assert values == ["/default", 5, False, 2.0, None, ()]
    assert sample("stop", integer="7").integer == 7


def test_another_default_makes_another_parameter() -> None:
    class Other(Sample, name="other", summary="Other", text="other", port=8080):
        """For tests."""

    assert Other.parameters["text"].default == "other"
    assert Sample.parameters["text"].default == "plain"
    assert sample(kind=Other).port == 8080
    assert sample(kind=Other, text="x").text == "x"


def test_a_default_for_a_parameter_that_does_not_exist_is_a_mistake() -> None:
    with pytest.raises(TypeError, match="nonsense"):
        type("Wrong", (Sample,), {}, name="wrong", summary="Wrong", nonsense=1)


@pytest.mark.parametrize("parameter", Sample.parameters.values(), ids=lambda parameter: parameter.name)
@given(text=st.text(st.characters(exclude_categories=()), min_size=1))
def test_any_text_is_a_value_or_misconfigured(parameter: Parameter[Any], text: str) -> None:
    agent = sample(**{parameter.name: text})
    told = f"{parameter.name}="
    try:
        value = getattr(agent, parameter.name)
    except Misconfigured as wrong:
        told = str(wrong)
        agent.context.action = "stop"
        value = getattr(agent, parameter.name)
    assert told.isprintable()
    assert told.startswith(f"{parameter.name}=")
    assert value == parameter.default or isinstance(value, (str, int, float, tuple, Url))


@pytest.mark.parametrize("parameter", Sample.parameters.values(), ids=lambda parameter: parameter.name)
def test_a_default_is_shown_as_one_would_write_it(parameter: Parameter[Any]) -> None:
    shown = parameter.show()
    if shown:
        assert parameter.read(shown) == parameter.default
