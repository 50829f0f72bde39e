"""Cuts speech out of a stream of sound for the ears: what was said, with a little around it."""

from dataclasses import dataclass, replace

from local.sound.cutter import WINDOW_S, Step, VoiceCutter
from local.sound.detectors import SileroDetector
from local.sound.pcm import SAMPLE_BYTES, as_array


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
        self.sample_rate_hz = sample_rate_hz
        self._cutter = VoiceCutter(SileroDetector(), sample_rate_hz, min_voice_s=0)
        self.configure(options or DetectorOptions())
        self._held = bytearray()  # the stream's own rate, from _held_from_s on
        self._held_from_s = 0.0
        self._start_s = 0.0
        self._end_s = 0.0
        self._voiced_s = 0.0
        self._paused: Segment | None = None
        self._lasts_s: float | None = None

    def configure(self, options: DetectorOptions) -> None:
        """From now on, also for the utterance in progress."""
        self.options = self._usual = options
        self._cutter.starts_at = options.threshold
        self._cutter.min_voice_s = options.min_speech_s

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
        return self._cutter.count * WINDOW_S

    @property
    def speaking(self) -> bool:
        return self._cutter.speaking

    def push(self, pcm: bytes) -> list[DetectorEvent]:
        """Whole samples only (16-bit mono)."""
        self._held += pcm
        events: list[DetectorEvent] = []
        for step in self._cutter.push(as_array(pcm)):
            if step is Step.QUIET:
                self._quiet(events)
            else:
                self._voice(events, began=step is Step.BEGAN)
        if not self.speaking:
            self._forget_before(self.now_s - self.options.padding_s - self._cutter.unsaid_s)
        return events

    def finish(self) -> list[DetectorEvent]:
        """Ends the speech in progress, as if silence followed."""
        events: list[DetectorEvent] = []
        if self.speaking:
            self._stop(events)
        self._cutter.end()
        return events

    def _voice(self, events: list[DetectorEvent], *, began: bool) -> None:
        if began:
            self._start_s = self._cutter.first_voiced * WINDOW_S
            events.append(Started(self._start_s))
        self._voiced_s += self.now_s - self._start_s if began else WINDOW_S
        self._end_s = self.now_s
        self._paused = None
        if self.now_s - self._start_s >= self.options.max_speech_s:
            self._stop(events, split=True)

    def _quiet(self, events: list[DetectorEvent]) -> None:
        if self._lasts_s is not None:
            self._end_s = self._start_s + self._lasts_s
        silence_s = self.now_s - self._end_s
        if silence_s >= min(self.options.pause_s, self.options.min_silence_s):
            self._pause(events)
        if silence_s >= self.options.min_silence_s:
            self._stop(events)

    def _pause(self, events: list[DetectorEvent]) -> Segment:
        if self._paused is None:
            self._paused = self._cut_segment()
            events.append(Paused(self._paused))
        return self._paused

    def _stop(self, events: list[DetectorEvent], *, split: bool = False) -> None:
        events.append(Stopped(self._pause(events), split))
        if split:
            self._start_s = self._end_s
        else:
            self._cutter.end()
        self._voiced_s = 0.0
        self._paused = None
        self.options, self._lasts_s = self._usual, None
        self._forget_before(self._end_s - self.options.padding_s)

    def _cut_segment(self) -> Segment:
        padding_s = self.options.padding_s
        first = self._offset(self._start_s - padding_s)
        last = self._offset(self._end_s + padding_s)
        pcm = bytes(self._held[first:last]).ljust(last - first, b"\0")
        return Segment(pcm, self._start_s, self._end_s, self._voiced_s)

    def _forget_before(self, at_s: float) -> None:
        offset = self._offset(at_s)
        del self._held[:offset]
        self._held_from_s += offset / SAMPLE_BYTES / self.sample_rate_hz

    def _offset(self, at_s: float) -> int:
        """Where in the held bytes that moment is."""
        return max(0, round((at_s - self._held_from_s) * self.sample_rate_hz)) * SAMPLE_BYTES
