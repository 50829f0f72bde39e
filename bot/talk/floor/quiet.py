"""The quiet of a conversation: nobody speaks, and nothing is due."""

import asyncio


class Quiet:
    """Whether it is quiet, and for how long; `see` tells it."""

    def __init__(self) -> None:
        self._quiet = asyncio.Event()
        self._noise = asyncio.Event()

    def see(self, *, is_quiet: bool) -> None:
        """It is quiet from now on, or not any more."""
        now, over = (self._quiet, self._noise) if is_quiet else (self._noise, self._quiet)
        now.set()
        over.clear()

    async def lasting(self, limit_s: float) -> None:
        """Return when it has been quiet for so long."""
        while True:
            await self._quiet.wait()
            try:
                async with asyncio.timeout(limit_s):
                    await self._noise.wait()
            except TimeoutError:
                return
