"""Ports that are free on this machine, chosen at run time so that many programs share it."""

import random
import socket
from collections.abc import Iterator
from contextlib import closing

# Below the range from which Linux takes the ports of outgoing connections (32768 and up):
# a port found free here is not taken a moment later by somebody's client socket.
LOWEST_PORT = 20000
HIGHEST_PORT = 32000

_ATTEMPTS = 1000


def is_free(port: int) -> bool:
    """Whether TCP and UDP of this port can be bound, on loopback and on every address.

    Both are tried because some parts bind one address and some bind them all.
    """
    for host in ("127.0.0.1", "0.0.0.0"):
        for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
            with closing(socket.socket(socket.AF_INET, kind)) as probe:
                try:
                    probe.bind((host, port))
                except OSError:
                    return False
    return True


def free_ports() -> Iterator[int]:
    """Distinct free ports, in random order so that two programs starting at once rarely meet.

    Raises OSError when the machine has none left.
    """
    candidates = random.sample(range(LOWEST_PORT, HIGHEST_PORT), _ATTEMPTS)
    yield from (port for port in candidates if is_free(port))
    raise OSError(f"no free port between {LOWEST_PORT} and {HIGHEST_PORT}")


def free_port(in_a_row: int = 1) -> int:
    """One of them, or the first of so many `in_a_row`."""
    rows = (range(port, port + in_a_row) for port in free_ports())
    return next(row[0] for row in rows if all(is_free(port) for port in row[1:]))
