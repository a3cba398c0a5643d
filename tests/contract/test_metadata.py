"""What agents say of themselves is what Pacemaker, pcs, crmsh and ocf-tester can read."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from lxml import etree
from support.each import each

from ocf_agents.agents import everyone
from ocf_agents.ocf.parameters import Secret
from ocf_agents.render.metadata import render

if TYPE_CHECKING:
    from ocf_agents.ocf.agent import Agent

CHECKOUT = Path(__file__).resolve().parents[2]
OURS = Path(__file__).with_name("ocf-1.1.rng")
OF_OCF_TESTER = Path("/usr/share/resource-agents/ra-api-1.dtd")
OF_PCS = [Path(place, "pcs/data/ocf-1.1.rng") for place in ("/usr/share", "/usr/lib", "/usr/lib64")]
OF_PACEMAKER = Path("/usr/share/pacemaker/api/ocf-ra-1.1.rng")

each_agent = each(everyone(), lambda agent: agent.name)


def committed(agent: type[Agent]) -> Path:
    return CHECKOUT / f"metadata/{agent.name}.xml"


def parsed(agent: type[Agent]) -> etree._Element:
    return etree.fromstring(committed(agent).read_text(encoding="utf-8"))


@cache
def grammar_of(schema: Path) -> etree.RelaxNG:
    return etree.RelaxNG(etree.parse(str(schema)))


def follows(schema: Path, document: etree._Element) -> None:
    """Fails with the validator's words."""
    grammar = grammar_of(schema)
    assert grammar.validate(document), grammar.error_log


@each_agent
def test_the_committed_file_is_what_the_class_says(agent: type[Agent]) -> None:
    assert committed(agent).read_text(encoding="utf-8") == render(agent), "run: make generate"


@each_agent
def test_it_follows_ocf_1_1(agent: type[Agent]) -> None:
    follows(OURS, parsed(agent))


@each_agent
def test_it_follows_the_schema_of_pcs(agent: type[Agent]) -> None:
    schema = next((path for path in OF_PCS if path.exists()), None)
    if schema is None:
        pytest.skip("pcs is not installed here")
    follows(schema, parsed(agent))


@pytest.mark.skipif(not OF_PACEMAKER.exists(), reason=f"this Pacemaker has no {OF_PACEMAKER.name}")
def test_they_all_follow_the_schema_of_pacemaker() -> None:
    for agent in everyone():
        follows(OF_PACEMAKER, parsed(agent))


@each_agent
def test_it_is_valid_by_the_dtd_of_ocf_tester(agent: type[Agent], tmp_path: Path) -> None:
    if not OF_OCF_TESTER.exists():
        pytest.skip("resource-agents are not installed here")
    # The document names its DTD without a directory: ocf-tester changes to where that is.
    (tmp_path / OF_OCF_TESTER.name).write_bytes(OF_OCF_TESTER.read_bytes())
    copy = tmp_path / "agent.xml"
    copy.write_bytes(committed(agent).read_bytes())
    etree.parse(str(copy), etree.XMLParser(dtd_validation=True, no_network=True))


@each_agent
def test_crmsh_can_read_it(agent: type[Agent]) -> None:
    text = committed(agent).read_text(encoding="utf-8")
    assert "encoding" not in text.splitlines()[0], "its parser refuses a text that names one"
    root = etree.fromstring("\n".join(text.splitlines()))
    assert root.get("name") == agent.name


@each_agent
def test_recurring_monitors_differ_in_their_intervals(agent: type[Agent]) -> None:
    intervals = [
        action.get("interval") for action in parsed(agent).iter("action") if action.get("name") == "monitor"
    ]
    assert intervals
    assert len(set(intervals)) == len(intervals)
    assert None not in intervals


@each_agent
def test_what_is_advertised_is_implemented_and_the_other_way_round(agent: type[Agent]) -> None:
    root = parsed(agent)
    assert {action.get("name") for action in root.iter("action")} == set(agent.actions)
    names = {name for key, one in agent.parameters.items() for name in (key, *one.aliases)}
    assert {parameter.get("name") for parameter in root.iter("parameter")} == names


@each_agent
def test_no_default_of_a_secret_is_told(agent: type[Agent]) -> None:
    secrets = {name for name, parameter in agent.parameters.items() if isinstance(parameter, Secret)}
    for parameter in parsed(agent).iter("parameter"):
        if parameter.get("name") in secrets:
            content = parameter.find("content")
            assert content is not None
            assert content.get("default") is None


@each_agent
def test_the_default_that_is_told_is_the_default(agent: type[Agent]) -> None:
    for element in parsed(agent).iter("parameter"):
        parameter = agent.parameters.get(element.get("name", ""))
        content = element.find("content")
        if parameter and content is not None and content.get("default"):
            assert parameter.read(content.get("default") or "") == parameter.default


WRONG = (
    "<version>1.0</version>",
    '<action name="monitor"/>',
    '<action name="dance" timeout="1s"/>',
    '<action name="start" timeout="1s" role="Master"/>',
    '<content type="text"/>',
    '<content type="boolean" default="yes"/>',
)


@pytest.mark.parametrize("wrong", WRONG)
def test_our_grammar_is_strict(wrong: str) -> None:
    good = committed(everyone()[0]).read_text(encoding="utf-8")
    tag = etree.fromstring(wrong).tag
    root = etree.fromstring(good)
    grammar = grammar_of(OURS)
    assert grammar.validate(root)
    old = next(root.iter(tag))
    parent = old.getparent()
    assert parent is not None
    parent.replace(old, etree.fromstring(wrong))
    assert not grammar.validate(root)
