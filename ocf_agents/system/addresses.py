"""Which addresses are this node's own, as the kernel routes to them (ip(7)).

Like `sockets`, this serves healthy monitors: the interpreter's own `_socket` does it, and nothing is sent.
"""

import _socket

DISCARD = 9
"""A port that no packet is sent to: a datagram's socket is connected without one."""
DIGITS = "0123456789."


def local(address: str) -> bool:
    """Whether an IP address is one of this node's; a name is not, since nobody is asked what it stands for."""
    numeric = ":" in address or (bool(address) and not address.strip(DIGITS))
    if not numeric:
        return False
    family = _socket.AF_INET6 if ":" in address else _socket.AF_INET
    try:
        probe = _socket.socket(family, _socket.SOCK_DGRAM)
    except OSError:
        return False
    try:
        probe.connect((address, DISCARD))
        # What a node sends to itself comes from the address that it goes to.
        return bool(probe.getsockname()[0] == probe.getpeername()[0])
    except OSError:
        return False
    finally:
        probe.close()
