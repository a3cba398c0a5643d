"""The lab's power daemon, outside of the nodes: what a management controller is to real ones.

It listens on the lab's network, at the switch, so a node whose cable is cut cannot shoot.
"""

from __future__ import annotations

import socketserver
import sys
import threading
import traceback

from .errors import LabError
from .fencing import POWER_PORT
from .lab import Lab
from .node import Node, Power
from .state import SWITCH_OCTET


def answer(lab: Lab, line: str) -> str:
    """The answer to one request, `ACTION [NODE]`, after the request has been carried out."""
    action, _, plug = line.strip().partition(" ")
    if action == "monitor":
        return "ok"
    if action == "list":
        return "ok " + " ".join(lab.spec.nodes)
    node = lab.node(plug)
    if action == "status":
        return "ok off" if node.power is Power.OFF else "ok on"
    if action in ("off", "reboot"):
        node.kill()
    if action == "reboot":
        # Fencing is done when the node is off: the cluster need not wait for it to come back.
        threading.Thread(target=_switch_on, args=(node,), daemon=True).start()
    elif action == "on":
        _switch_on(node)
    elif action != "off":
        raise LabError(f"{action}: no such action")
    return "ok"


def serve(name: str) -> None:
    """Requests to the power daemon of this lab are answered until the lab is taken down."""
    lab = Lab.attach(name)

    class Request(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            line = self.rfile.readline(200).decode(errors="replace")
            try:
                text = answer(lab, line)
            except (LabError, OSError) as error:
                text = f"error {error}"
            print(f"{self.client_address[0]}: {line.strip()}: {text}", file=sys.stderr, flush=True)
            self.wfile.write(f"{text}\n".encode())

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True
        allow_reuse_address = True

    address: tuple[str, int] = (lab.spec.address(SWITCH_OCTET), POWER_PORT)
    with Server(address, Request) as server:
        print("ready", flush=True)
        server.serve_forever()


def _switch_on(node: Node) -> None:
    try:
        if node.power is Power.OFF:
            node.start()
    except (LabError, OSError):
        # A node that is shot again while it boots is no fault of the daemon.
        traceback.print_exc()


if __name__ == "__main__":
    serve(sys.argv[1])
