"""Change the sample rate of a whole piece of sound."""

import numpy as np
import numpy.typing as npt

Samples = npt.NDArray[np.float32]

TAPER_PART = 0.06
"""The part of the kept band, at its top, that fades out: a brick wall would ring."""
PAD_S = 0.02
"""Silence around the piece, so that its end does not leak into its beginning."""


def resample(samples: Samples, from_hz: int, to_hz: int) -> Samples:
    """Band-limited resampling by FFT: nothing above half of the lower rate survives.

    For whole utterances and sentences, not for a stream in pieces (pieces would click).
    """
    if from_hz <= 0 or to_hz <= 0:
        raise ValueError(f"sample rates must be positive: {from_hz}, {to_hz}")
    if from_hz == to_hz or len(samples) == 0:
        return samples.astype(np.float32)
    divisor = int(np.gcd(from_hz, to_hz))
    step_in, step_out = from_hz // divisor, to_hz // divisor
    pad_steps = -(-int(PAD_S * from_hz) // step_in)
    body_steps = -(-len(samples) // step_in)
    steps = _smooth_size(body_steps + 2 * pad_steps)
    padded = np.zeros(steps * step_in)
    start = pad_steps * step_in
    padded[start : start + len(samples)] = samples
    spectrum = np.fft.rfft(padded)
    bins = steps * min(step_in, step_out) // 2 + 1
    kept = spectrum[:bins]
    fade = max(1, int(bins * TAPER_PART))
    kept[-fade:] *= 0.5 * (1 + np.cos(np.linspace(0, np.pi, fade)))
    out = np.fft.irfft(kept, steps * step_out) * (step_out / step_in)
    begin = pad_steps * step_out
    length = round(len(samples) * to_hz / from_hz)
    return out[begin : begin + length].astype(np.float32)


def _smooth_size(size: int) -> int:
    """The next size with small prime factors only, for which the FFT is fast."""
    while True:
        rest = size
        for prime in (2, 3, 5, 7):
            while rest % prime == 0:
                rest //= prime
        if rest == 1:
            return size
        size += 1


def from_pcm(pcm: bytes) -> Samples:
    """16-bit little-endian mono to floats between -1 and 1. An odd last byte is dropped."""
    whole = len(pcm) - len(pcm) % 2
    return np.frombuffer(pcm[:whole], dtype="<i2").astype(np.float32) / 32768.0


def to_pcm(samples: Samples) -> bytes:
    """Floats to 16-bit little-endian mono; what is too loud is clipped."""
    return (np.clip(samples, -1.0, 1.0) * 32767.0).astype("<i2").tobytes()
