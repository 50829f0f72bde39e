"""A caller for whom there is no place: asked before the answer, and told in one sentence."""

import asyncio
import logging

from livekit.agents import JobContext

from bot.records import (
    CallerLimits,
    CallRecord,
    CostLimits,
    EndReason,
    Gate,
    InboundLimits,
    LineLimits,
    RecordsError,
    Refusal,
    utc_now,
)
from bot.settings import Settings
from bot.talk.clips import Clip, ClipPlayer
from bot.talk.floor.ending import Ending
from bot.talk.line import LAST_SOUND_S, Line
from bot.waiting import first_of

logger = logging.getLogger("storyline.call")

# The caller hears ringing meanwhile; a database that takes longer keeps nobody out.
_ASK_LIMIT_S = 1.0
_ANSWER_LIMIT_S = 10.0
# Answering costs. Whoever was told so often in an hour, and rings on, gets the busy tone.
_TOLD_ENOUGH = 3
# From the ring to the answer, and from the last word to the closed record.
_AROUND_THE_CALL_S = 120.0


def limits_of(settings: Settings) -> InboundLimits:
    """The limits for calls that come in."""
    wanted = settings.limits
    return InboundLimits(
        CallerLimits(wanted.caller_at_once, wanted.caller_per_hour, wanted.caller_per_day),
        CallerLimits(wanted.withheld_at_once, wanted.withheld_per_hour, wanted.withheld_per_day),
        LineLimits(wanted.calls_per_day, wanted.minutes_per_day),
        longest_call_s=settings.call.max_call_s + _AROUND_THE_CALL_S,
        costs=costs_of(settings),
    )


def costs_of(settings: Settings) -> CostLimits:
    """What calls may cost in a day."""
    return CostLimits(settings.limits.max_number_cost, settings.limits.max_day_cost)


async def may_come_in(gate: Gate, record: CallRecord, settings: Settings) -> Refusal | None:
    """Ask for a place; None when the call may be answered. Never raises: no database, no limits."""
    try:
        async with asyncio.timeout(_ASK_LIMIT_S):
            return await gate.ask(record, limits_of(settings), utc_now())
    except (RecordsError, TimeoutError) as error:
        logger.warning("the limits could not be asked", extra={"error": repr(error)})
        return None


async def turn_away(
    ctx: JobContext, settings: Settings, line: Line, ending: Ending, refusal: Refusal
) -> None:
    """Tell the caller in a stored sentence, which needs no provider, and end the call.

    Whoever hangs up in the middle of it was turned away all the same: else they would use up what
    others may have, and never come to the busy tone.
    """
    logger.warning(
        "turned away: a limit is reached", extra={"limit": refusal.limit, "times": refusal.times}
    )
    ending.decide(EndReason.LIMIT_REACHED, refusal.limit.value)
    if refusal.times < _TOLD_ENOUGH:
        await first_of(_tell(ctx, settings, line, refusal), ending.wait())
    ending.set(EndReason.LIMIT_REACHED, refusal.limit.value)


async def _tell(ctx: JobContext, settings: Settings, line: Line, refusal: Refusal) -> None:
    clips = ClipPlayer(ctx.room, settings.story.clips_dir)
    try:
        await clips.publish()
        if await line.wait_answered(_ANSWER_LIMIT_S):
            await clips.play(Clip.BUSY if refusal.limit.is_the_lines else Clip.ENOUGH)
            await asyncio.sleep(LAST_SOUND_S)
    finally:
        await clips.aclose()
