"""How long one call may last, and what is left for it of what calls may cost in a day."""

import logging
from collections.abc import Awaitable, Callable

from bot.records import CallRecorder, CostLimits, Gate, RecordsError, utc_now
from bot.settings import Settings

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


def limited(settings: Settings, max_call_s: float) -> Settings:
    """The settings with the call's own time limit; a short call is wound down in its last half."""
    wind_down_s = min(settings.call.wind_down_s, max_call_s / 2)
    call = settings.call.model_copy(update={"max_call_s": max_call_s, "wind_down_s": wind_down_s})
    return settings.model_copy(update={"call": call})
