"""RTP packets (RFC 3550) with telephone sound: 20 ms of mu-law each."""

import struct
from dataclasses import dataclass

from bench.line.g711 import RATE_HZ

FRAME_S = 0.02
FRAME_SAMPLES = int(RATE_HZ * FRAME_S)
PCMU = 0
_HEADER = struct.Struct("!BBHII")
_VERSION_2 = 0x80


@dataclass(frozen=True)
class Packet:
    """One packet; `timestamp` counts samples."""

    sequence: int
    timestamp: int
    source: int
    payload: bytes
    payload_type: int = PCMU

    def to_bytes(self) -> bytes:
        header = _HEADER.pack(
            _VERSION_2,
            self.payload_type,
            self.sequence & 0xFFFF,
            self.timestamp & 0xFFFFFFFF,
            self.source,
        )
        return header + self.payload

    @classmethod
    def parse(cls, data: bytes) -> "Packet | None":
        """None when it is no RTP packet. Padding and extensions, which nobody sends here, too."""
        if len(data) <= _HEADER.size or data[0] != _VERSION_2:
            return None
        _, kind, sequence, timestamp, source = _HEADER.unpack_from(data)
        return cls(sequence, timestamp, source, data[_HEADER.size :], kind & 0x7F)
