"""What `ocf-agents configure` prints loads in a real cluster as it is, and everything in it starts."""

from __future__ import annotations

import json
import os
import shlex
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
from deployed import INSTALL, PASSWORDS, SESAME, await_everywhere, configuration, prepare, printed
from kept_secrets import SECRETS, keep_secret
from support.command import EXAMPLES, typed
from support.possible import skip_unless_lab

from ocf_agents.cib import crm, pcs
from ocf_agents.lab import Lab, keystone, mariadb

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator
    from concurrent.futures import Future
    from pathlib import Path

    from ocf_agents.lab import Node

each_example = pytest.mark.parametrize("example", sorted(EXAMPLES.glob("*.yaml")), ids=lambda path: path.stem)


@pytest.fixture(scope="module")
def three() -> Iterator[Lab]:
    """Three nodes with a configuration of today's form, and nothing in it but fencing."""
    skip_unless_lab()
    with Lab(f"deploy{os.getpid()}", 3, install=INSTALL, hosts={keystone.NAME: mariadb.VIP}) as built:
        built.crm("configure", "upgrade", "force")
        yield built
    assert built.leftovers() == []


def at_home(example: Path, lab: Lab, directory: Path) -> Path:
    """The example with the names of the lab's nodes."""
    text = example.read_text()
    for number, node in enumerate(lab.nodes, 1):
        for stem in ("server", "controller"):
            text = text.replace(f"{stem}{number}:", f"{node.name}:")
    copy = directory / example.name
    copy.write_text(text)
    return copy


@each_example
def test_an_example_loads_with_crmsh_without_a_warning(three: Lab, example: Path, tmp_path: Path) -> None:
    node = three.voice()
    if node.run(["test", "-e", "/usr/sbin/fence_ipmilan"]).returncode != 0:
        pytest.skip("fence_ipmilan is not installed; apt-get install fence-agents")
    node.check(["sh", "-c", "cibadmin --query > /tmp/shadow.xml"])
    node.write("/tmp/example.crm", printed(at_home(example, three, tmp_path)))
    environment = ["env", "CIB_file=/tmp/shadow.xml"]
    loaded = node.run([*environment, "crm", "configure", "load", "update", "/tmp/example.crm"], timeout=120)
    assert (loaded.returncode, loaded.stdout, loaded.stderr) == (0, "", "")
    # It has no quorum in a file, and says so with a warning.
    verified = node.run(["crm_verify", "--verbose", "--xml-file", "/tmp/shadow.xml"])
    assert "rror" not in verified.stderr, verified.stderr
    found = typed("lint", "-", "--json", stdin=node.read("/tmp/shadow.xml"))
    strangers = [
        one.name
        for one in three.nodes
        if f"\n  {one.name}:" not in at_home(example, three, tmp_path).read_text()
    ]
    assert [one for one in json.loads(found.out) if one["subject"] not in strangers] == []


@pytest.fixture(scope="module", autouse=True)
def taken_by_pcs(
    three: Lab, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Future[subprocess.CompletedProcess[str]]]:
    """An example is given to pcs, which takes a second for each command: other tests go on meanwhile."""
    three.voice().check(["sh", "-c", "cibadmin --query > /tmp/cluster.xml"])
    example = at_home(EXAMPLES / "two-nodes-of-2012.yaml", three, tmp_path_factory.mktemp("pcs"))
    first, *commands, last = [line for line in printed(example, "--pcs").splitlines() if line[0] != "#"]
    assert (first, last) == (f"pcs cluster cib {pcs.FILE}", f"pcs cluster cib-push {pcs.FILE}")
    # The lab's own devices have these names.
    remove = [f"pcs -f {pcs.FILE} stonith delete fence-{one.name}" for one in three.nodes]
    text = "\n".join(["set -e", "cd /tmp", *remove, *commands])
    with ThreadPoolExecutor(1) as pool:
        yield pool.submit(three.voice().run, ["sh"], input=text, timeout=400)


@pytest.fixture(scope="module")
def cloud(three: Lab, tmp_path_factory: pytest.TempPathFactory) -> Lab:
    """The lab with a whole configuration loaded, and all of it running."""
    prepare(three)
    three.crm_configure(configuration(three, tmp_path_factory.mktemp("cloud"), "  memcached:\n  keystone:\n"))
    await_everywhere(three, "memcachedService", "keystoneService")
    return three


def command(node: Node, *words: str, stdin: str = "") -> tuple[int, str]:
    """The exit code and the output of the installed command in a node; it says nothing else."""
    done = node.run(["ocf-agents", *words], input=stdin, timeout=90)
    assert done.stderr == "", done.stderr
    return done.returncode, done.stdout


def test_everything_starts_and_no_password_is_in_the_configuration(cloud: Lab) -> None:
    url = f"http://{cloud.nodes[0].address}:5000/v3"
    answer = cloud.wait(lambda: keystone.ask_for_token(cloud, SESAME, url=url), 60)
    assert answer.status == 201
    assert "<failure " not in cloud.voice().check(["crm_mon", "--one-shot", "--output-as=xml"])
    assert SESAME not in cloud.voice().check(["cibadmin", "--query"])


def test_lint_finds_nothing_in_the_running_cluster_and_one_mistake_that_is_made(cloud: Lab) -> None:
    node = cloud.voice()
    assert command(node, "lint", "--json") == (0, "[]\n")
    cloud.crm("resource", "meta", "ms_MySQL", "set", "notify", "false")
    code, told = command(node, "lint", "--json")
    assert code == 1
    (finding,) = json.loads(told)
    assert (finding["rule"], finding["subject"]) == ("notify-missing", "ms_MySQL")
    node.check(finding["crm"].split())
    assert command(node, "lint", "--json") == (0, "[]\n")


@pytest.mark.parametrize("resource", ["keystoneService", "memcachedService", "clustermysql"])
def test_check_looks_at_a_resource_with_the_parameters_and_passwords_that_it_has(
    cloud: Lab, resource: str
) -> None:
    # Of the database that is the primary: looking must not move it.
    node = cloud.node((cloud.where(resource, "Promoted") or cloud.where(resource))[0])
    before = cloud.where("clustermysql", "Promoted")
    code, told = command(node, "check", "--resource", resource, "--json")
    assert code == 0, told
    assert {one["verdict"] for one in json.loads(told)} == {"ok"}
    assert len(json.loads(told)) > 1
    assert SESAME not in told
    assert cloud.where("clustermysql", "Promoted") == before
    assert node.check(["sh", "-c", "ls /tmp | grep -c ocf-agents-check || true"]).strip() == "0"


def test_doctor_finds_the_node_ready_and_a_planted_fault(cloud: Lab) -> None:
    node = cloud.voice()
    code, text = command(node, "doctor", "--json")
    told = json.loads(text)
    faults = [one for one in told if one["status"] == "fault"]
    assert faults == []
    assert code == 0
    looks = {one["look"]: one for one in told}
    facts = {(one["look"], one["subject"]): one["fact"] for one in told}
    assert facts["ports", "keystoneService"] == "port 5000 is its own"
    assert facts["database", "clustermysql"] == "repl_user has the grants that replication needs"
    assert "keystone (public)" in {subject for look, subject in facts if look == "catalogue"}
    assert looks["passwords"]["status"] == "ok"
    node.check(
        ["sh", "-c", f"chmod 600 {keystone.CONFIGURATION}; echo x > {SECRETS}/keystoneService/os_password"]
    )
    code, text = command(node, "doctor", "--json", "--only", "passwords", "--only", "configuration")
    assert code == 1
    found = {(one["look"], one["subject"]) for one in json.loads(text) if one["status"] == "fault"}
    assert found == {("configuration", "keystoneService"), ("passwords", "keystoneService os_password")}
    keep_secret(cloud, PASSWORDS)
    node.check(["chmod", "640", keystone.CONFIGURATION])
    assert command(node, "doctor", "--only", "passwords", "--only", "configuration")[0] == 0


def test_explain_names_the_primary_who_would_follow_it_and_why_not_the_others(cloud: Lab) -> None:
    (primary,) = cloud.where("clustermysql", "Promoted")

    def settled() -> Any:
        told = json.loads(command(cloud.voice(), "explain", "mysql", "--json")[1])
        replicas = [one for one in told["prospects"] if one["node"] != primary]
        return told if told["pact"].count(",") == 2 and all(one["score"] for one in replicas) else None

    # A replica has its score with its next monitor after it became a standby, each at a moment of its own.
    told = cloud.wait(settled, 120, "both replicas to be standbys, and both with a score")
    assert told["primary"] == primary
    assert primary not in told["chosen"]
    assert {one["node"] for one in told["prospects"]} == {one.name for one in cloud.nodes}
    # The answer comes true.
    cloud.crm("node", "standby", primary)
    cloud.wait(lambda: cloud.where("clustermysql", "Promoted") not in ([], [primary]), 90, "another primary")
    (successor,) = cloud.where("clustermysql", "Promoted")
    assert successor in told["chosen"]
    after = json.loads(command(cloud.voice(), "explain", "mysql", "--json")[1])
    assert after["primary"] == successor
    assert {"is in standby"} == {one["text"] for one in after["prospects"] if one["node"] == primary}
    cloud.crm("node", "online", primary)


def test_what_is_printed_is_quoted_for_a_shell() -> None:
    made = crm.read("primitive a ocf:openstack:keystone params additional_parameters=\"--x 'y z'\"")
    line = next(line for line in pcs.write(made).splitlines() if "create a" in line)
    assert "additional_parameters=--x 'y z'" in shlex.split(line)


def test_an_example_is_taken_by_pcs_command_by_command(
    three: Lab, taken_by_pcs: Future[subprocess.CompletedProcess[str]]
) -> None:
    done = taken_by_pcs.result()
    assert done.returncode == 0, done.stderr
    made = typed("lint", "-", "--json", stdin=three.voice().read("/tmp/cluster.xml"))
    facts = {(one["rule"], one["subject"]) for one in json.loads(made.out)}
    assert facts <= {("node-without-fence", "n3"), ("node-address-missing", "n3")}, facts
