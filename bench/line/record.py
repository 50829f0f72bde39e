"""What the caller heard and said, packet by packet, with the time of each on the wall clock.

A sample is heard when its packet has arrived, and later by its place in the packet; it was spoken
before its packet left, by its distance from the packet's end. So both follow what a telephone can
do at best, and none of its own delay (a jitter buffer of 40 to 100 ms) is in any figure.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from bench.line.g711 import RATE_HZ, Pcm, decode
from bench.line.rtp import FRAME_S

LOUD = 328
"""-40 dBFS: below what one hears over a telephone as anything but silence."""
QUIET_S = 0.2
"""A sound is another one when so much quiet lies before it."""


@dataclass(frozen=True)
class Sound:
    """A stretch of sound: from the first to the last loud sample, in seconds of the wall clock."""

    start_s: float
    end_s: float

    @property
    def duration_s(self) -> float:
        return self.end_s - self.start_s


def loud_samples(samples: Pcm) -> tuple[int, int] | None:
    """The first loud sample and the one after the last; None when all is quiet."""
    found = np.flatnonzero(np.abs(samples.astype(np.int32)) >= LOUD)
    return (int(found[0]), int(found[-1]) + 1) if len(found) else None


def heard(payloads: Iterable[tuple[float, bytes]], quiet_s: float = QUIET_S) -> list[Sound]:
    """The sounds in arrived packets, joined over pauses shorter than `quiet_s`."""
    return _sounds(((at_s, decode(data)) for at_s, data in payloads), 0.0, quiet_s)


def spoken(payloads: Iterable[tuple[float, bytes]], quiet_s: float = QUIET_S) -> list[Sound]:
    """The same for packets that were sent."""
    return _sounds(((at_s, decode(data)) for at_s, data in payloads), -FRAME_S, quiet_s)


def _sounds(frames: Iterable[tuple[float, Pcm]], offset_s: float, quiet_s: float) -> list[Sound]:
    sounds: list[Sound] = []
    for at_s, samples in frames:
        loud = loud_samples(samples)
        if loud is None:
            continue
        begin_s = at_s + offset_s
        start_s, end_s = begin_s + loud[0] / RATE_HZ, begin_s + loud[1] / RATE_HZ
        if sounds and start_s - sounds[-1].end_s < quiet_s:
            sounds[-1] = Sound(sounds[-1].start_s, max(sounds[-1].end_s, end_s))
        else:
            sounds.append(Sound(start_s, end_s))
    return sounds
