"""Cut a stream of sound into utterances, with exact times.

The voice detector says *that* somebody speaks, about 80 ms late and in steps of 32 ms; the level
of the sound in steps of 10 ms says *when* it began and ended.
"""

import numpy as np

from local.caller.detectors import WINDOW_RATE_HZ, WINDOW_SAMPLES, VoiceDetector
from local.caller.pcm import Doubler, Pcm, level_dbfs
from local.caller.timing import Span

STARTS_AT = 0.5
STAYS_ABOVE = 0.35
FLOOR_DBFS = -50.0
"""Quieter than this is not a part of a word; G.711 silence lies below -70 dBFS."""
STEP_S = 0.01
REACH_S = 0.25
"""How far from the detector's own boundary the true one is searched."""
DIP_S = 0.04
"""A dip this short (a stop consonant) does not end the search."""
WINDOW_S = WINDOW_SAMPLES / WINDOW_RATE_HZ


class Segmenter:
    """One stream. Times count from the first sample pushed plus `origin_s`.

    `silence_s` of silence ends an utterance; less than `min_voice_s` of voice is a click.
    """

    def __init__(
        self,
        detector: VoiceDetector,
        rate_hz: int,
        *,
        origin_s: float = 0.0,
        silence_s: float = 0.6,
        min_voice_s: float = 0.09,
    ) -> None:
        if rate_hz not in (WINDOW_RATE_HZ // 2, WINDOW_RATE_HZ):
            raise ValueError(f"a call at {rate_hz} Hz; 8000 and 16000 are understood")
        self._detector = detector
        self._rate_hz = rate_hz
        self._origin_s = origin_s
        self._silence_s = silence_s
        self._min_voice_windows = max(1, round(min_voice_s / WINDOW_S))
        self._doubler = Doubler() if rate_hz != WINDOW_RATE_HZ else None
        self._pending = np.zeros(0, dtype=np.int16)
        self._unlevelled = np.zeros(0, dtype=np.int16)
        self._levels: list[float] = []
        self._windows = 0
        self._voiced_run = 0
        self._last_voiced = -1
        self._start_s: float | None = None
        self._previous_end_s = origin_s

    @property
    def speaking_since_s(self) -> float | None:
        """When the utterance in progress began; None between utterances."""
        return self._start_s

    @property
    def last_voice_s(self) -> float | None:
        """The end of the last sound taken for a voice so far, within one window; None if none."""
        if self._last_voiced < 0:
            return None
        return self._origin_s + (self._last_voiced + 1) * WINDOW_S

    def push(self, samples: Pcm) -> list[Span]:
        """Take the next samples; return the utterances that have ended with them."""
        self._measure(samples)
        wide = self._doubler.push(samples) if self._doubler else samples
        self._pending = np.concatenate([self._pending, wide])
        ended: list[Span] = []
        while len(self._pending) >= WINDOW_SAMPLES:
            window, self._pending = np.split(self._pending, [WINDOW_SAMPLES])
            span = self._judge(self._detector.speech_probability(window))
            if span is not None:
                ended.append(span)
        return ended

    def finish(self) -> list[Span]:
        """The stream is over: whatever was being said ends here."""
        if self._start_s is None:
            return []
        return [self._end_utterance()]

    def _measure(self, samples: Pcm) -> None:
        step = int(self._rate_hz * STEP_S)
        self._unlevelled = np.concatenate([self._unlevelled, samples])
        whole = len(self._unlevelled) - len(self._unlevelled) % step
        for begin in range(0, whole, step):
            self._levels.append(level_dbfs(self._unlevelled[begin : begin + step]))
        self._unlevelled = self._unlevelled[whole:]

    def _judge(self, probability: float) -> Span | None:
        index = self._windows
        self._windows += 1
        voiced = probability >= (STARTS_AT if self._start_s is None else STAYS_ABOVE)
        self._voiced_run = self._voiced_run + 1 if voiced else 0
        if self._start_s is None:
            if self._voiced_run >= self._min_voice_windows:
                self._last_voiced = index
                self._start_s = self._find_start(index - self._voiced_run + 1)
            return None
        if voiced:
            self._last_voiced = index
        elif (index - self._last_voiced) * WINDOW_S >= self._silence_s:
            return self._end_utterance()
        return None

    def _end_utterance(self) -> Span:
        assert self._start_s is not None
        span = Span(self._start_s, max(self._find_end(), self._start_s))
        self._start_s = None
        self._voiced_run = 0
        self._previous_end_s = span.end_s
        return span

    def _find_start(self, window: int) -> float:
        """Walk back from the detector's first voiced window to where the sound began."""
        middle = int((window + 0.5) * WINDOW_S / STEP_S)
        earliest = int(window * WINDOW_S / STEP_S - REACH_S / STEP_S)
        previous = int((self._previous_end_s - self._origin_s) / STEP_S)
        begin = self._edge(middle, -1, max(0, earliest, previous))
        return self._origin_s + begin * STEP_S

    def _find_end(self) -> float:
        """Walk on from the detector's last voiced window to where the sound ended."""
        middle = int((self._last_voiced + 0.5) * WINDOW_S / STEP_S)
        end = self._edge(middle, 1, middle + int(REACH_S / STEP_S))
        return self._origin_s + (end + 1) * STEP_S

    def _edge(self, middle: int, direction: int, limit: int) -> int:
        """The outermost loud step reached from `middle` without crossing more than a dip.

        When `middle` itself is quiet the nearest loud step on the inner side is taken: the
        detector's window reached into the silence.
        """
        last = len(self._levels) - 1
        position = min(max(middle, 0), last)
        inner = 0
        while not self._loud(position) and inner < REACH_S / STEP_S:
            if not 0 <= position - direction <= last:
                break
            position -= direction
            inner += 1
        edge, quiet = position, 0
        while quiet * STEP_S <= DIP_S and 0 <= position <= last and position != limit + direction:
            if self._loud(position):
                edge, quiet = position, 0
            else:
                quiet += 1
            position += direction
        return edge

    def _loud(self, step: int) -> bool:
        return self._levels[step] > FLOOR_DBFS
