"""Make synthesized speech fit for the telephone: no silence around it, an even level."""

import numpy as np

from local.sound.pcm import Samples

# Kept before the first sound: silence there is a later answer, none at all clips a consonant.
LEAD_S = 0.02
# Kept after the last sound.
TAIL_S = 0.06
# Put between two sentences.
PAUSE_S = 0.22
# -3 dBFS: G.711 and a mixer further on still have room.
PEAK = 10 ** (-3 / 20)
# A window this far below the loudest one is silence (piper's own hiss is at -60 dB).
SILENCE_RATIO = 10 ** (-42 / 20)
WINDOW_S = 0.005


def trim(samples: Samples, sample_rate_hz: int) -> Samples:
    """Cuts the silence at both ends, down to LEAD_S and TAIL_S. Empty when all is silent."""
    window = int(WINDOW_S * sample_rate_hz)
    count = len(samples) // window
    if count == 0:
        return samples[:0]
    levels = np.sqrt(np.mean(samples[: count * window].reshape(count, window) ** 2, axis=1))
    loud = np.flatnonzero(levels > max(levels.max() * SILENCE_RATIO, 1e-4))
    if len(loud) == 0:
        return samples[:0]
    begin = loud[0] * window - int(LEAD_S * sample_rate_hz)
    end = (loud[-1] + 1) * window + int(TAIL_S * sample_rate_hz)
    return samples[max(0, begin) : end]


def at_phone_level(samples: Samples) -> Samples:
    """Scaled so that the loudest sample is at -3 dBFS."""
    return samples * np.float32(PEAK / np.abs(samples).max())
