"""What curl is told, and what is made of its answers."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.node import LOCAL, Node, serve
from support.web import Reply
from support.web import parse as as_curl_reads
from support.world import World

from ocf_agents.system.errors import Missing
from ocf_agents.system.http import Answer, Request, ask, parse, section
from ocf_agents.system.quoting import curl_text, json_text
from ocf_agents.system.run import Finished

ANYTHING = st.text(st.characters(exclude_categories=(), exclude_characters="\0"))


@pytest.fixture
def node() -> Node:
    node = Node()
    serve(node, node.run_process("keystone"))
    return node


def only(node: World, request: Request, seconds: float = 10) -> Answer:
    """The answer to a single request."""
    (answer,) = ask(node, (request,), seconds)
    return answer


@given(text=ANYTHING)
def test_a_json_string_is_read_as_what_was_written(text: str) -> None:
    assert json.loads(json_text(text)) == text


@given(body=ANYTHING, token=st.text('abc-_="\\'), url=st.sampled_from(["http://h/", "https://[::1]:1/x?y='"]))
def test_curl_reads_what_was_meant_whatever_it_holds(body: str, token: str, url: str) -> None:
    body = json_text(body)
    text = section(Request(url, body, token, "/etc/my ca\\.pem", insecure=True), "2.500", "report")
    read = as_curl_reads(text)
    assert read["url"] == url
    assert read["data-raw"] == body
    assert read["max-time"] == "2.500"
    assert read["cacert"] == "/etc/my ca\\.pem"
    assert ("insecure" in read, "proxy" in read) == (True, False)


@given(text=ANYTHING)
def test_a_quoted_value_survives_curls_unquoting(text: str) -> None:
    line = f"x = {curl_text(text)}"
    assert "\n" not in line
    assert as_curl_reads(line)["x"] == text


def test_nothing_but_a_pipe_shows_what_is_asked(node: Node) -> None:
    only(node, Request(f"{LOCAL}/v3", body="hunter2", token="gAAAA"))
    call = node.calls[0]
    assert call.argv == ("/usr/bin/curl", "-q", "-K", "-")
    assert "hunter2" in call.stdin
    assert "gAAAA" in call.stdin
    assert not {"http_proxy", "https_proxy", "HOME"} & {
        k for k, v in call.environment.items() if v != "/nonexistent"
    }


def test_an_answer_has_status_body_and_time(node: Node) -> None:
    node.web.replies[f"{LOCAL}/v3"] = Reply(300, "a\nb %{http_code} ", seconds=0.25)
    assert only(node, Request(f"{LOCAL}/v3")) == Answer(f"{LOCAL}/v3", 300, "a\nb %{http_code} ", 0.25)


def test_several_answers_come_in_order_from_one_curl(node: Node) -> None:
    urls = [f"{LOCAL}/healthcheck", f"{LOCAL}/none", f"{LOCAL}/v3"]
    answers = ask(node, tuple(Request(url) for url in urls), 10)
    assert [answer.url for answer in answers] == urls
    assert [answer.status for answer in answers] == [200, 404, 200]
    assert len(node.calls) == 1


def test_a_refused_connection_is_a_fault_and_the_others_are_still_asked(node: Node) -> None:
    answers = ask(node, (Request("http://127.0.0.1:1/"), Request(f"{LOCAL}/v3")), 10)
    assert [(answer.status, answer.fault) for answer in answers] == [(0, "connection refused"), (200, "")]


@pytest.mark.parametrize("seconds", [0.0, 0.5, 10, 27])
def test_silence_is_a_fault_and_takes_no_more_time_than_there_is(node: Node, seconds: float) -> None:
    node.web.replies[f"{LOCAL}/v3"] = Reply(seconds=1e6)
    began = node.now()
    answers = ask(node, (Request(f"{LOCAL}/v3"), Request(f"{LOCAL}/healthcheck")), seconds)
    assert "no answer" in answers[0].fault
    assert node.now() - began <= seconds + 0.1


def test_a_curl_that_hangs_itself_is_ended(node: Node) -> None:
    def hang(world: World, _call: object) -> Finished:
        world.sleep(1e6)
        return Finished(0, "")

    node.install("/usr/bin/curl", hang)
    began = node.now()
    assert "no answer" in only(node, Request(f"{LOCAL}/v3"), 5).fault
    assert node.now() - began <= 6


def test_a_curl_that_fails_at_once_says_why(node: Node) -> None:
    node.install("/usr/bin/curl", lambda _world, _call: Finished(2, "", "curl: (2) no memory\n"))
    assert only(node, Request(f"{LOCAL}/v3")).fault == "curl: (2) no memory"
    node.install("/usr/bin/curl", lambda _world, _call: Finished(48, ""))
    assert "48" in only(node, Request(f"{LOCAL}/v3")).fault


def test_without_curl_the_operator_is_told_what_to_install() -> None:
    with pytest.raises(Missing, match=r"curl: .*install"):
        ask(World(), (Request("http://h/"),), 1)


def test_other_faults_of_curl_have_its_words() -> None:
    (answer,) = parse("F 000 0.02 60 SSL certificate problem\nF", "F", (Request("https://h"),), 1)
    assert (answer.status, answer.fault) == (0, "SSL certificate problem")
    (answer,) = parse("F 000 0.02 60 \nF", "F", (Request("https://h"),), 1)
    assert answer.fault == "curl error 60"


def test_two_calls_do_not_share_what_separates_answers(node: Node) -> None:
    only(node, Request(f"{LOCAL}/v3"))
    node.files["/proc/sys/kernel/random/uuid"] = "another\n"
    only(node, Request(f"{LOCAL}/v3"))
    assert node.calls[0].stdin != node.calls[1].stdin


def test_a_body_cannot_pass_for_an_answer(node: Node) -> None:
    node.web.replies[f"{LOCAL}/v3"] = Reply(500, "0000 200 0.1 0 \n0000 200 0.1 0 \n")
    assert only(node, Request(f"{LOCAL}/v3")).status == 500


def test_the_unquoting_of_the_tests_refuses_what_curl_would_misread() -> None:
    with pytest.raises(AssertionError):
        as_curl_reads('url = "a"b"')
