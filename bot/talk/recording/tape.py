"""What both sides of a call sound like, laid on one line of time, and taken off at its front."""

from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.int16]

# A pause that is shorter is none: the sound goes on where it ended. The caller's comes in one
# stream, late when this process was held up; Echo's is placed when it is played: a gap is one.
_NO_PAUSE_S = {0: 0.5, 1: 0.06, 2: 0.06}
# Sound that lies so far behind what is laid down is left out, or all after it would be late.
_BEHIND_S = 0.25
# What waits to be taken: more means that nobody takes.
_LONGEST_S = 30.0


class Lane(IntEnum):
    """Whose sound it is. Echo's voice and the stored phrases may sound at the same time."""

    CALLER = 0
    VOICE = 1
    CLIPS = 2


class Tape:
    """Holds the sound that has not been taken yet. Times are seconds since its beginning."""

    def __init__(self, rate_hz: int) -> None:
        self._rate_hz = rate_hz
        self._parts: dict[Lane, list[tuple[int, Samples]]] = {lane: [] for lane in Lane}
        self._ends = dict.fromkeys(Lane, 0)
        self._taken = 0

    def put(self, lane: Lane, at_s: float, samples: Samples) -> None:
        """`samples` begin at `at_s`, or where the sound before them in this lane ends.

        What cannot wait any more is dropped: nobody has taken anything for half a minute.
        """
        end = max(self._ends[lane], self._taken)
        at = round(at_s * self._rate_hz)
        if end - at > _BEHIND_S * self._rate_hz:
            return
        if at - end <= (_NO_PAUSE_S[lane] * self._rate_hz if end == self._ends[lane] else 0):
            at = end
        if at + len(samples) - self._taken > _LONGEST_S * self._rate_hz:
            return
        self._parts[lane].append((at, samples))
        self._ends[lane] = at + len(samples)

    def cut(self, lane: Lane, at_s: float) -> None:
        """What was to sound from `at_s` on is not heard."""
        at = max(round(at_s * self._rate_hz), self._taken)
        if at >= self._ends[lane]:
            return
        self._parts[lane] = [
            (start, samples[: at - start]) for start, samples in self._parts[lane] if start < at
        ]
        self._ends[lane] = at

    def take(self, until_s: float) -> Samples:
        """What has sounded since the last time and until `until_s`, silence where nothing did.

        Shape (samples, 2): the caller and Echo.
        """
        until = max(round(until_s * self._rate_hz), self._taken)
        heard = np.zeros((until - self._taken, 2), dtype=np.int32)
        for lane in Lane:
            side = heard[:, 0 if lane is Lane.CALLER else 1]
            later = []
            for start, samples in self._parts[lane]:
                low, high = max(start, self._taken), min(start + len(samples), until)
                if low < high:
                    side[low - self._taken : high - self._taken] += samples[
                        low - start : high - start
                    ]
                if start + len(samples) > until:
                    later.append((start, samples))
            self._parts[lane] = later
        self._taken = until
        return np.clip(heard, -32768, 32767).astype(np.int16)
