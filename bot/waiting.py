"""Waiting for the first of several things."""

import asyncio
from collections.abc import Coroutine
from typing import Never


async def first_of(
    *waits: Coroutine[object, Never, object], timeout_s: float | None = None
) -> None:
    """Return as soon as one of `waits` has finished, or after `timeout_s`; the others are dropped.

    Look afterwards at what was waited for. Raises what a finished wait has raised.
    """
    tasks = [asyncio.ensure_future(wait) for wait in waits]
    try:
        done, _ = await asyncio.wait(tasks, timeout=timeout_s, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    for task in done:
        task.result()
