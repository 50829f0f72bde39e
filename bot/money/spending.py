"""What a call has cost so far, what it may cost, and waiting until it has cost so much of that."""

import asyncio
import math


class Spending:
    """Grows as the call goes on; in USD, of what has a price."""

    def __init__(self) -> None:
        self._news = asyncio.Event()
        self.usd = 0.0
        self.limit_usd = math.inf

    def comes_to(self, usd: float) -> None:
        """The call has cost so much by now."""
        self.usd = usd
        self._news.set()

    def limit_to(self, usd: float) -> None:
        """The call may cost so much from now on."""
        self.limit_usd = usd
        self._news.set()

    async def reaches(self, part: float) -> None:
        """Wait until the call has cost this part of what it may cost."""
        while self.usd < part * self.limit_usd:
            self._news.clear()
            await self._news.wait()
