"""The life of one call, inside its job: from the first ring to the closed record."""

import asyncio
import logging
import uuid

from livekit import rtc
from livekit.agents import AutoSubscribe, JobContext

from bot.ending import Ending
from bot.logs import bind_call, call_ended
from bot.records import CallRecord, CallRecorder, CallStore, Direction, EndReason, utc_now
from bot.settings import Settings
from bot.talk import Talk
from sip.call_info import CallInfo
from sip.errors import HangUpFailed
from sip.line import hang_up

logger = logging.getLogger("storyline.call")

# The caller is in the room before the agent is asked for; later means that they hung up.
_CALLER_LIMIT_S = 10.0


async def take_call(ctx: JobContext) -> None:
    """The entry point of a job: carry one call through and leave nothing behind."""
    settings = Settings.load()
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
        await Call(ctx, settings, recorder).run()


class Call:
    """One call. Whatever happens first ends it; `run` then cleans up once."""

    def __init__(self, ctx: JobContext, settings: Settings, recorder: CallRecorder) -> None:
        self._ctx = ctx
        self._settings = settings
        self._recorder = recorder
        self.ending = Ending()

    async def run(self) -> None:
        """Carry the call to its end: room deleted, record closed. Raises only if cancelled."""
        try:
            participant = await self._meet_caller()
            if participant is not None:
                await Talk(
                    self._ctx, self._settings, self._recorder, participant, self.ending
                ).run()
        except asyncio.CancelledError:
            # The worker that started this job is gone; this job is what survives.
            self.ending.set(EndReason.CRASHED, "the worker died")
            raise
        except Exception as error:
            logger.exception("the call failed")
            self.ending.set(EndReason.FAILED, repr(error)[:300])
        finally:
            await self._finish()

    async def _meet_caller(self) -> rtc.RemoteParticipant | None:
        room = self._ctx.room
        room.on(
            "disconnected",
            lambda *_: self.ending.set(EndReason.CALLER_HUNG_UP, "the room was closed"),
        )
        await self._ctx.connect(auto_subscribe=AutoSubscribe.AUDIO_ONLY)
        try:
            async with asyncio.timeout(_CALLER_LIMIT_S):
                participant = await self._ctx.wait_for_participant()
        except TimeoutError:
            self.ending.set(EndReason.NEVER_ANSWERED, "no caller came into the room")
            return None
        info = CallInfo.of(participant.kind, participant.attributes)
        logger.info("call", extra={"call": str(info)})
        self._recorder.update(
            direction=Direction(info.direction.value),
            from_number=info.caller_number,
            to_number=info.called_number,
            sip_call_id=info.sip_call_id,
        )
        return participant

    def _on_room_closed(self, _: object) -> None:
        self.ending.set(EndReason.CALLER_HUNG_UP, "the room was closed")

    async def _finish(self) -> None:
        reason, error = self.ending.reason or EndReason.FAILED, self.ending.error
        call_ended()
        try:
            await hang_up(self._ctx.api, self._ctx.job.room.name)
        except HangUpFailed:
            logger.exception("the room could not be deleted; the guardian will try again")
            await self._recorder.leave_to_guardian(reason, error)
        else:
            await self._recorder.close(reason, error)
            logger.info("call ended", extra={"reason": reason.value, "error": error})
        self._ctx.shutdown(reason=reason.value)
