"""Bad lines: what becomes of each of the caller's packets. The same every time, by a fixed seed."""

import random

from bench.line.media import Fate
from bench.line.rtp import FRAME_S

SEED = 7
BURST_PACKETS = 5
"""0.1 s, what a wireless handset loses at once."""


def loss(share: float) -> Fate:
    """Each packet is lost with this probability, by itself."""
    chance = random.Random(SEED)

    def fate(_: int) -> float | None:
        return None if chance.random() < share else 0.0

    return fate


def bursts(share: float) -> Fate:
    """So many packets are lost in all, always several in a row."""
    chance = random.Random(SEED)
    left = 0

    def fate(_: int) -> float | None:
        nonlocal left
        if left == 0 and chance.random() < share / BURST_PACKETS / (1 - share):
            left = BURST_PACKETS
        if left == 0:
            return 0.0
        left -= 1
        return None

    return fate


def jitter(most_s: float) -> Fate:
    """Each packet is up to so much late, so that some overtake others."""
    chance = random.Random(SEED)

    def fate(_: int) -> float | None:
        return chance.random() * most_s

    return fate


def hole(length_s: float, every_s: float) -> Fate:
    """Nothing comes for `length_s`, again and again, first after `every_s`."""
    period, missing = round((every_s + length_s) / FRAME_S), round(length_s / FRAME_S)

    def fate(number: int) -> float | None:
        return None if number % period >= period - missing else 0.0

    return fate
