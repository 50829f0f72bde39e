"""The time of one call: seconds since its INVITE."""

import asyncio
import time
from typing import Protocol


class Clock(Protocol):
    """Seconds since the INVITE, and waiting. Tests bring their own."""

    def now_s(self) -> float: ...

    async def sleep(self, seconds: float) -> None: ...


class CallClock:
    """Begins at zero when it is made."""

    def __init__(self) -> None:
        self._zero_s = time.monotonic()

    def now_s(self) -> float:
        return time.monotonic() - self._zero_s

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
