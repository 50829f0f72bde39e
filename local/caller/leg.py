"""One SIP call as the rest of the caller sees it: the seam over the SIP stack."""

from typing import Protocol


class Leg(Protocol):
    """An answered call. Sound is 16-bit mono at `rate_hz`; nothing here blocks.

    While nothing is queued the stack sends silence, so the far end always gets packets.
    """

    @property
    def rate_hz(self) -> int: ...

    @property
    def is_over(self) -> bool: ...

    @property
    def sip_call_id(self) -> str:
        """The Call-ID header, or an empty string when it is not known."""
        ...

    def read(self) -> bytes:
        """All that arrived since the last read; empty when nothing did or the call is over."""
        ...

    def write(self, pcm: bytes) -> int:
        """Queue sound; returns the bytes taken, 0 when the call is over."""
        ...

    def flush(self) -> None:
        """Forget what is queued and not yet sent."""
        ...

    async def press(self, keys: str) -> None:
        """Send keys (RFC 4733), about 0.2 s each. Raises CallEnded when the call is over."""
        ...

    async def hang_up(self) -> None:
        """Send BYE; harmless when the call is over."""
        ...

    async def wait_over(self) -> None:
        """Return as soon as the call is over, whoever ended it."""
        ...
