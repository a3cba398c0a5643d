"""The management controller of a lab's node, which speaks IPMI 2.0: `PROGRAM DAEMON PORT NODE ADDRESS USER PASSWORD`.

What it is told to do with the power it passes on to the lab's power daemon.
"""

from __future__ import annotations

import socket
import sys
import threading

from pyghmi.ipmi.bmc import Bmc


class Controller(Bmc):
    """The controller of one node, at an address of its own."""

    def __init__(self, daemon: tuple[str, int], node: str, address: str, login: dict[str, str]) -> None:
        # As an address of IPv6: with one of IPv4 the library cannot wake itself.
        super().__init__(login, address=f"::ffff:{address}")
        self.daemon = daemon
        self.node = node

    def ask(self, action: str) -> str:
        """What the power daemon answers."""
        with socket.create_connection(self.daemon, timeout=30) as connection:
            connection.sendall(f"{action} {self.node}\n".encode())
            return connection.makefile().readline().strip()

    def get_power_state(self) -> str:
        """Whether the node has power."""
        return self.ask("status").partition(" ")[2]

    def power_off(self) -> None:
        """The node is off."""
        self.ask("off")

    def power_on(self) -> None:
        """The node boots; a controller does not wait for the end of it."""
        threading.Thread(target=self.ask, args=("on",)).start()


if __name__ == "__main__":
    host, port, name, place, user, password = sys.argv[1:]
    Controller((host, int(port)), name, place, {user: password})
    print("ready", flush=True)
    Controller.listen()
