"""The entry point of a job: which kind of call it is, and carrying it through."""

import uuid

from livekit.agents import JobContext

from bot.call.closing import carry_through
from bot.call.inbound import InboundCall
from bot.call.placed import place_call
from bot.call.probe import answer_probe
from bot.call.safety.again import ASKED_AGAIN, is_needed
from bot.call.takeover.asked import read_asked
from bot.call.takeover.passing import Passing
from bot.call.takeover.taken_over import go_on
from bot.doctor.probe import PROBE_METADATA
from bot.logs import bind_call
from bot.orders.ticket import ordered_call
from bot.records import CallRecord, CallRecorder, Direction, utc_now
from bot.records.diary import Diary
from bot.talk.warm import Warm


async def take_call(ctx: JobContext) -> None:
    """Carry one call through and leave nothing behind."""
    if ctx.job.metadata == PROBE_METADATA:
        await answer_probe(ctx)
        return
    if ctx.job.metadata == ASKED_AGAIN and not await is_needed(ctx):
        ctx.shutdown(reason="not needed")
        return
    settings = Warm.of(ctx.proc).settings
    asked = read_asked(ctx.job.metadata)
    if asked is not None:
        await go_on(ctx, settings, asked)
        return
    ordered = ordered_call(ctx.job.metadata)
    if ordered is not None:
        await place_call(ctx, settings, ordered)
        return
    call_id = str(uuid.uuid4())
    bind_call(call_id)
    record = CallRecord(
        call_id=call_id,
        direction=Direction.INBOUND,
        room_name=ctx.job.room.name,
        job_id=ctx.job.id,
        started_at=utc_now(),
    )
    async with Warm.of(ctx.proc).records as records:
        async with (
            Diary(records.diaries, call_id, listener=Warm.of(ctx.proc).listener) as diary,
            CallRecorder(records.calls, record, diary=diary) as recorder,
        ):
            call = InboundCall(ctx, settings, recorder, records)
            passing = Passing(ctx, records, recorder)
            await carry_through(ctx, recorder, call.ending, call.carry, pass_on=passing.pass_on)
            await call.finish()
        await call.settle()
