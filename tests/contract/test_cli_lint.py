"""`ocf-agents lint` finds every planted mistake, and none in the examples."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from support.command import EXAMPLES, called, typed
from support.mistakes import GOOD, PLANTED, Mistake, planted

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("example", sorted(EXAMPLES.glob("*.yaml")), ids=lambda path: path.stem)
def test_nothing_is_found_in_an_example(example: Path, tmp_path: Path) -> None:
    lines = tmp_path / "cluster.crm"
    lines.write_text(called("configure", example).out)
    said = called("lint", lines)
    assert said.out.startswith("nothing found; "), said.out
    assert (said.code, said.err) == (0, "")


@pytest.mark.parametrize("mistake", PLANTED, ids=lambda one: f"{one.rule}-{one.subject}")
def test_a_planted_mistake_is_found_with_its_reason_and_its_remedy(mistake: Mistake) -> None:
    said = called("lint", "-", "--json", stdin=planted(mistake))
    assert said.code == 1, said.err
    found = [one for one in json.loads(said.out) if (one["rule"], one["subject"]) == mistake[:2]]
    assert found, said.out
    for one in found:
        assert one["fact"]
        assert one["why"]
        assert one["crm"].startswith(("crm ", "cibsecret ", "crm_")), one["crm"]
        assert one["pcs"].startswith(("pcs ", "cibsecret ", "crm_")), one["pcs"]
        assert "sesame" not in one["fact"] + one["crm"] + one["pcs"]


def test_more_than_25_mistakes_are_planted_and_every_rule_has_one() -> None:
    from ocf_agents.advice.lint import RULES

    tested = {mistake.rule for mistake in PLANTED} | {"no-fence-device"}
    assert len(PLANTED) >= 25
    assert {rule.name for rule in RULES} == tested


def test_a_cluster_without_fence_devices_is_told_so() -> None:
    bare = "node a\nnode b\nprimitive ip IPaddr2 params ip=10.0.0.1 op monitor interval=10s\n"
    told = {one["rule"] for one in json.loads(called("lint", "-", "--json", stdin=bare).out)}
    assert "no-fence-device" in told


def test_an_operator_reads_the_fact_the_reason_and_the_command() -> None:
    said = typed("lint", "-", "--pcs", stdin=GOOD.replace(" notify=true", ""))
    assert said.code == 1
    first, why, mend = said.out.splitlines()[:3]
    assert first == "danger   ms_MySQL: notify is not true"
    assert why.startswith("         why:  replicas do not publish")
    assert mend == "         mend: pcs resource meta ms_MySQL notify=true"
    assert "\x1b" not in said.out


XML = """\
<cib validate-with="pacemaker-3.7"><configuration>
<crm_config><cluster_property_set id="o"><nvpair id="o-s" name="stonith-enabled" value="true"/>
</cluster_property_set></crm_config>
<nodes><node id="1" uname="n1"><instance_attributes id="n1-a"/></node><node id="2" uname="n2"/></nodes>
<resources>
<template id="t" class="ocf" provider="openstack" type="keystone"><instance_attributes id="t-i">
<nvpair id="t-i-p" name="os_password" value="sesame"/></instance_attributes></template>
<primitive id="k" template="t"><operations><op id="k-m" name="monitor" interval="15s" timeout="30s">
<instance_attributes id="k-m-i"><nvpair id="k-m-i-l" name="OCF_CHECK_LEVEL" value="10"/></instance_attributes>
</op></operations></primitive>
<primitive id="twice" class="ocf" provider="heartbeat" type="Dummy"><operations>
<op id="t-1" name="monitor" interval="15s"/><op id="t-2" name="monitor" interval="15s" OCF_CHECK_LEVEL="10"/>
</operations></primitive>
<master id="ms"><primitive id="db" class="ocf" provider="percona" type="mysql"/></master>
</resources>
<constraints><rsc_order id="sets"><resource_set id="s1"><resource_ref id="k"/></resource_set>
<resource_set id="s2" sequential="false"><resource_ref id="gone"/></resource_set></rsc_order></constraints>
</configuration><status/></cib>
"""


def test_xml_of_a_cluster_is_read_with_its_templates_sets_and_old_forms(tmp_path: Path) -> None:
    file = tmp_path / "cib.xml"
    file.write_text(XML)
    said = called("lint", "--cib", file, "--json")
    told = {(one["rule"], one["subject"]) for one in json.loads(said.out)}
    assert {
        ("password-in-clear", "k"), ("notify-missing", "ms"), ("monitor-missing", "db"),
        ("constraint-dangling", "sets"), ("old-words", "ms"), ("no-fence-device", "cluster"),
        ("monitor-intervals-collide", "twice"),
    } <= told  # fmt: skip
    assert ("process-only", "k") not in told


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("<cib", "<stdin>: not XML: "),
        ("<html/>", "<stdin>: <html> is no CIB: it has no <configuration>"),
        ("node a\nprimitve x y", "<stdin>: line 2: 'primitve' is no statement of crmsh's configure level"),
        ("order o inf: a", "<stdin>: line 1: this order statement is not complete"),
        ("\n\nprimitive \\\n  'x", "<stdin>: line 3: no closing quotation"),
    ],
)
def test_what_cannot_be_read_is_one_line_and_exit_code_2(text: str, fault: str) -> None:
    said = called("lint", "-", stdin=text)
    assert (said.code, said.out) == (2, "")
    assert said.err.startswith(f"ocf-agents: {fault}"), said.err
    assert said.err.count("\n") == 1


@pytest.mark.parametrize("command", ["lint", "doctor", "configure"])
def test_a_file_that_is_no_text_is_one_line_and_exit_code_2(command: str, tmp_path: Path) -> None:
    file = tmp_path / "image.crm"
    file.write_bytes(b"\xff\xfe")
    said = called(command, file)
    assert (said.code, said.out, said.err) == (2, "", f"ocf-agents: {file}: not UTF-8\n")


def test_a_template_of_crmsh_gives_its_resources_what_they_do_not_say_themselves() -> None:
    said = called(
        "lint", "-", "--json",
        stdin="rsc_template t ocf:openstack:keystone params os_password=sesame op monitor interval=10s timeout=30s\n"
        "primitive k @t op monitor interval=30s timeout=30s OCF_CHECK_LEVEL=10\n"
        "location l t inf: node1\n",
    )  # fmt: skip
    assert said.err == ""
    told = {(one["rule"], one["subject"]) for one in json.loads(said.out)}
    assert ("password-in-clear", "k") in told
    assert not {("monitor-missing", "k"), ("process-only", "k"), ("constraint-dangling", "l")} & told


@pytest.mark.parametrize(
    ("agent", "unit"),
    [
        ("redis", "redis-server"),
        ("mongodb", "mongod"),
        ("nova-metadata", "nova-api-metadata"),
        ("nova-metadata", "openstack-nova-metadata-api"),
        ("ceilometer-agent-central", "openstack-ceilometer-central"),
        ("keystone hosted=false", "openstack-keystone"),
    ],
)
def test_a_unit_of_the_same_service_is_known_by_whatever_name_a_distribution_gives_it(
    agent: str, unit: str
) -> None:
    text = (
        f"primitive ours ocf:openstack:{agent} trace_ra=1 trace_dir=/tmp\nprimitive theirs systemd:{unit}\n"
    )
    told = {
        (one["rule"], one["subject"]) for one in json.loads(called("lint", "-", "--json", stdin=text).out)
    }
    assert ("run-twice", "theirs") in told
    assert ("parameter-unknown", "ours") not in told


BOUND = """\
<cib><configuration><crm_config/><nodes/><resources>
<primitive id="k" class="ocf" provider="heartbeat" type="Dummy"/><bundle id="b"/></resources><constraints>
<rsc_location id="pattern" rsc-pattern="^k.*" node="n1" score="100"/>
<rsc_location id="set" node="n1" score="100"><resource_set id="s"><resource_ref id="k"/></resource_set></rsc_location>
<rsc_location id="bundle" rsc="b" node="n1" score="100"/><rsc_order id="tag" first="t" then="k"/>
</constraints><tags><tag id="t"><obj_ref id="k"/></tag></tags></configuration><status/></cib>
"""


@pytest.mark.parametrize(
    "text",
    [BOUND, "primitive k Dummy\nbundle b docker image=x\ntag t: k\nlocation l b 100: n1\norder o t k\n"],
)
def test_a_constraint_of_a_bundle_a_tag_a_pattern_or_a_set_is_sound(text: str) -> None:
    told = {
        (one["rule"], one["subject"]) for one in json.loads(called("lint", "-", "--json", stdin=text).out)
    }
    assert "constraint-dangling" not in {rule for rule, _ in told}


@pytest.mark.parametrize(("hosted", "found"), [("true", False), ("false", True)])
def test_what_only_watches_asks_at_every_level(hosted: str, found: bool) -> None:
    text = f"primitive k ocf:openstack:keystone params hosted={hosted} op monitor interval=10s timeout=30s\n"
    told = {one["rule"] for one in json.loads(called("lint", "-", "--json", stdin=text).out)}
    assert ("process-only" in told) is found


def test_without_a_cluster_it_says_what_to_do() -> None:
    said = typed("lint", environment={"PATH": "/nowhere", "CIB_file": "/nowhere"})
    assert said.code == 2
    assert said.err.count("\n") == 1
    assert "give a file: ocf-agents lint FILE" in said.err
