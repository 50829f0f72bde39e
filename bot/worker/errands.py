"""What a watch does: it looks again and again, and sends somebody where something is to be done."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine


class Errands:
    """Tasks by what they are for, one for each: a slow one must not hold up the watching."""

    def __init__(self) -> None:
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def __contains__(self, key: str) -> bool:
        return key in self._tasks

    def begin(self, key: str, work: Coroutine[object, None, None], *, name: str) -> None:
        """Start `work`; nothing of that key may be under way."""
        task = asyncio.create_task(work, name=name)
        self._tasks[key] = task
        task.add_done_callback(lambda _: self._tasks.pop(key, None))

    async def settle(self) -> None:
        """Wait for all that is under way."""
        await asyncio.gather(*self._tasks.values())

    async def cancel(self) -> None:
        """Drop all that is under way."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def watch_on(
    look: Callable[[], Awaitable[None]], errands: Errands, *, poll_s: float, logger: logging.Logger
) -> None:
    """Look every `poll_s` until cancelled; nothing else ends it. Drops the errands then."""
    try:
        while True:
            try:
                await look()
            except Exception:
                # The edge of the process: without a watch the next fault is silence.
                logger.exception("the watch stumbled, watching on")
            await asyncio.sleep(poll_s)
    finally:
        await errands.cancel()
