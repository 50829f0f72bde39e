"""Removes what calls have left that were ended for their dead process, and stories by their age."""

import asyncio
import logging
from datetime import timedelta

from bot.records.errors import RecordsError
from bot.records.record import utc_now
from bot.records.thread.threads import Threads

logger = logging.getLogger("storyline.records")

_SWEEP_S = 30.0


async def sweep(threads: Threads, keep: timedelta, *, pause_s: float = _SWEEP_S) -> None:
    """Now and again, until cancelled. `keep`: how long a story that broke off is left."""
    while True:
        try:
            if swept := await threads.sweep(utc_now(), keep):
                logger.info("threads of calls that ended are removed", extra={"calls": swept})
        except RecordsError as error:
            logger.warning("threads not removed yet", extra={"error": str(error)})
        await asyncio.sleep(pause_s)
