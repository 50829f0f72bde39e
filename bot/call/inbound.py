"""One call that somebody makes to us."""

import logging
from functools import partial

from livekit import rtc
from livekit.agents import JobContext

from agents.intro import IntroAgent
from bot.call.acquaintance import Acquaintance
from bot.call.allowance import asking
from bot.call.do_not_call import block_caller
from bot.call.resuming.taking import Resuming
from bot.call.safety.meeting import NobodyThere, meet
from bot.call.turning_away import costs_of, may_come_in, turn_away
from bot.records import CallRecorder, Direction, EndReason, Records
from bot.settings import Settings
from bot.talk.floor.ending import Ending
from bot.talk.line import Line
from bot.talk.talk import Talk
from bot.talk.watchers.thread_keeper import ThreadKeeper
from sip.calls.call_info import CallInfo

logger = logging.getLogger("storyline.call")

# The caller is in the room before the agent is asked for; later means that they hung up.
_CALLER_LIMIT_S = 10.0


class InboundCall:
    """From the first ring to the end of the conversation."""

    def __init__(
        self, ctx: JobContext, settings: Settings, recorder: CallRecorder, records: Records
    ) -> None:
        self._ctx = ctx
        self._records = records
        self._settings = settings
        self._recorder = recorder
        self._keeper = ThreadKeeper(
            records.threads, recorder, keeps_unfinished=settings.kept.keeps_unfinished
        )
        self._acquaintance: Acquaintance | None = None
        self.ending = Ending()
        secret = settings.livekit.access.api_secret
        self._line = Line(
            ctx.room, ctx.job.room.name, self.ending, secret=secret, diary=recorder.diary
        )

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
            from_number=None if info.is_withheld else info.caller_number or info.caller_text,
            to_number=info.called_number or info.called_text,
            sip_call_id=info.sip_call_id,
        )
        if info.is_withheld or not info.caller_number:
            self._keeper.keep_nothing()
        self._line.expect(participant.identity, on_telephone=info.is_sip)
        # It was being written while the room was joined: 20 ms in which nobody waits for it.
        await self._recorder.wait_written()
        refusal = await may_come_in(self._records.gate, self._recorder.record, self._settings)
        if refusal is not None:
            await turn_away(self._ctx, self._settings, self._line, self.ending, refusal)
            return
        self._acquaintance = Acquaintance.of_caller(
            self._records, self._settings, self._recorder.record.call_id, info
        )
        past = await self._acquaintance.recall()
        resuming = Resuming(self._settings, self._records, self._recorder, self._keeper)
        returning = await resuming.of_caller(info)
        talk = Talk(
            self._ctx,
            self._settings,
            self._recorder,
            self._line,
            self.ending,
            first_agent=returning or IntroAgent(known=past.expected),
            block=partial(
                block_caller,
                self._records.orders,
                info,
                lambda wish: self._recorder.update(error=wish),
            ),
            ask_left=asking(self._records.gate, self._recorder, costs_of(self._settings)),
            keeper=self._keeper,
        )
        conversation = talk.session.userdata
        if returning is not None:
            returning.remember(conversation)
        else:
            conversation.reunite = partial(resuming.of_name, info, conversation)
        self._acquaintance.introduce(conversation)
        await talk.run()

    async def finish(self) -> None:
        """The call is over: what was kept for a process that goes on with it is removed, or left
        for a caller whose story broke off.
        """
        await self._keeper.finish(self.ending.reason)

    async def settle(self) -> None:
        """Record and diary are closed: what the caller wants forgotten is not kept."""
        if self._acquaintance is not None:
            await self._acquaintance.settle()

    async def _meet_caller(self) -> rtc.RemoteParticipant | None:
        try:
            return await meet(self._ctx, limit_s=_CALLER_LIMIT_S)
        except NobodyThere as error:
            self.ending.set(EndReason.NEVER_ANSWERED, str(error))
        return None
