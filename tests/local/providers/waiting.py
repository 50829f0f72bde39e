"""Waiting for what another process or connection does."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

Found = TypeVar("Found")

LOOK_EVERY_S = 0.03


async def until(look: Callable[[], Awaitable[Found | None]], deadline_s: float = 5.0) -> Found:
    """The first thing that `look` finds. Raises TimeoutError."""
    async with asyncio.timeout(deadline_s):
        while True:
            if found := await look():
                return found
            await asyncio.sleep(LOOK_EVERY_S)
