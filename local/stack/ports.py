"""Where the parts of one stack listen, so that several share one machine."""

import random
from dataclasses import dataclass

from local.ports import free_ports

# LiveKit SIP takes even ports alone, so this is room for 200 calls. Two stacks may overlap:
# it tries another port when one is taken.
RTP_LOWEST_PORT = 10000
RTP_HIGHEST_PORT = 19600
RTP_PORTS = 400


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
        numbers = free_ports()
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
