"""Sounds that are not for Echo, made here or taken from LiveKit's own resources."""

from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

import av
import numpy as np
import numpy.typing as npt

from bench.clips import HOURS, WEEKDAYS
from bench.line.g711 import RATE_HZ, Pcm
from bot.talk.clips import Clip, clip_path

VOICE_RMS = 0.05 * 32768
"""How loud the clips' voices are, about -26 dBFS."""
SEED = 7
OFFICE, STREET, CROWD = "office-ambience.ogg", "city-ambience.ogg", "crowded-room.ogg"
ECHO_S = 3.0


def nothing() -> Pcm:
    """A fifth of a second of silence."""
    return np.zeros(RATE_HZ // 5, np.int16)


def click() -> Pcm:
    """A switch: 3 ms at half of full scale."""
    sound = np.zeros(RATE_HZ // 50)
    sound[: RATE_HZ * 3 // 1000] = 16384
    return sound.astype(np.int16)


def cough() -> Pcm:
    """Two bursts of coloured noise, 0.12 and 0.18 s, as a cough over a telephone."""
    noise = np.random.default_rng(SEED).normal(size=RATE_HZ // 2)
    noise = np.convolve(noise, np.ones(4) / 4, mode="same")
    times = np.arange(len(noise)) / RATE_HZ
    first = np.exp(-times / 0.06) * (times < 0.12)
    second = np.exp(-(times - 0.22) / 0.08) * ((times >= 0.22) & (times < 0.4))
    sound = noise * (first + second)
    return _samples(sound / np.abs(sound).max() * 0.35 * 32767)


def ambience(name: str, seconds: float, level_db: float) -> Pcm:
    """A place, so much louder (below 0: quieter) than a voice: OFFICE, STREET or CROWD.

    From the recordings that livekit-agents brings along; a short one is played again.
    """
    sound = _at_level(_read(files("livekit.agents") / "resources" / name, seconds), level_db)
    return _samples(np.resize(sound, round(seconds * RATE_HZ)))


def echo(level_db: float) -> Pcm:
    """Echo's own voice, as a telephone on a table gives it back."""
    return _samples(_at_level(_read(clip_path(None, Clip.APOLOGY), ECHO_S), level_db))


def television(level_db: float) -> Pcm:
    """Somebody who speaks in the room, in whole sentences."""
    said = np.concatenate([HOURS.pcm(), WEEKDAYS.pcm()]).astype(np.float64)
    return _samples(_at_level(said, level_db))


def _read(path: Traversable, seconds: float) -> npt.NDArray[np.float64]:
    """Up to so many seconds of a recording, at our rate."""
    resampler = av.AudioResampler(format="s16", layout="mono", rate=RATE_HZ)
    parts: list[npt.NDArray[Any]] = []
    with av.open(str(path)) as container:
        for frame in container.decode(audio=0):
            parts += [each.to_ndarray().reshape(-1) for each in resampler.resample(frame)]
            if sum(map(len, parts)) >= seconds * RATE_HZ:
                break
    return np.concatenate(parts)[: round(seconds * RATE_HZ)].astype(np.float64)


def _at_level(sound: npt.NDArray[np.float64], level_db: float) -> npt.NDArray[np.float64]:
    rms = float(np.sqrt((sound**2).mean()))
    return sound * VOICE_RMS * 10 ** (level_db / 20) / rms


def _samples(sound: npt.NDArray[np.float64]) -> Pcm:
    samples: Pcm = np.clip(sound, -32768, 32767).astype(np.int16)
    return samples
