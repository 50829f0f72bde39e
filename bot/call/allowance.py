"""What is left for a call of what calls may cost in a day."""

import logging
from collections.abc import Awaitable, Callable

from bot.records import CallRecorder, CostLimits, Gate, RecordsError, utc_now

logger = logging.getLogger("storyline.call")


def asking(
    gate: Gate, recorder: CallRecorder, limits: CostLimits
) -> Callable[[], Awaitable[float | None]] | None:
    """How to ask what the call may cost, by what others have cost; None where nothing limits it.

    What is asked never raises: while the database is away the call goes on as before.
    """
    if limits == CostLimits():
        return None

    async def ask() -> float | None:
        try:
            return await gate.left_usd(recorder.record, limits, utc_now())
        except RecordsError as error:
            logger.warning("what is left could not be asked", extra={"error": str(error)})
            return None

    return ask
