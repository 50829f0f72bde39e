"""The life of one call, inside its job: from the first ring to the closed record."""

import asyncio
import logging
import uuid
from functools import partial

from livekit import rtc
from livekit.agents import AutoSubscribe, JobContext

from agents.intro import IntroAgent
from bot.call.closing import carry_through
from bot.call.do_not_call import block_number
from bot.call.placed import place_call
from bot.doctor.probe import PROBE_METADATA
from bot.logs import bind_call
from bot.orders.ticket import ordered_call
from bot.records import CallRecord, CallRecorder, CallStore, Direction, EndReason, utc_now
from bot.settings import Settings
from bot.talk.ending import Ending
from bot.talk.line import CallerLine
from bot.talk.talk import Talk
from sip.calls.call_info import CallInfo

logger = logging.getLogger("storyline.call")

# The caller is in the room before the agent is asked for; later means that they hung up.
_CALLER_LIMIT_S = 10.0


async def take_call(ctx: JobContext) -> None:
    """The entry point of a job: carry one call through and leave nothing behind."""
    if ctx.job.metadata == PROBE_METADATA:
        await ctx.connect()  # being seen in the room is all that the doctor asks
        return
    settings: Settings = ctx.proc.userdata["settings"]
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
    async with (
        CallStore.open(settings.database_url) as store,
        CallRecorder(store, record) as recorder,
    ):
        call = Call(ctx, settings, recorder)
        await carry_through(
            ctx, recorder, call.ending, call.carry, is_answered=lambda: call.is_answered
        )


class Call:
    """One call that somebody made to us."""

    def __init__(self, ctx: JobContext, settings: Settings, recorder: CallRecorder) -> None:
        self._ctx = ctx
        self._settings = settings
        self._recorder = recorder
        self._line: CallerLine | None = None
        self.ending = Ending()

    @property
    def is_answered(self) -> bool:
        """Whether the caller could hear us at some time."""
        return self._line is not None and self._line.answered

    async def carry(self) -> None:
        """Talk with the caller until the call has ended."""
        participant = await self._meet_caller()
        if participant is None:
            return
        info = CallInfo.of(
            participant.kind, participant.attributes, self._settings.livekit.region or ""
        )
        logger.info("call", extra={"call": str(info)})
        self._recorder.update(
            direction=Direction(info.direction.value),
            from_number=info.caller_number or info.caller_text,
            to_number=info.called_number or info.called_text,
            sip_call_id=info.sip_call_id,
        )
        self._line = CallerLine(
            self._ctx.room,
            participant.identity,
            self.ending,
            on_telephone=info.is_sip,
            block=partial(block_number, self._settings.database_url, info.caller_number),
        )
        talk = Talk(
            self._ctx,
            self._settings,
            self._recorder,
            self._line,
            self.ending,
            first_agent=IntroAgent(),
        )
        await talk.run()

    async def _meet_caller(self) -> rtc.RemoteParticipant | None:
        await self._ctx.connect(auto_subscribe=AutoSubscribe.AUDIO_ONLY)
        try:
            async with asyncio.timeout(_CALLER_LIMIT_S):
                return await self._ctx.wait_for_participant()
        except TimeoutError:
            self.ending.set(EndReason.NEVER_ANSWERED, "no caller came into the room")
        except RuntimeError:  # LiveKit closes a room that its only caller has left
            self.ending.set(EndReason.NEVER_ANSWERED, "the caller had left before we came")
        return None
