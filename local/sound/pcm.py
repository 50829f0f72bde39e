"""16-bit little-endian mono sound: bytes, arrays of samples, levels, WAV."""

import io
import wave
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

Pcm = npt.NDArray[np.int16]
Samples = npt.NDArray[np.float32]

# What OpenAI's speech and realtime services send.
SPEECH_HZ = 24_000
SAMPLE_BYTES = 2
# What digital silence is called, instead of minus infinity.
SILENT_DBFS = -100.0


class PcmError(ValueError):
    """The bytes are no sound that we can read."""


def as_array(pcm: bytes) -> Pcm:
    """The samples. An odd last byte is dropped."""
    return np.frombuffer(pcm[: len(pcm) - len(pcm) % SAMPLE_BYTES], dtype="<i2")


def from_pcm(pcm: bytes) -> Samples:
    """Floats between -1 and 1."""
    return as_array(pcm).astype(np.float32) / 32768.0


def to_pcm(samples: Samples) -> bytes:
    """Floats to bytes; what is too loud is clipped."""
    return (np.clip(samples, -1.0, 1.0) * 32767.0).astype("<i2").tobytes()


def level_dbfs(samples: Pcm) -> float:
    """Loudness (root mean square) in dB below full scale."""
    if len(samples) == 0:
        return SILENT_DBFS
    power = float(np.mean(np.square(samples.astype(np.float64) / 32768.0)))
    return max(SILENT_DBFS, 10.0 * float(np.log10(power))) if power > 0 else SILENT_DBFS


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
