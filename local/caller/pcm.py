"""16-bit mono sound as numpy arrays: levels, files, and a stream at twice its rate."""

import wave
from pathlib import Path

import numpy as np
import numpy.typing as npt

from local.resample import from_pcm, resample, to_pcm

Pcm = npt.NDArray[np.int16]

SILENT_DBFS = -100.0
"""What digital silence is called, instead of minus infinity."""


def as_array(pcm: bytes) -> Pcm:
    return np.frombuffer(pcm[: len(pcm) - len(pcm) % 2], dtype="<i2")


def level_dbfs(samples: Pcm) -> float:
    """Loudness (root mean square) in dB below full scale."""
    if len(samples) == 0:
        return SILENT_DBFS
    power = float(np.mean(np.square(samples.astype(np.float64) / 32768.0)))
    return max(SILENT_DBFS, 10.0 * float(np.log10(power))) if power > 0 else SILENT_DBFS


def converted(pcm: bytes, from_hz: int, to_hz: int) -> bytes:
    """A whole piece of sound at another sample rate."""
    return pcm if from_hz == to_hz else to_pcm(resample(from_pcm(pcm), from_hz, to_hz))


def read_wav(path: Path) -> tuple[bytes, int]:
    """The sound of a 16-bit WAV file as mono, and its rate in Hz.

    Raises ValueError for any other sample width.
    """
    with wave.open(str(path), "rb") as file:
        if file.getsampwidth() != 2:
            raise ValueError(f"{path}: {8 * file.getsampwidth()}-bit sound; 16-bit is needed")
        channels, rate_hz = file.getnchannels(), file.getframerate()
        samples = as_array(file.readframes(file.getnframes()))
    if channels > 1:
        samples = samples.reshape(-1, channels).mean(axis=1).astype("<i2")
    return samples.tobytes(), rate_hz


class Doubler:
    """8 kHz to 16 kHz for the voice detector, piece by piece without seams.

    A windowed-sinc half-band filter. Sample n of the input becomes samples 2n and 2n+1 of the
    output, delayed by `DELAY_SAMPLES` of the output (1 ms).
    """

    HALF_TAPS = 16
    DELAY_SAMPLES = HALF_TAPS

    def __init__(self) -> None:
        span = np.arange(-self.HALF_TAPS, self.HALF_TAPS + 1)
        self._taps = np.sinc(span / 2.0) * np.hamming(len(span))
        self._history = np.zeros(2 * self.HALF_TAPS)

    def push(self, samples: Pcm) -> Pcm:
        stuffed = np.zeros(2 * len(samples))
        stuffed[::2] = samples
        joined = np.concatenate([self._history, stuffed])
        self._history = joined[len(joined) - 2 * self.HALF_TAPS :]
        if len(samples) == 0:
            return np.zeros(0, dtype=np.int16)
        doubled = np.convolve(joined, self._taps, mode="valid")
        return np.clip(doubled, -32768, 32767).astype(np.int16)
