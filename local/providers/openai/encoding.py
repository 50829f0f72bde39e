"""Speech in the container that the client asked for, encoded while it is spoken."""

from typing import Protocol

import av
import numpy as np

from local.sound.pcm import SPEECH_HZ, wav_header

# What is supported of OpenAI's formats.
CONTENT_TYPES = {"pcm": "audio/pcm", "wav": "audio/wav", "mp3": "audio/mpeg"}


class Encoder(Protocol):
    """Feed it 24 kHz 16-bit mono."""

    def encode(self, pcm: bytes) -> bytes: ...

    def finish(self) -> bytes: ...


class PcmEncoder:
    """Nothing to do; for WAV, a header first."""

    def __init__(self, header: bytes = b"") -> None:
        self._header = header

    def encode(self, pcm: bytes) -> bytes:
        header, self._header = self._header, b""
        return header + pcm

    def finish(self) -> bytes:
        return b""


class Mp3Encoder:
    """MPEG layer III by ffmpeg's LAME; a few frames late, as every such encoder."""

    def __init__(self) -> None:
        codec = av.CodecContext.create("libmp3lame", "w")
        codec.sample_rate, codec.layout, codec.format = SPEECH_HZ, "mono", "s16p"
        codec.bit_rate = 64_000
        self._codec = codec
        codec.open()
        self._fifo = av.AudioFifo()

    def encode(self, pcm: bytes) -> bytes:
        frame = av.AudioFrame.from_ndarray(
            np.frombuffer(pcm, np.int16).reshape(1, -1), format="s16p", layout="mono"
        )
        frame.sample_rate = SPEECH_HZ
        self._fifo.write(frame)
        frames = self._fifo.read_many(self._codec.frame_size)
        return b"".join(bytes(packet) for frame in frames for packet in self._codec.encode(frame))

    def finish(self) -> bytes:
        rest = self._fifo.read(0, partial=True)
        packets = self._codec.encode(rest) if rest is not None else []
        return b"".join(map(bytes, [*packets, *self._codec.encode(None)]))


def encoder(response_format: str) -> Encoder:
    """Raises KeyError for a format that is not in CONTENT_TYPES."""
    match response_format:
        case "pcm":
            return PcmEncoder()
        case "wav":
            return PcmEncoder(wav_header())
        case "mp3":
            return Mp3Encoder()
    raise KeyError(response_format)
