"""Listen to a call: keep the sound, and tell when somebody speaks."""

from collections.abc import Callable

import numpy as np

from local.caller.clock import Clock
from local.caller.hearing.arrival import ArrivalClock
from local.caller.hearing.recording import Track
from local.caller.hearing.segments import FLOOR_DBFS, Segmenter
from local.caller.leg import Leg
from local.caller.timing import Span
from local.sound.pcm import Pcm, as_array, level_dbfs

TICK_S = 0.01
# After this long without a packet the far end counts as silent.
NO_PACKETS_S = 0.2
# Quiet sound that would be placed later than this after its arrival is dropped.
AHEAD_S = 0.02


class Ear:
    """The far end's side of the sound, in seconds since the INVITE."""

    def __init__(
        self,
        leg: Leg,
        clock: Clock,
        track: Track,
        new_segmenter: Callable[[float], Segmenter],
        on_utterance: Callable[[Span], None],
    ) -> None:
        self._leg = leg
        self._clock = clock
        self._track = track
        self._arrivals = ArrivalClock(leg.rate_hz)
        self._listening_since_s = clock.now_s()
        self._new_segmenter = new_segmenter
        self._segmenter: Segmenter | None = None
        self._segmented = 0
        self._on_utterance = on_utterance
        self.speech: list[Span] = []

    @property
    def speaking_since_s(self) -> float | None:
        return self._segmenter.speaking_since_s if self._segmenter else None

    @property
    def silent_since_s(self) -> float:
        """The end of the last voice; the beginning of the call when there was none yet."""
        last_s = self._segmenter.last_voice_s if self._segmenter else None
        return self._listening_since_s if last_s is None else last_s

    async def listen(self) -> None:
        """Until the call is over."""
        while not self._leg.is_over:
            self._tick()
            await self._clock.sleep(TICK_S)
        self._take(self._leg.read())
        if self._segmenter:
            self._report(self._segmenter.finish())

    def _tick(self) -> None:
        if not self._take(self._leg.read()):
            self._assume_silence()

    def _take(self, pcm: bytes) -> bool:
        if not pcm:
            return False
        samples, now_s = as_array(pcm), self._clock.now_s()
        if self._arrivals.ahead_s(now_s) > AHEAD_S and level_dbfs(samples) < FLOOR_DBFS:
            return True
        start = self._arrivals.place(len(samples), now_s)
        self._track.write(start, samples)
        self._segment(start, samples)
        return True

    def _assume_silence(self) -> None:
        """The stream has stopped: let the end of an utterance be noticed all the same."""
        silent_until = round((self._clock.now_s() - NO_PACKETS_S) * self._leg.rate_hz)
        if self._segmenter and silent_until > self._segmented:
            self._segment(silent_until, np.zeros(0, dtype=np.int16))

    def _segment(self, start: int, samples: Pcm) -> None:
        if self._segmenter is None:
            self._segmenter = self._new_segmenter(start / self._leg.rate_hz)
            self._segmented = start
        hole = start - self._segmented
        if hole > 0:
            self._report(self._segmenter.push(np.zeros(hole, dtype=np.int16)))
        # Sound that comes after its place was already taken for silence is too late to judge.
        fresh = samples[max(0, -hole) :]
        self._segmented = max(self._segmented, start + len(samples))
        self._report(self._segmenter.push(fresh))

    def _report(self, ended: list[Span]) -> None:
        for span in ended:
            self.speech.append(span)
            self._on_utterance(span)
