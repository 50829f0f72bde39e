"""What counts as a voice: one probability for each 32 ms of sound at 16 kHz."""

from typing import Protocol

from livekit import local_inference

from local.sound.pcm import Pcm, level_dbfs

WINDOW_SAMPLES = local_inference.VAD_WINDOW_SAMPLES
WINDOW_RATE_HZ = 16_000


class VoiceDetector(Protocol):
    def speech_probability(self, window: Pcm) -> float:
        """Between 0 and 1, for exactly WINDOW_SAMPLES samples following the ones before."""
        ...


class SileroDetector:
    """The voice detector that the agents use too; it hears speech and ignores tones and noise."""

    def __init__(self) -> None:
        self._vad = local_inference.VAD()

    def speech_probability(self, window: Pcm) -> float:
        return float(self._vad.predict(window))


class LoudnessDetector:
    """Everything loud is a voice: for far ends that play tones or music."""

    def __init__(self, threshold_dbfs: float = -40.0) -> None:
        self._threshold_dbfs = threshold_dbfs

    def speech_probability(self, window: Pcm) -> float:
        return 1.0 if level_dbfs(window) > self._threshold_dbfs else 0.0
