"""An answer that is due to the caller."""

import asyncio
import contextlib


class Debt:
    """One answer, from the moment it is due until it is settled: heard, excused or overtaken."""

    def __init__(self) -> None:
        self._news = asyncio.Event()
        self._settled = asyncio.Event()
        self.has_failed = False

    @property
    def is_open(self) -> bool:
        """Whether it is due still."""
        return not self._settled.is_set()

    def settle(self) -> None:
        """Nothing is due any more."""
        self._settled.set()
        self._news.set()

    def fail(self) -> None:
        """The answer will not come; waiting on is of no use."""
        self.has_failed = True
        self._news.set()

    def begin_again(self) -> None:
        """It has been asked for once more."""
        self.has_failed = False
        if self.is_open:
            self._news.clear()

    async def settled(self) -> None:
        """Wait until it is settled, whatever fails."""
        await self._settled.wait()

    async def settled_within(self, limit_s: float) -> bool:
        """Wait until it is settled; False as soon as it has failed, or after the limit."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(limit_s):
                await self._news.wait()
        return not self.is_open
