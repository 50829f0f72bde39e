"""Recorded speech (8 kHz, a synthetic voice) for the voice detector to find."""

from collections.abc import Iterator
from pathlib import Path

from livekit import rtc

from local.sound.pcm import from_pcm, pieces, read_wav, to_pcm
from local.sound.resample import resample

FOLDER = Path(__file__).parent


def wav(name: str) -> bytes:
    return (FOLDER / f"{name}.wav").read_bytes()


def speech(name: str, rate_hz: int) -> bytes:
    """The recording between half a second and a whole second of silence."""
    pcm, recorded_hz = read_wav(wav(name))
    resampled = to_pcm(resample(from_pcm(pcm), recorded_hz, rate_hz))
    return bytes(rate_hz) + resampled + bytes(2 * rate_hz)


def frames(pcm: bytes, rate_hz: int) -> Iterator[rtc.AudioFrame]:
    """Frames of 20 ms."""
    for piece in pieces(pcm, 0.02, rate_hz):
        yield rtc.AudioFrame(piece, rate_hz, 1, len(piece) // 2)
