"""What a call has cost so far, and waiting until it has cost so much."""

import asyncio


class Spending:
    """Grows as the call goes on; in USD, of what has a price."""

    def __init__(self) -> None:
        self._news = asyncio.Event()
        self.usd = 0.0

    def comes_to(self, usd: float) -> None:
        """The call has cost so much by now."""
        self.usd = usd
        self._news.set()

    async def reaches(self, usd: float) -> None:
        """Wait until the call has cost so much."""
        while self.usd < usd:
            self._news.clear()
            await self._news.wait()
