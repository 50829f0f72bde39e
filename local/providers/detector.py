"""Finds speech in a stream of sound (Silero, 16 kHz, by LiveKit's native build of it)."""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from livekit import rtc
from livekit.local_inference import VAD, VAD_WINDOW_SAMPLES

from local.providers.pcm import SAMPLE_BYTES

MODEL_HZ = 16_000
WINDOW_S = VAD_WINDOW_SAMPLES / MODEL_HZ
HYSTERESIS = 0.15
"""Speech goes on at a lower probability than it begins: quiet ends of words count."""


@dataclass(frozen=True)
class DetectorOptions:
    """Times in seconds of sound, not of the clock."""

    threshold: float = 0.5
    min_speech_s: float = 0.06
    """Speech begins after this much of it: two windows, so that a click is no speech."""
    pause_s: float = 0.16
    """A pause is reported after this much silence: enough to start to transcribe."""
    min_silence_s: float = 0.3
    padding_s: float = 0.3
    """Kept on both sides of the speech, for the ears."""
    max_speech_s: float = 20.0
    """Longer speech is split: Whisper hears at most 30 s at once."""


@dataclass(frozen=True)
class Segment:
    """A piece of speech with its padding (16-bit mono at the rate of the stream)."""

    pcm: bytes
    start_s: float
    end_s: float
    voiced_s: float


@dataclass(frozen=True)
class Started:
    at_s: float


@dataclass(frozen=True)
class Paused:
    """What was said so far; if a Stopped follows, it is what was said."""

    segment: Segment


@dataclass(frozen=True)
class Stopped:
    """The segment of the last Paused is complete. `split`: speech goes on in a new segment."""

    segment: Segment
    split: bool = False


DetectorEvent = Started | Paused | Stopped


class SpeechDetector:
    """Push sound in pieces of any size; get what begins, pauses and stops."""

    def __init__(self, sample_rate_hz: int, options: DetectorOptions | None = None) -> None:
        self.options = self._usual = options or DetectorOptions()
        self.sample_rate_hz = sample_rate_hz
        self._vad = VAD()
        self._resampler: rtc.AudioResampler | None = None
        if sample_rate_hz != MODEL_HZ:
            self._resampler = rtc.AudioResampler(
                sample_rate_hz, MODEL_HZ, quality=rtc.AudioResamplerQuality.QUICK
            )
        self._waiting = np.empty(0, np.int16)  # 16 kHz, less than a window
        self._held = bytearray()  # the stream's own rate, from _held_from_s on
        self._held_from_s = 0.0
        self._now_s = 0.0
        self._run_s = 0.0
        self._start_s: float | None = None
        self._voice_end_s = 0.0
        self._voiced_s = 0.0
        self._pause_reported = False
        self._lasts_s: float | None = None

    def configure(self, options: DetectorOptions) -> None:
        """From now on, also for the utterance in progress."""
        self.options = self._usual = options

    def expect(self, silence_s: float, lasts_s: float | None = None) -> None:
        """The utterance in progress ends after this much silence, if that is less than usual.
        The silence begins at `lasts_s` after the start if that is known."""
        usual = self._usual
        self.options = replace(
            usual,
            pause_s=min(usual.pause_s, silence_s),
            min_silence_s=min(usual.min_silence_s, silence_s),
        )
        self._lasts_s = lasts_s

    @property
    def now_s(self) -> float:
        """How much sound has been looked at."""
        return self._now_s

    @property
    def speaking(self) -> bool:
        return self._start_s is not None

    def push(self, pcm: bytes) -> list[DetectorEvent]:
        """Whole samples only (16-bit mono)."""
        self._held += pcm
        self._waiting = np.concatenate((self._waiting, self._at_model_rate(pcm)))
        events: list[DetectorEvent] = []
        while len(self._waiting) >= VAD_WINDOW_SAMPLES:
            window, self._waiting = np.split(self._waiting, [VAD_WINDOW_SAMPLES])
            self._now_s += WINDOW_S
            self._window(self._vad.predict(window), events)
        if not self.speaking:
            self._forget_before(self._now_s - self.options.padding_s - self._run_s)
        return events

    def finish(self) -> list[DetectorEvent]:
        """Ends the speech in progress, as if silence followed."""
        events: list[DetectorEvent] = []
        if self._start_s is not None:
            self._pause(events)
            self._stop(events, split=False)
        self._run_s = 0.0
        return events

    def _at_model_rate(self, pcm: bytes) -> npt.NDArray[np.int16]:
        if self._resampler is None:
            return np.frombuffer(pcm, np.int16)
        frames = self._resampler.push(bytearray(pcm)) if pcm else []
        parts = [np.frombuffer(frame.data, np.int16) for frame in frames]
        return np.concatenate(parts) if parts else np.empty(0, np.int16)

    def _window(self, probability: float, events: list[DetectorEvent]) -> None:
        options = self.options
        if probability < options.threshold - (HYSTERESIS if self.speaking else 0.0):
            self._run_s = 0.0
            if self._start_s is not None:
                if self._lasts_s is not None:
                    self._voice_end_s = self._start_s + self._lasts_s
                silence_s = self._now_s - self._voice_end_s
                if silence_s >= min(options.pause_s, options.min_silence_s):
                    self._pause(events)
                if silence_s >= options.min_silence_s:
                    self._stop(events, split=False)
            return
        self._run_s += WINDOW_S
        if self._start_s is None:
            if self._run_s < options.min_speech_s:
                return
            self._start_s = self._now_s - self._run_s
            self._voiced_s = self._run_s
            events.append(Started(self._start_s))
        else:
            self._voiced_s += WINDOW_S
        self._voice_end_s = self._now_s
        self._pause_reported = False
        if self._now_s - self._start_s >= options.max_speech_s:
            self._pause(events)
            self._stop(events, split=True)

    def _pause(self, events: list[DetectorEvent]) -> None:
        if not self._pause_reported:
            self._pause_reported = True
            self._segment = self._cut_segment()
            events.append(Paused(self._segment))

    def _stop(self, events: list[DetectorEvent], *, split: bool) -> None:
        events.append(Stopped(self._segment, split))
        self._start_s = self._voice_end_s if split else None
        self._voiced_s = 0.0
        self._pause_reported = False
        self.options, self._lasts_s = self._usual, None
        self._forget_before(self._voice_end_s - self.options.padding_s)

    def _cut_segment(self) -> Segment:
        assert self._start_s is not None
        padding_s = self.options.padding_s
        first = self._offset(self._start_s - padding_s)
        last = self._offset(self._voice_end_s + padding_s)
        pcm = bytes(self._held[first:last]).ljust(last - first, b"\0")
        return Segment(pcm, self._start_s, self._voice_end_s, self._voiced_s)

    def _forget_before(self, at_s: float) -> None:
        offset = self._offset(at_s)
        del self._held[:offset]
        self._held_from_s += offset / SAMPLE_BYTES / self.sample_rate_hz

    def _offset(self, at_s: float) -> int:
        """Where in the held bytes that moment is."""
        return max(0, round((at_s - self._held_from_s) * self.sample_rate_hz)) * SAMPLE_BYTES
