"""What both ends said, sample by sample, on one time axis that begins with the INVITE."""

import wave
from pathlib import Path

import numpy as np

from local.caller.timing import Span
from local.sound.pcm import Pcm


class Track:
    """One voice of the call. What nobody wrote is silence."""

    def __init__(self, rate_hz: int) -> None:
        self.rate_hz = rate_hz
        self._samples = np.zeros(rate_hz * 60, dtype=np.int16)
        self._length = 0

    @property
    def length(self) -> int:
        """Samples up to the last one written."""
        return self._length

    def write(self, start: int, samples: Pcm) -> None:
        """Place samples; `start` is counted from the INVITE. What lies there is replaced."""
        end = start + len(samples)
        if end > len(self._samples):
            grown = np.zeros(max(end, 2 * len(self._samples)), dtype=np.int16)
            grown[: self._length] = self._samples[: self._length]
            self._samples = grown
        self._samples[start:end] = samples
        self._length = max(self._length, end)

    def erase_from(self, start: int) -> None:
        """Take back what was placed but never sent."""
        if start < self._length:
            self._samples[start : self._length] = 0
            self._length = start

    def cut(self, span: Span, margin_s: float = 0.0) -> Pcm:
        """A copy of what lies in the span, widened by the margin on both sides."""
        begin = max(0, round((span.start_s - margin_s) * self.rate_hz))
        end = max(begin, round((span.end_s + margin_s) * self.rate_hz))
        return self._padded(end)[begin:end].copy()

    def _padded(self, length: int) -> Pcm:
        if length <= len(self._samples):
            return self._samples[:length]
        return np.pad(self._samples, (0, length - len(self._samples)))

    def whole(self, length: int) -> Pcm:
        return self._padded(length)


def save_stereo(path: Path, left: Track, right: Track) -> None:
    """Write both tracks as one 16-bit WAV file; the shorter one is continued with silence."""
    if left.rate_hz != right.rate_hz:
        raise ValueError(f"two rates in one file: {left.rate_hz} and {right.rate_hz} Hz")
    length = max(left.length, right.length)
    both = np.stack([left.whole(length), right.whole(length)], axis=1)
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(left.rate_hz)
        file.writeframes(both.astype("<i2").tobytes())
