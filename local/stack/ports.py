"""Free loopback ports, chosen at run time so that several stacks share one machine."""

import random
import socket
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass

# Below the range from which Linux takes the ports of outgoing connections (32768 and up):
# a port found free here is not taken a moment later by somebody's client socket.
LOWEST_PORT = 20000
HIGHEST_PORT = 32000

# LiveKit SIP takes even ports alone, so this is room for 200 calls. Two stacks may overlap:
# it tries another port when one is taken.
RTP_LOWEST_PORT = 10000
RTP_HIGHEST_PORT = 19600
RTP_PORTS = 400

_ATTEMPTS = 1000


@dataclass(frozen=True)
class Ports:
    """Where each part of one stack listens."""

    redis: int
    livekit: int
    livekit_media: int
    sip: int
    sip_health: int
    providers: int
    worker: int
    desk: int
    rtp_first: int
    rtp_last: int

    @classmethod
    def pick(cls) -> "Ports":
        """Choose ports that are free now; raises OSError when the machine has none left."""
        numbers = _free_ports()
        rtp_first = random.randrange(RTP_LOWEST_PORT, RTP_HIGHEST_PORT, RTP_PORTS)
        return cls(
            redis=next(numbers),
            livekit=next(numbers),
            livekit_media=next(numbers),
            sip=next(numbers),
            sip_health=next(numbers),
            providers=next(numbers),
            worker=next(numbers),
            desk=next(numbers),
            rtp_first=rtp_first,
            rtp_last=rtp_first + RTP_PORTS - 1,
        )


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


def _free_ports() -> Iterator[int]:
    """Distinct free ports, in random order so that two stacks starting at once rarely meet."""
    candidates = random.sample(range(LOWEST_PORT, HIGHEST_PORT), _ATTEMPTS)
    yield from (port for port in candidates if is_free(port))
    raise OSError(f"no free port between {LOWEST_PORT} and {HIGHEST_PORT}")
