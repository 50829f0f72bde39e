"""Small helpers for sound as 16-bit little-endian mono bytes."""

import io
import wave
from collections.abc import Iterator

import numpy as np

SPEECH_HZ = 24_000
"""What OpenAI's speech and realtime services send."""
SAMPLE_BYTES = 2


class PcmError(ValueError):
    """The bytes are no sound that we can read."""


def tone(seconds: float, pitch_hz: float, sample_rate_hz: int = SPEECH_HZ) -> bytes:
    """A sine at a quarter of full scale."""
    times = np.arange(round(seconds * sample_rate_hz)) / sample_rate_hz
    return (np.sin(2 * np.pi * pitch_hz * times) * 8192).astype("<i2").tobytes()


def pieces(pcm: bytes, piece_s: float, sample_rate_hz: int = SPEECH_HZ) -> Iterator[bytes]:
    """The sound in equal pieces, the last one shorter."""
    size = round(piece_s * sample_rate_hz) * SAMPLE_BYTES
    for start in range(0, len(pcm), size):
        yield pcm[start : start + size]


def duration_s(pcm: bytes, sample_rate_hz: int = SPEECH_HZ) -> float:
    return len(pcm) / SAMPLE_BYTES / sample_rate_hz


def wav_header(sample_rate_hz: int = SPEECH_HZ) -> bytes:
    """The header of a WAV stream whose length is not known yet, as OpenAI sends it."""
    unknown = b"\xff\xff\xff\xff"
    rate, byte_rate = (n.to_bytes(4, "little") for n in (sample_rate_hz, sample_rate_hz * 2))
    form = b"\x10\0\0\0" + b"\x01\0" + b"\x01\0" + rate + byte_rate + b"\x02\0" + b"\x10\0"
    return b"RIFF" + unknown + b"WAVEfmt " + form + b"data" + unknown


def read_wav(data: bytes) -> tuple[bytes, int]:
    """Mono sound and its sample rate; several channels are mixed. Raises PcmError."""
    try:
        with wave.open(io.BytesIO(data)) as reader:
            if reader.getsampwidth() != SAMPLE_BYTES:
                raise PcmError(f"{8 * reader.getsampwidth()}-bit WAV is not supported, use 16-bit")
            frames = reader.readframes(reader.getnframes())
            channels, rate = reader.getnchannels(), reader.getframerate()
    except (wave.Error, EOFError) as error:
        raise PcmError(f"not a WAV file: {error}") from error
    return to_mono(frames, channels), rate


def to_mono(pcm: bytes, channels: int) -> bytes:
    """The mean of interleaved channels. An incomplete last frame is dropped."""
    whole = len(pcm) - len(pcm) % (SAMPLE_BYTES * channels)
    if channels == 1:
        return pcm[:whole]
    frames = np.frombuffer(pcm[:whole], dtype="<i2").reshape(-1, channels)
    mixed: bytes = frames.mean(axis=1).astype("<i2").tobytes()
    return mixed
