"""Change the sample rate of sound."""

import numpy as np
import soxr  # type: ignore[import-untyped]

from local.sound.pcm import Pcm, Samples


def resample(samples: Samples, from_hz: int, to_hz: int) -> Samples:
    """A whole piece: nothing above half of the lower rate survives. Raises ValueError."""
    if from_hz <= 0 or to_hz <= 0:
        raise ValueError(f"sample rates must be positive: {from_hz}, {to_hz}")
    if from_hz == to_hz or len(samples) == 0:
        return samples.astype(np.float32)
    out = soxr.resample(samples.astype(np.float32), from_hz, to_hz)
    length = round(len(samples) * to_hz / from_hz)
    return np.pad(out[:length], (0, max(0, length - len(out)))).astype(np.float32)


class Resampler:
    """A stream, piece by piece without seams. Quick: it is for a voice detector, not for ears."""

    def __init__(self, from_hz: int, to_hz: int) -> None:
        self._stream = soxr.ResampleStream(from_hz, to_hz, 1, dtype="int16", quality="QQ")

    def push(self, samples: Pcm) -> Pcm:
        """What comes out by now; some milliseconds stay inside."""
        out: Pcm = self._stream.resample_chunk(samples)
        return out
