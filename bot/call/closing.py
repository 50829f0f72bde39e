"""Carrying a call through and leaving nothing behind, however it ends."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from livekit.agents import JobContext

from bot.livekit_gaps import NOISE_AFTER_THE_END
from bot.logs import call_ended
from bot.records import CallRecorder, EndReason
from bot.talk.floor.ending import Ending
from sip.calls.line import hang_up
from sip.errors import HangUpFailed

logger = logging.getLogger("storyline.call")


async def carry_through(
    ctx: JobContext,
    recorder: CallRecorder,
    ending: Ending,
    carry: Callable[[], Awaitable[None]],
) -> None:
    """Run `carry` to its end; then the room is deleted and the record closed, once.

    Whatever happens first ends the call. Raises only if cancelled.
    """
    try:
        await carry()
    except asyncio.CancelledError:
        # Its worker is gone, or has waited long enough: this job is what survives.
        ending.set(EndReason.CRASHED, "the job was cancelled")
        raise
    except Exception as error:
        if ending.reason is None:
            logger.exception("the call failed")
        else:  # whoever hangs up while the session starts pulls the room from under it
            logger.info("the conversation broke off with its call", extra={"error": repr(error)})
        ending.set(EndReason.FAILED, repr(error)[:300])
    finally:
        await _finish(ctx, recorder, ending)


async def _finish(ctx: JobContext, recorder: CallRecorder, ending: Ending) -> None:
    reason, error = ending.reason or EndReason.FAILED, ending.error
    call_ended(NOISE_AFTER_THE_END)
    try:
        await hang_up(ctx.api, ctx.job.room.name)
    except HangUpFailed:
        logger.exception("the room could not be deleted; the guardian will try again")
        await recorder.leave_to_guardian(reason, error)
    else:
        await recorder.close(reason, error)
        logger.info("call ended", extra={"reason": reason.value, "error": error})
    ctx.shutdown(reason=reason.value)
