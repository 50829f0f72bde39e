"""Cut a stream of sound into utterances, with exact times.

The voice detector says *that* somebody speaks, about 80 ms late and in steps of 32 ms; the level
of the sound in steps of 10 ms says *when* it began and ended.
"""

import numpy as np

from local.caller.timing import Span
from local.sound.cutter import WINDOW_S, Step, VoiceCutter
from local.sound.detectors import VoiceDetector
from local.sound.pcm import Pcm, level_dbfs

# Quieter than this is not a part of a word; G.711 silence lies below -70 dBFS.
FLOOR_DBFS = -50.0
STEP_S = 0.01
# How far from the detector's own boundary the true one is searched.
REACH_S = 0.25
# A dip this short (a stop consonant) does not end the search.
DIP_S = 0.04


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
        self._cutter = VoiceCutter(detector, rate_hz, min_voice_s=min_voice_s)
        self._rate_hz = rate_hz
        self._origin_s = origin_s
        self._silence_s = silence_s
        self._unlevelled = np.zeros(0, dtype=np.int16)
        self._levels: list[float] = []
        self._start_s: float | None = None
        self._previous_end_s = origin_s

    @property
    def speaking_since_s(self) -> float | None:
        """When the utterance in progress began; None between utterances."""
        return self._start_s

    @property
    def last_voice_s(self) -> float | None:
        """The end of the last sound taken for a voice so far, within one window; None if none."""
        last = self._cutter.last_voiced
        return None if last < 0 else self._origin_s + (last + 1) * WINDOW_S

    def push(self, samples: Pcm) -> list[Span]:
        """Take the next samples; return the utterances that have ended with them."""
        self._measure(samples)
        ended: list[Span] = []
        for step in self._cutter.push(samples):
            if step is Step.BEGAN:
                self._start_s = self._find_start(self._cutter.first_voiced)
            elif step is Step.QUIET and self._quiet_s >= self._silence_s:
                ended.append(self._end_utterance())
        return ended

    def finish(self) -> list[Span]:
        """The stream is over: whatever was being said ends here."""
        return [] if self._start_s is None else [self._end_utterance()]

    @property
    def _quiet_s(self) -> float:
        return (self._cutter.count - 1 - self._cutter.last_voiced) * WINDOW_S

    def _measure(self, samples: Pcm) -> None:
        step = int(self._rate_hz * STEP_S)
        self._unlevelled = np.concatenate([self._unlevelled, samples])
        whole = len(self._unlevelled) - len(self._unlevelled) % step
        for begin in range(0, whole, step):
            self._levels.append(level_dbfs(self._unlevelled[begin : begin + step]))
        self._unlevelled = self._unlevelled[whole:]

    def _end_utterance(self) -> Span:
        assert self._start_s is not None
        span = Span(self._start_s, max(self._find_end(), self._start_s))
        self._start_s = None
        self._cutter.end()
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
        middle = int((self._cutter.last_voiced + 0.5) * WINDOW_S / STEP_S)
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
