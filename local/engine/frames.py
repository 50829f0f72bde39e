"""The frames that travel between this process and an engine's process.

A frame is a JSON header and raw bytes: two big-endian 32-bit lengths, then the two parts.
"""

import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

LENGTHS = struct.Struct(">II")
MAX_HEADER_BYTES = 1 << 20
MAX_PAYLOAD_BYTES = 1 << 28


class FrameError(ValueError):
    """The bytes are not a frame: the other side wrote something else to the pipe."""


@dataclass(frozen=True)
class Frame:
    """A header (any JSON object) and the bytes that belong to it."""

    header: Mapping[str, Any]
    payload: bytes = b""

    def encode(self) -> bytes:
        header = json.dumps(self.header).encode()
        return LENGTHS.pack(len(header), len(self.payload)) + header + self.payload


def decode_lengths(prefix: bytes) -> tuple[int, int]:
    """Header and payload length in bytes. Raises FrameError when they cannot be meant."""
    header_bytes, payload_bytes = LENGTHS.unpack(prefix)
    if header_bytes > MAX_HEADER_BYTES or payload_bytes > MAX_PAYLOAD_BYTES:
        raise FrameError(f"frame of {header_bytes} + {payload_bytes} bytes")
    return header_bytes, payload_bytes


def decode_frame(header: bytes, payload: bytes) -> Frame:
    """Raises FrameError when the header is not a JSON object."""
    try:
        fields = json.loads(header)
    except ValueError as error:
        raise FrameError("header is not JSON") from error
    if not isinstance(fields, dict):
        raise FrameError("header is not an object")
    return Frame(fields, payload)
