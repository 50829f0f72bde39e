"""One recording on the disk: Ogg/Opus that can be played at every moment, and its levels."""

import os
from pathlib import Path
from types import TracebackType
from typing import IO, Self

import av
import numpy as np

from bot.records.sound.shelf import LEVEL_S, Shelf
from bot.talk.recording.tape import Samples

# What Echo's voice has; the telephone has a third of it.
RATE_HZ = 24_000
# Two voices, one at a time: 0.24 MB a minute.
_BITS_PER_S = 32_000
# Costs 0.3 % of a core of the test machine, the encoder's own choice for speech 1.5 %. What is lost
# by it cannot be heard beside what the telephone has lost before.
_HOW = {"application": "audio", "compression_level": "0"}
# Digital silence costs the encoder ten times as much as sound: numbers too small to be normal.
_HISS = np.random.default_rng(0).integers(-1, 2, size=(RATE_HZ, 2), dtype=np.int16)
_LEVEL_SAMPLES = round(RATE_HZ * LEVEL_S)


class SoundFile:
    """Written by one thread. Methods raise OSError, as the disk does.

    Both files are their owner's alone, and so is the folder when it is made here. Every write goes
    to the disk's cache at once, in whole pages of Ogg: what a killed process leaves can be played.
    """

    def __init__(self, shelf: Shelf, call_id: str) -> None:
        shelf.prepare()
        self._sound = _create(shelf.sound(call_id))
        self._levels = _create(shelf.levels(call_id))
        self._container = av.open(self._sound, "w", format="ogg")
        self._stream = self._container.add_stream("libopus", RATE_HZ, options=_HOW, layout="stereo")
        self._stream.bit_rate = _BITS_PER_S
        self._written = 0
        self._rest = np.zeros((0, 2), dtype=np.int16)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        try:
            if error is None:
                self._encode(None)
                self._container.close()
        finally:
            self._sound.close()
            self._levels.close()

    def write(self, heard: Samples) -> None:
        """The next part; shape (samples, 2)."""
        if not len(heard):
            return
        sound = np.where(heard == 0, np.resize(_HISS, heard.shape), heard)
        frame = av.AudioFrame.from_ndarray(sound.reshape(1, -1), format="s16", layout="stereo")
        frame.sample_rate = RATE_HZ
        frame.pts = self._written
        self._written += len(heard)
        self._encode(frame)
        self._write_levels(heard)

    def _encode(self, frame: av.AudioFrame | None) -> None:
        for packet in self._stream.encode(frame):
            self._container.mux(packet)

    def _write_levels(self, heard: Samples) -> None:
        joined = np.concatenate((self._rest, heard))
        count = len(joined) // _LEVEL_SAMPLES
        whole = joined[: count * _LEVEL_SAMPLES].astype(np.int32)
        self._rest = joined[count * _LEVEL_SAMPLES :]
        loudest = np.abs(whole).reshape(count, _LEVEL_SAMPLES, 2).max(axis=1)
        self._levels.write((np.minimum(loudest, 32767) >> 7).astype(np.uint8).tobytes())


def _create(path: Path) -> IO[bytes]:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    return os.fdopen(descriptor, "wb", buffering=0)
