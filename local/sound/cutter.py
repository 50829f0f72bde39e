"""When a voice begins and ends in a stream of sound, in windows of 32 ms."""

from collections.abc import Iterator
from enum import Enum, auto

import numpy as np

from local.sound.detectors import WINDOW_RATE_HZ, WINDOW_SAMPLES, VoiceDetector
from local.sound.pcm import Pcm
from local.sound.resample import Resampler

WINDOW_S = WINDOW_SAMPLES / WINDOW_RATE_HZ
# Speech goes on at a lower probability than it begins: quiet ends of words count.
STARTS_AT = 0.5
STAYS_ABOVE = 0.35


class Step(Enum):
    """What one window was."""

    BEGAN = auto()
    VOICE = auto()
    QUIET = auto()


class VoiceCutter:
    """Follows one stream. That an utterance is over is for its user to say, by `end`.

    `min_voice_s` of voice begin one: less is a click. Windows count from 0.
    """

    def __init__(
        self,
        detector: VoiceDetector,
        rate_hz: int,
        *,
        min_voice_s: float,
        starts_at: float = STARTS_AT,
    ) -> None:
        self.starts_at = starts_at
        self.min_voice_s = min_voice_s
        self.count = 0
        self.first_voiced = 0
        self.last_voiced = -1
        self.speaking = False
        self._run = 0
        self._detector = detector
        self._resampler = None if rate_hz == WINDOW_RATE_HZ else Resampler(rate_hz, WINDOW_RATE_HZ)
        self._waiting = np.zeros(0, dtype=np.int16)

    def push(self, samples: Pcm) -> Iterator[Step]:
        """Each window that is complete now, one by one; QUIET comes within an utterance only."""
        wide = self._resampler.push(samples) if self._resampler else samples
        self._waiting = np.concatenate([self._waiting, wide])
        while len(self._waiting) >= WINDOW_SAMPLES:
            window, self._waiting = np.split(self._waiting, [WINDOW_SAMPLES])
            step = self._judge(self._detector.speech_probability(window))
            if step is not None:
                yield step

    def end(self) -> None:
        """The utterance is over; the next voice begins another."""
        self.speaking = False
        self._run = 0

    @property
    def unsaid_s(self) -> float:
        """Voice that is not yet enough to begin an utterance."""
        return self._run * WINDOW_S

    def _judge(self, probability: float) -> Step | None:
        self.count += 1
        lower = STARTS_AT - STAYS_ABOVE if self.speaking else 0.0
        if probability < self.starts_at - lower:
            self._run = 0
            return Step.QUIET if self.speaking else None
        self._run += 1
        if not self.speaking and self._run < max(1, round(self.min_voice_s / WINDOW_S)):
            return None
        self.last_voiced = self.count - 1
        if self.speaking:
            return Step.VOICE
        self.speaking = True
        self.first_voiced = self.count - self._run
        return Step.BEGAN
