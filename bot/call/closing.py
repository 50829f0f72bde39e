"""Carrying a call through and leaving nothing behind, however it ends."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from livekit.agents import JobContext

from bot.call.safety.backstage import STORE_LOST, end_before_the_store_is_missed
from bot.call.safety.connection import Connection
from bot.call.safety.leg import end_legs
from bot.call.safety.pings import answer_pings
from bot.call.safety.rivals import wait_for_rival
from bot.livekit_gaps import NOISE_AFTER_THE_END, cancel_and_wait
from bot.logs import call_ended
from bot.records import CallRecord, CallRecorder, EndReason
from bot.records.diary import EventKind
from bot.talk.floor.ending import Ending
from bot.talk.warm import Warm
from sip.errors import HangUpFailed

logger = logging.getLogger("storyline.call")


async def carry_through(
    ctx: JobContext,
    recorder: CallRecorder,
    ending: Ending,
    carry: Callable[[], Awaitable[object]],
    *,
    pass_on: Callable[[], Awaitable[bool]] | None = None,
    takes_over: bool = False,
) -> None:
    """Run `carry` to its end; then the room is deleted and the record closed, once.

    Whatever happens first ends the call. A job that is cancelled with its worker gives the call to
    another one by `pass_on`, if that comes. `takes_over`: the storyteller who may still be in the
    room is dead. Raises only if cancelled.
    """
    tracing = Warm.of(ctx.proc).tracing
    if tracing is None:
        await _carry_through(ctx, recorder, ending, carry, pass_on, takes_over)
        return
    with tracing.call(recorder.record.call_id):
        try:
            await _carry_through(ctx, recorder, ending, carry, pass_on, takes_over)
        finally:
            tracing.tell(_facts(recorder.record, ending))


def _facts(record: CallRecord, ending: Ending) -> dict[str, str | int]:
    return {
        "direction": record.direction.value,
        "agent_reached": record.agent_reached.value,
        "end_reason": (ending.reason or EndReason.FAILED).value,
        "turns": record.turns,
    }


async def _carry_through(
    ctx: JobContext,
    recorder: CallRecorder,
    ending: Ending,
    carry: Callable[[], Awaitable[object]],
    pass_on: Callable[[], Awaitable[bool]] | None,
    takes_over: bool,
) -> None:
    answer_pings(ctx.room)
    connection = Connection(ctx.room, ending)
    in_other_hands = asyncio.Event()
    beside = [asyncio.create_task(_yield_to_successor(recorder, ending, in_other_hands))]
    if not takes_over:
        beside.append(asyncio.create_task(_yield_to_rival(ctx, ending, in_other_hands)))
    if not Warm.of(ctx.proc).settings.livekit.is_cloud:
        watching = end_before_the_store_is_missed(ctx.api, ctx.job.room.name, ending)
        beside.append(asyncio.create_task(watching))
    try:
        await carry()
    except asyncio.CancelledError:
        # Its worker is gone, or has waited long enough: this job is what survives.
        if ending.reason is None and pass_on is not None and await pass_on():
            in_other_hands.set()
        ending.set(EndReason.CRASHED, "the job was cancelled")
        raise
    except Exception as error:
        if ending.reason is None:
            logger.exception("the call failed")
        else:  # whoever hangs up while the session starts pulls the room from under it
            logger.info("the conversation broke off with its call", extra={"error": repr(error)})
        ending.set(EndReason.FAILED, repr(error)[:300])
    finally:
        connection.close()
        await cancel_and_wait(*beside)
        await _finish(ctx, recorder, ending, leave_alone=in_other_hands.is_set())


async def _yield_to_rival(ctx: JobContext, ending: Ending, in_other_hands: asyncio.Event) -> None:
    if await wait_for_rival(ctx.room) and ending.reason is None:
        in_other_hands.set()
        ending.set(EndReason.FAILED, "another storyteller was in the room before")


async def _yield_to_successor(
    recorder: CallRecorder, ending: Ending, in_other_hands: asyncio.Event
) -> None:
    """A process that was stuck and wakes up finds its call in other hands, and leaves."""
    await recorder.wait_lost()
    in_other_hands.set()
    ending.set(EndReason.FAILED, "another process has taken the call over")


async def _finish(
    ctx: JobContext, recorder: CallRecorder, ending: Ending, *, leave_alone: bool
) -> None:
    reason, error = ending.reason or EndReason.FAILED, ending.error
    call_ended(NOISE_AFTER_THE_END)
    # A process that was stuck may wake up to its end before it has looked at its record.
    leave_alone = leave_alone or await recorder.is_taken()
    try:
        if not leave_alone:
            await end_legs(ctx.api, ctx.room, ctx.job.room.name, server_is_lost=error == STORE_LOST)
            recorder.diary.note(EventKind.LEG_GONE)
    except HangUpFailed as failure:
        logger.error("not hung up; the guardian will try again", extra={"error": str(failure)})
        await recorder.leave_to_guardian(reason, error)
    else:
        await recorder.close(reason, error)
        logger.info("call ended", extra={"reason": reason.value, "error": error})
    ctx.shutdown(reason=reason.value)
