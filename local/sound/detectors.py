"""What counts as a voice: one probability for each 32 ms of sound at 16 kHz."""

from typing import Protocol

from livekit import local_inference

from local.sound.pcm import Pcm

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
