"""What is so before a block of a page is typed in the cluster that the pages speak of."""

from __future__ import annotations

import os
import shlex
import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING, Callable

import deployed
from documented import ANSWERS, LOGIN_FILE, NODES, PATIENCE, SERVICE, Documented
from rebuilt_replica import part
from support.blocks import blocks

from ocf_agents.lab import keystone, mariadb
from ocf_agents.lab.fault_service import processes_of
from ocf_agents.lab.scene import APART

if TYPE_CHECKING:
    from collections.abc import Iterator

    from support.blocks import Block

    from ocf_agents.lab import Node

LOGIN = ("mariadb", "--user=repl_user", "--password=repl-password")
TLS = "/etc/mysql/tls"
SELF_SIGNED = f"""
mkdir {TLS}
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=database \\
    -keyout {TLS}/server.key -out {TLS}/server.pem
cp {TLS}/server.pem {TLS}/ca.pem
"""
ADMIN = {
    "AUTH_URL": keystone.URL,
    "USERNAME": "admin",
    "PASSWORD": deployed.SESAME,
    "PROJECT_NAME": "admin",
    "USER_DOMAIN_NAME": "Default",
    "PROJECT_DOMAIN_NAME": "Default",
}
CLONE = "ms_MySQL"
MORE = 1000
"""A write that only the standby has, where nobody may lead."""
RECORD = (
    *("crm_attribute", "--type=crm_config", "--set-name=mysql_replication"),
    f"--name={mariadb.NAME}_PACT",
)

# By the words of the block's mark; each says in which node it is typed.

Situation = Callable[[Documented, "Block"], "Iterator[Node]"]


def whole(here: Documented, _: Block) -> Iterator[Node]:
    here.await_whole()
    yield here.node


def as_left(here: Documented, _: Block) -> Iterator[Node]:
    yield here.node


def on_db1(here: Documented, _: Block) -> Iterator[Node]:
    yield here.lab.node("db1")


def db1_leads(here: Documented, _: Block) -> Iterator[Node]:
    here.lead("db1")
    yield here.lab.node("db1")


def db1_goes_to_standby(here: Documented, _: Block) -> Iterator[Node]:
    here.await_whole()
    here.lab.crm("node", "standby", "db1")
    yield here.node
    here.lab.crm("node", "online", "db1")


def reseed_is_taken_back(here: Documented, _: Block) -> Iterator[Node]:
    here.await_whole()
    yield here.node
    here.lab.crm("resource", "param", mariadb.NAME, "delete", "reseed")


def the_servers_have_certificates(here: Documented, block: Block) -> Iterator[Node]:
    """As the page's lines have them; the nodes share one."""
    here.await_whole()
    (lines,) = [one.text for one in blocks() if one.page == block.page and one.language == "ini"]
    here.node.check(["sh", "-ec", SELF_SIGNED])
    made = {name: here.node.read(f"{TLS}/{name}") for name in ("ca.pem", "server.pem", "server.key")}
    for node in here.lab.nodes:
        node.check(["install", "-d", TLS])
        for name, text in made.items():
            node.write(f"{TLS}/{name}", text)
        node.write("/etc/mysql/my.cnf", node.read("/etc/mysql/my.cnf") + lines)
    yield here.node
    here.await_whole()


def replication_is_encrypted_and_db1_leads(here: Documented, _: Block) -> Iterator[Node]:
    here.lead("db1")
    primary, replica = (here.lab.node(name) for name in NODES)
    yield primary
    # Who connects now does so over TLS, or is refused; the replica, then the agent.
    mariadb.ask(replica, "STOP SLAVE IO_THREAD; START SLAVE IO_THREAD")
    here.await_whole()
    here.lead("db2")
    plain = [*LOGIN, f"--host={primary.address}", "--skip-ssl", "--execute=SELECT 1"]
    assert "Access denied" in replica.run(plain).stderr
    # In this order: the parameter's change has the servers restarted.
    mariadb.ask(here.node, "ALTER USER repl_user@'10.77.%.%' REQUIRE NONE")
    here.lab.crm("resource", "param", mariadb.NAME, "delete", "replication_master_ssl_ca")
    here.await_whole()


def db1_is_set_apart(here: Documented, _: Block) -> Iterator[Node]:
    """It led once, and has writes that nobody confirmed."""
    lab = here.lab
    here.lead("db1")
    lost = lab.node("db1")
    # The transaction 0-1-100, which the page speaks of, is one of them.
    mariadb.ask(lost, "".join(f"REPLACE INTO app.written VALUES ({number});" for number in range(100)))
    here.lead("db2")
    part(lost)
    look = ["crm_mon", "--one-shot", "--output-as=xml"]
    lab.wait(lambda: APART in here.node.run(look).stdout, PATIENCE, "db1 to be set apart")
    yield lost


def db1_returns(here: Documented, _: Block) -> Iterator[Node]:
    yield here.lab.node("db1")
    here.await_whole()
    assert mariadb.ask(here.lab.node("db1"), "SELECT COUNT(*) FROM app.written WHERE number = -1") == "0"


def keystone_has_failed(here: Documented, _: Block) -> Iterator[Node]:
    here.await_whole()
    os.kill(processes_of(here.node, keystone.UWSGI_CONFIGURATION)[0].machine_pid, signal.SIGKILL)
    failed = ["sh", "-c", f"crm_mon -1 | grep -A9 Failed | grep -q {SERVICE}"]
    here.lab.wait(lambda: here.node.run(failed).returncode == 0, PATIENCE, "the failure to be on record")
    here.await_whole()
    yield here.node


def the_password_is_in_the_configuration(here: Documented, _: Block) -> Iterator[Node]:
    here.await_whole()
    here.lab.crm("resource", "param", SERVICE, "set", "os_password", deployed.SESAME)
    yield here.node
    assert deployed.SESAME not in here.node.check(["cibadmin", "--query"])


def the_devices_are_configured(here: Documented, block: Block) -> Iterator[Node]:
    """As the page's file has them, but nobody is to be shot by them."""
    (text,) = [one.text for one in blocks() if one.page == block.page and one.kind == "file"]
    joined = text.replace("\\\n", " ").splitlines()
    lines = [f"{one} meta target-role=Stopped\n" for one in joined if one.startswith("primitive fence")]
    here.lab.crm_configure("".join(lines))
    yield here.node
    here.lab.crm("configure", "delete", *(shlex.split(one)[1] for one in lines))


def the_administrator_has_logged_in(here: Documented, _: Block) -> Iterator[Node]:
    here.await_whole()
    here.node.write(
        LOGIN_FILE, f"export {shlex.join(f'OS_{name}={value}' for name, value in ADMIN.items())}\n"
    )
    yield here.node
    mine = ["--os-username=monitor", "--os-project-name=monitoring"]
    typed = shlex.join(
        ["openstack", *mine, f"--os-password={ANSWERS['--password-prompt']}", "token", "issue"]
    )
    done = here.type_in(here.node, typed)
    assert done.returncode == 0, done.stdout
    here.node.check(["rm", LOGIN_FILE])


def nobody_may_lead(here: Documented, _: Block) -> Iterator[Node]:
    """The record says that only a node has every confirmed write that does not return; the standby has more."""
    here.lead("db1")
    lab = here.lab
    lab.crm("resource", "stop", CLONE)
    lab.eventually([], lambda: lab.where(mariadb.NAME), PATIENCE, "no server")
    known = here.node.check([*RECORD, "--query", "--quiet"]).strip()
    here.node.check([*RECORD, f"--update={known.replace('db1', 'db3').replace('db2', '')}"])
    lab.crm("resource", "start", CLONE)
    lacking = ["sh", "-c", "crm_mon -1 | grep -c 'db3'"]
    lab.eventually("2\n", lambda: here.node.run(lacking).stdout, PATIENCE, "both servers to name db3")
    mariadb.ask(here.node, f"REPLACE INTO app.written VALUES ({MORE})")
    yield here.node
    lab.eventually(["db2"], lambda: lab.where(mariadb.NAME, "Promoted"), PATIENCE, "db2 to lead")
    here.await_whole()
    more = f"SELECT COUNT(*) FROM app.written WHERE number = {MORE}"
    assert [mariadb.ask(node, more) for node in lab.nodes] == ["1", "1"]


SITUATIONS: dict[str, Situation] = {
    "": whole,
    "as it was left": as_left,
    "as it was left, on db1": on_db1,
    "db1 leads": db1_leads,
    "db1 goes to standby": db1_goes_to_standby,
    "reseed is taken back after them": reseed_is_taken_back,
    "the servers have certificates": the_servers_have_certificates,
    "replication is encrypted, and db1 leads": replication_is_encrypted_and_db1_leads,
    "db1 is set apart": db1_is_set_apart,
    "db1 returns after them": db1_returns,
    "keystoneService has failed": keystone_has_failed,
    "the password is in the configuration": the_password_is_in_the_configuration,
    "the devices are configured": the_devices_are_configured,
    "the administrator has logged in": the_administrator_has_logged_in,
    "nobody may lead": nobody_may_lead,
}


@contextmanager
def situation(here: Documented, block: Block) -> Iterator[Node]:
    """It is as the block's mark says; the node is where the block is typed."""
    yield from SITUATIONS[block.rest](here, block)
