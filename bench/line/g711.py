"""G.711 mu-law, the code of telephone sound: 8 kHz, one byte a sample."""

import numpy as np
import numpy.typing as npt

RATE_HZ = 8_000
SILENCE = 0xFF
"""The byte for 0."""

Pcm = npt.NDArray[np.int16]


def _levels() -> Pcm:
    """What each of the 256 bytes means (ITU-T G.711, table 2)."""
    byte = ~np.arange(256) & 0xFF
    exponent, mantissa = (byte >> 4) & 7, byte & 15
    magnitude = (((mantissa << 3) + 0x84) << exponent) - 0x84
    return np.where(byte & 0x80, -magnitude, magnitude).astype(np.int16)


LEVELS = _levels()
_ORDER = np.argsort(LEVELS, kind="stable")
_SORTED = LEVELS[_ORDER].astype(np.int32)
_MIDDLES = (_SORTED[1:] + _SORTED[:-1]) / 2


def decode(data: bytes) -> Pcm:
    """Samples of the bytes."""
    return LEVELS[np.frombuffer(data, np.uint8)]


def encode(samples: Pcm) -> bytes:
    """The byte whose level is nearest to each sample."""
    found: bytes = _ORDER[np.searchsorted(_MIDDLES, samples)].astype(np.uint8).tobytes()
    return found
