"""`make bench`: a real Keystone in a lab, its monitors measured beside others in one run.

Instruction counts decide whether a target is met, since they do not depend on what else the
machine does; times inform, as ratios within this run.
"""

from __future__ import annotations

import json
import statistics
import sys
from typing import TYPE_CHECKING, Any

from ocf_agents.lab import Lab, keystone, mariadb
from ocf_agents.lab.image import CHECKOUT

from . import replica
from .cases import (
    BODY,
    BROKER,
    CERTIFICATE,
    DAEMON,
    DAEMON_CONFIGURATION,
    DATABASE,
    FLOOR,
    HOSTS,
    PASSWORD,
    PLACE,
    PRIVATE_KEY,
    PROCESSES,
    PROXY_CONFIGURATION,
    PROXY_PORT,
    SECURE_INI,
    SECURE_PORT,
    SOCKETS,
    STARTED,
    call,
)

if TYPE_CHECKING:
    from ocf_agents.lab.node import Node

    from .cases import Case

ROUNDS = 6
HEAD = (
    f"\n{'':36}{'instructions':>13}{'/ bare':>8}{'target':>8}{'processes':>11}{'CPU ms':>9}{'/ bare':>8}"
    f"{'wall ms':>9}"
)
HAPROXY = f"""\
defaults
    mode http
    timeout connect 5s
    timeout client 60s
    timeout server 60s
listen keystone
    bind 127.0.0.1:{PROXY_PORT} ssl crt {CERTIFICATE}.both
    server local 127.0.0.1:5000
"""


def main() -> int:
    """The table is printed, with every target that is missed."""
    print("starting a lab with a real Keystone, over HTTP and over HTTPS ...", flush=True)
    with Lab("bench", nodes=len(HOSTS), hosts=keystone.HOSTS, fencing=False) as lab:
        keystone.prepare(lab, PASSWORD)
        prepare_https(lab.nodes[0])
        lab.nodes[0].write(BODY, keystone.login("admin", PASSWORD))
        prepare_crowd(lab.nodes[1])
        for instance, (place, agent, parameters) in STARTED.items():
            act(lab.nodes[place], agent, call(instance, parameters), "start")
        answers = [measured(node, cases) for node, (_, cases) in zip(lab.nodes, HOSTS)]
        for instance, (place, agent, parameters) in STARTED.items():
            act(lab.nodes[place], agent, call(instance, parameters), "stop")
    print(HEAD)
    for (heading, cases), results in zip(HOSTS, answers):
        report(heading, cases, results)
    print("\nstarting a lab with a MariaDB and its replica ...", flush=True)
    with Lab("benchdb", nodes=2, hosts=mariadb.HOSTS, fencing=False) as lab:
        node = replica.prepare(lab)
        looks = replica.cases(node)
        results = measured(node, looks)
    print(HEAD)
    report("on a node with a replica of MariaDB", looks, results)
    print(f"\nmedians of {ROUNDS} rounds; a ratio is the median of the rounds' own ratios")
    return 0


def measured(node: Node, cases: tuple[Case, ...]) -> list[dict[str, Any]]:
    """What each of the cases costs on the node."""
    print(f"measuring {len(cases)} cases, {ROUNDS} rounds each ...", flush=True)
    order = json.dumps({"rounds": ROUNDS, "cases": [case.described() for case in cases]})
    inside = ["/usr/bin/python3", f"{CHECKOUT}/bench/inside.py"]
    results: list[dict[str, Any]] = json.loads(node.check(inside, input=order, timeout=1800))
    return results


def prepare_crowd(node: Node) -> None:
    """The node is crowded, and has what a daemon with a broker and a database needs."""
    node.check(["mkdir", "-p", PLACE])
    node.check(["cp", f"{CHECKOUT}/tests/support/stand_in_daemon.py", DAEMON])
    places = "".join(f"connect = 127.0.0.1:{port}\n" for port in (BROKER, DATABASE))
    node.write(DAEMON_CONFIGURATION, f"[DEFAULT]\n{places}")
    numbers = map(str, (PROCESSES, SOCKETS, BROKER, DATABASE))
    crowd = ["/usr/bin/python3", f"{CHECKOUT}/bench/crowd.py", *numbers]
    node.check(["sh", "-c", f"{' '.join(crowd)} </dev/null >/dev/null 2>&1"])


def prepare_https(node: Node) -> None:
    """The node has a certificate of its own, and two servers that use it: a uWSGI and a haproxy."""
    node.check(["mkdir", "-p", CERTIFICATE.rpartition("/")[0]])
    node.check(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"),
            *("-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"),
            *("-keyout", PRIVATE_KEY, "-out", CERTIFICATE),
        ]
    )
    # uWSGI reads the key as keystone.
    directory = CERTIFICATE.rpartition("/")[0]
    node.check(["chown", "-R", "keystone", directory])
    node.check(["chmod", "711", "/root"])
    # uWSGI closes the connection after each request, so every one of them costs a TLS handshake.
    socket = f"https-socket = 127.0.0.1:{SECURE_PORT},{CERTIFICATE},{PRIVATE_KEY}\n"
    settings = node.read(keystone.UWSGI_CONFIGURATION)
    node.write(SECURE_INI, settings + socket)
    # With the length of an answer known, haproxy keeps the connection open, as httpd does.
    node.write(keystone.UWSGI_CONFIGURATION, settings.replace("rem-header = Content-Length\n", ""))
    node.check(["sh", "-c", f"cat {CERTIFICATE} {PRIVATE_KEY} > {CERTIFICATE}.both"])
    node.write(PROXY_CONFIGURATION, HAPROXY)
    node.check(["haproxy", "-D", "-f", PROXY_CONFIGURATION])


def act(node: Node, agent: str, environment: dict[str, str], action: str) -> None:
    """The action succeeded; LabError has what the agent said where it did not."""
    node.check(
        ["env", "-i", *(f"{key}={value}" for key, value in environment.items()), agent, action], timeout=90
    )


def report(heading: str, cases: tuple[Case, ...], results: list[dict[str, Any]]) -> None:
    """The rows of one node on standard output."""
    floor = results[cases.index(FLOOR)]
    if heading:
        print(f"\n{heading}:")
    for case, result in zip(cases, results):
        count = result["instructions"] / floor["instructions"]
        cpu = statistics.median(result["cpu"])
        ratios = [mine / bare for mine, bare in zip(result["cpu"], floor["cpu"])]
        target = f"{case.most:.1f}" if case.most else ""
        missed = case.most is not None and count > case.most
        print(
            f"{case.name:36}{result['instructions'] / 1e6:11.1f} M{count:8.2f}{target:>8}{result['processes']:11}"
            f"{cpu * 1000:9.1f}{statistics.median(ratios):8.2f}{statistics.median(result['wall']) * 1000:9.1f}"
            f"{'  over its target' if missed else ''}"
        )


if __name__ == "__main__":
    sys.exit(main())
