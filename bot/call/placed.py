"""Placing one call: first the storyteller is made ready, then the telephone rings."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from functools import partial

from livekit.agents import AutoSubscribe, JobContext
from livekit.agents.voice.amd import AMD

from agents.callee import Callee
from agents.intro import IntroAgent
from agents.returning import ReturningAgent
from bot.call.acquaintance import Acquaintance
from bot.call.allowance import asking, limited
from bot.call.closing import carry_through
from bot.call.dialler import CALLEE, Dialler
from bot.call.do_not_call import block_number
from bot.call.progress import Progress
from bot.call.reception import Reception
from bot.call.resuming.taking import Resuming
from bot.call.takeover.passing import Passing
from bot.call.turning_away import costs_of
from bot.livekit_gaps import cancel_and_wait, let_speak, machine_detector
from bot.logs import bind_call
from bot.records import (
    CallRecord,
    CallRecorder,
    Direction,
    EndReason,
    Order,
    utc_now,
)
from bot.records.diary import Diary
from bot.settings import Settings
from bot.talk.floor.ending import Ending
from bot.talk.line import Line
from bot.talk.talk import Talk
from bot.talk.warm import Warm
from bot.talk.watchers.thread_keeper import ThreadKeeper
from bot.waiting import first_of
from sip.calls.outcome import Outcome

logger = logging.getLogger("storyline.outbound")

# Voice and models are made ready within a second; without them nobody is dialled.
_READY_LIMIT_S = 8.0
# What comes on top of the ringing before a call that is neither answered nor over is stuck.
_ANSWER_MARGIN_S = 30.0


async def place_call(ctx: JobContext, settings: Settings, call_id: str) -> None:
    """The outbound half of a job's entry point: carry out the order `call_id`, if it is ours.

    Several jobs may be asked for one order; one of them gets it and the others leave.
    """
    bind_call(call_id)
    async with Warm.of(ctx.proc).records as records:
        order = await records.orders.take(call_id, ctx.job.id, utc_now())
        if order is None:
            logger.info("the order is in other hands, or over")
            ctx.shutdown(reason="not ours")
            return
        record = CallRecord(
            call_id=call_id,
            direction=Direction.OUTBOUND,
            room_name=ctx.job.room.name,
            from_number=order.from_number,
            to_number=order.number,
            job_id=ctx.job.id,
            started_at=utc_now(),
        )
        progress = Progress(records.orders, call_id)
        ending = Ending()
        acquaintance = Acquaintance.of_callee(records, settings, call_id, order.number)
        is_ours = True
        try:
            async with (
                Diary(records.diaries, call_id, listener=Warm.of(ctx.proc).listener) as diary,
                CallRecorder(records.calls, record, diary=diary) as recorder,
            ):
                await recorder.wait_written()
                block = partial(block_number, records.orders, order.number)
                ask_left = asking(records.gate, recorder, costs_of(settings).for_our_calls)
                keeper = ThreadKeeper(
                    records.threads,
                    recorder,
                    keeps_unfinished=settings.kept.keeps_unfinished,
                )
                call = PlacedCall(
                    ctx,
                    settings,
                    recorder,
                    order,
                    progress,
                    ending,
                    block,
                    acquaintance,
                    ask_left,
                    keeper,
                )
                call.returning = await Resuming(settings, records, recorder, keeper).of_order(order)
                passing = Passing(ctx, records, recorder)
                await carry_through(ctx, recorder, ending, call.carry, pass_on=passing.pass_on)
                await keeper.finish(ending.reason)
                is_ours = not recorder.is_lost
        finally:
            if is_ours:
                await progress.close(ending)
        await acquaintance.settle()


class PlacedCall:
    """One call that we make. Whatever happens first ends it."""

    def __init__(
        self,
        ctx: JobContext,
        settings: Settings,
        recorder: CallRecorder,
        order: Order,
        progress: Progress,
        ending: Ending,
        block: Callable[[], Awaitable[bool]],
        acquaintance: Acquaintance,
        ask_left: Callable[[], Awaitable[float | None]] | None = None,
        keeper: ThreadKeeper | None = None,
    ) -> None:
        self._ctx = ctx
        self._settings = limited(settings, order.max_call_s)
        self._recorder = recorder
        self._order = order
        self._progress = progress
        self._ending = ending
        self._block = block
        self._acquaintance = acquaintance
        self._ask_left = ask_left
        self._keeper = keeper
        self.returning: ReturningAgent | None = None
        secret = settings.livekit.access.api_secret
        self._line = Line(ctx.room, order.room_name, ending, secret=secret, diary=recorder.diary)
        self._line.expect(CALLEE, on_telephone=True)

    async def carry(self) -> None:
        """Prepare the conversation, dial, and talk until the call has ended."""
        await self._ctx.connect(auto_subscribe=AutoSubscribe.AUDIO_ONLY)
        if self._order.resumes is not None and self.returning is None:
            self._progress.conclude(
                Outcome.REFUSED, "The story to go on with could not be taken; nobody was dialled."
            )
            self._ending.set(EndReason.NEVER_ANSWERED, "not dialled")
            return
        await self._acquaintance.recall()
        callee = Callee.known(self._order.name, self._order.location)
        talk = Talk(
            self._ctx,
            self._settings,
            self._recorder,
            self._line,
            self._ending,
            first_agent=self.returning or IntroAgent(callee),
            block=self._block,
            answer_limit_s=_READY_LIMIT_S + self._order.ring_timeout_s + _ANSWER_MARGIN_S,
            ask_left=self._ask_left,
            keeper=self._keeper,
        )
        if self.returning is not None:
            self.returning.remember(talk.session.userdata)
        self._acquaintance.introduce(talk.session.userdata)
        async with asyncio.TaskGroup() as group:
            group.create_task(self._dial_when_ready(talk), name="dial")
            receiving = group.create_task(self._receive(talk), name="who answers")
            await talk.run()
            await cancel_and_wait(receiving)

    async def _receive(self, talk: Talk) -> None:
        """Find out who answers, from the answer on."""
        session = talk.session

        def detector(limit_s: float, by_words_alone: bool) -> AMD:
            return machine_detector(
                session, identity=CALLEE, limit_s=limit_s, by_words_alone=by_words_alone
            )

        if await self._line.wait_answered():
            reception = Reception(
                talk.floor,
                self._progress,
                self._ending,
                detector,
                partial(let_speak, session),
                leaves_messages=self._settings.outbound.on_voicemail == "message",
                diary=self._recorder.diary,
            )
            await reception.run()

    async def _dial_when_ready(self, talk: Talk) -> None:
        """Ring as soon as Echo has her first words in her mouth."""
        await first_of(talk.ready.wait(), self._ending.wait(), timeout_s=_READY_LIMIT_S)
        if self._ending.reason is not None:
            return
        if not talk.ready.is_set():
            self._progress.conclude(
                Outcome.FAILED, "The storyteller did not get ready; nobody was dialled."
            )
            self._ending.set(EndReason.FAILED, "the voice was not ready; nobody was dialled")
            return
        if not await self._progress.claim_dialling(self._order, self._settings.outbound.hours):
            self._ending.set(EndReason.NEVER_ANSWERED, "not dialled")
            return
        dialler = Dialler(
            self._ctx, self._settings, self._order, self._progress, self._line, self._ending
        )
        sip_call_id = await dialler.run()
        if sip_call_id is not None:
            self._recorder.update(sip_call_id=sip_call_id)
