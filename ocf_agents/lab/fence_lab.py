#!/usr/bin/python3 -IS
"""The fence agent of a lab's nodes: tells the lab's power daemon to switch a node off or on.

A copy of this file is /usr/sbin/fence_lab in every node; it must import nothing of the project.
"""

from __future__ import annotations

import socket
import sys

METADATA = """<?xml version="1.0" ?>
<resource-agent name="fence_lab" shortdesc="Power switch of a lab's nodes">
<longdesc>Switches a node of an ocf-agents lab off or on through the power daemon.</longdesc>
<vendor-url>https://www.clusterlabs.org</vendor-url>
<parameters>
<parameter name="action" required="1"><content type="string" default="reboot"/>
<shortdesc lang="en">Fencing action</shortdesc></parameter>
<parameter name="ip" required="1"><content type="string"/>
<shortdesc lang="en">Address of the power daemon</shortdesc></parameter>
<parameter name="ipport"><content type="integer" default="6230"/>
<shortdesc lang="en">Port of the power daemon</shortdesc></parameter>
<parameter name="plug" required="1"><content type="string"/>
<shortdesc lang="en">Name of the node</shortdesc></parameter>
</parameters>
<actions>
<action name="on" automatic="0"/><action name="off"/><action name="reboot"/>
<action name="status"/><action name="list"/><action name="monitor"/>
<action name="metadata"/><action name="validate-all"/>
</actions>
</resource-agent>
"""
NEEDS_PLUG = ("on", "off", "reboot", "status")
ALIASES = {"port": "plug", "option": "action", "ipaddr": "ip"}


def read_options(arguments: list[str], lines: list[str]) -> dict[str, str]:
    """The options by name, from the command line (-o ACTION) and from key=value lines."""
    options: dict[str, str] = {}
    if "-o" in arguments[:-1]:
        options["action"] = arguments[arguments.index("-o") + 1]
    else:
        for line in lines:
            name, equals, value = line.strip().partition("=")
            if equals and not name.startswith("#"):
                options[ALIASES.get(name, name)] = value
    return options


def ask(ip: str, port: int, question: str) -> str:
    """The power daemon's answer to one line."""
    with socket.create_connection((ip, port), timeout=5) as connection:
        connection.settimeout(30)
        connection.sendall((question + "\n").encode())
        return connection.makefile().readline().strip()


def main() -> int:
    """The exit status that fencing expects: 0 done or on, 2 off, 1 failed."""
    options = read_options(sys.argv[1:], [] if "-o" in sys.argv else sys.stdin.readlines())
    action = options.get("action", "reboot")
    if action == "metadata":
        print(METADATA, end="")
        return 0
    plug = options.get("plug", "")
    if action in NEEDS_PLUG and not plug:
        print("fence_lab: no plug: name the node", file=sys.stderr)
        return 1
    if action == "validate-all":
        return 0 if options.get("ip") else 1
    try:
        answer = ask(options.get("ip", ""), int(options.get("ipport") or 6230), action + " " + plug)
    except OSError as error:
        print("fence_lab: power daemon {}: {}".format(options.get("ip"), error), file=sys.stderr)
        return 1
    word, _, text = answer.partition(" ")
    if word != "ok":
        print("fence_lab: " + (text or "the power daemon did not answer"), file=sys.stderr)
        return 1
    if action == "list":
        print("\n".join(name + "," for name in text.split()))
    return 2 if action == "status" and text == "off" else 0


if __name__ == "__main__":
    sys.exit(main())
