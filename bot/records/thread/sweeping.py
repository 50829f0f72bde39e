"""Removes what calls have left that were ended for their dead process."""

import asyncio
import logging

from bot.records.errors import RecordsError
from bot.records.thread.threads import Threads

logger = logging.getLogger("storyline.records")

_SWEEP_S = 30.0


async def sweep(threads: Threads, *, pause_s: float = _SWEEP_S) -> None:
    """Now and again, until cancelled."""
    while True:
        try:
            if swept := await threads.sweep():
                logger.info("threads of calls that ended are removed", extra={"calls": swept})
        except RecordsError as error:
            logger.warning("threads not removed yet", extra={"error": str(error)})
        await asyncio.sleep(pause_s)
