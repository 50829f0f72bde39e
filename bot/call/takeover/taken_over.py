"""A job that goes on with a call whose process has died."""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial

from livekit import rtc
from livekit.agents import Agent, JobContext
from livekit.agents.llm import RealtimeModel

from agents.callee import Callee
from agents.returning import ReturningAgent
from agents.stories import choose_premise
from agents.story import StoryData
from bot.call.acquaintance import Acquaintance
from bot.call.allowance import asking, limited
from bot.call.closing import carry_through
from bot.call.do_not_call import block_caller, block_number
from bot.call.progress import Progress
from bot.call.resuming.broken import broken_story, words_of
from bot.call.safety.meeting import NobodyThere, meet
from bot.call.takeover.asked import Asked
from bot.call.takeover.echoes import IntroGoesOn, StoryGoesOn
from bot.call.takeover.going_on import how_to_go_on
from bot.call.takeover.passing import Passing
from bot.call.turning_away import costs_of
from bot.logs import bind_call
from bot.money.bill import Usage
from bot.records import (
    CallRecord,
    CallRecorder,
    Direction,
    EndReason,
    Order,
    Records,
    RecordsError,
)
from bot.records.diary import Diary, EventKind
from bot.records.thread import SURVIVED, Thread
from bot.settings import Settings
from bot.talk.clips import Clip, ClipPlayer
from bot.talk.continued import Continued
from bot.talk.floor.ending import Ending
from bot.talk.line import Line
from bot.talk.models import Models, build_models, connect_options
from bot.talk.talk import Talk
from bot.talk.warm import Warm
from bot.talk.watchers.thread_keeper import ThreadKeeper
from sip.calls.call_info import CallInfo

logger = logging.getLogger("storyline.takeover")

# The telephone is in the room; one that is not has hung up meanwhile.
_CALLER_LIMIT_S = 3.0
# Entries of a diary that each process may write in one call.
_ENTRIES = 1_000_000


async def go_on(ctx: JobContext, settings: Settings, asked: Asked) -> None:
    """Go on with the call that was asked for, if it is still without a process."""
    bind_call(asked.call_id)
    async with Warm.of(ctx.proc).records as records:
        found = await _take(ctx, records, asked)
        if found is None:
            logger.info("the call is in other hands, or over")
            ctx.shutdown(reason="not ours")
            return
        logger.warning("going on with a call", extra={"deaths": found.thread.deaths})
        await _carry_on(ctx, settings, records, found)


class _Found:
    """What another process has left."""

    def __init__(
        self, record: CallRecord, thread: Thread, used: tuple[Usage, ...], order: Order | None
    ) -> None:
        self.record = record
        self.thread = thread
        self.used = used
        self.order = order


async def _take(ctx: JobContext, records: Records, asked: Asked) -> _Found | None:
    try:
        if not await records.threads.take(asked.call_id, asked.ticket, ctx.job.id):
            return None
        record, thread, diary, order = (
            await records.calls.get(asked.call_id),
            await records.threads.of(asked.call_id),
            await records.diaries.of(asked.call_id),
            await records.orders.get(asked.call_id),
        )
    except RecordsError as error:
        logger.error("the call cannot be taken over", extra={"error": str(error)})
        return None
    if record is None or thread is None:
        return None
    return _Found(replace(record, job_id=ctx.job.id), thread, diary.usage, order)


async def _carry_on(ctx: JobContext, settings: Settings, records: Records, found: _Found) -> None:
    record, thread = found.record, found.thread
    if found.order is not None:
        settings = limited(settings, found.order.max_call_s)
    ending = Ending()
    number = thread.deaths * _ENTRIES
    listener = Warm.of(ctx.proc).listener
    async with (
        Diary(records.diaries, record.call_id, listener=listener, number=number) as diary,
        CallRecorder(records.calls, record, diary=diary) as recorder,
    ):
        diary.note(EventKind.TAKEN_OVER, f"death {thread.deaths}")
        if thread.is_recorded:
            diary.note(EventKind.RECORDING_LOST, "its process died")
        call = TakenOver(ctx, settings, recorder, records, found, ending)
        passing = Passing(ctx, records, recorder)
        await carry_through(
            ctx, recorder, ending, call.carry, pass_on=passing.pass_on, takes_over=True
        )
        await call.keeper.finish(ending.reason)
    await call.settle()
    if record.direction is Direction.OUTBOUND and not recorder.is_lost:
        progress = Progress(records.orders, record.call_id)
        progress.was_answered()
        await progress.close(ending)


class TakenOver:
    """One call from where another process left it. Nobody is dialled here, whoever began it."""

    def __init__(
        self,
        ctx: JobContext,
        settings: Settings,
        recorder: CallRecorder,
        records: Records,
        found: _Found,
        ending: Ending,
    ) -> None:
        self._ctx = ctx
        self._settings = settings
        self._recorder = recorder
        self._records = records
        self._found = found
        self._thread = found.thread
        self._ending = ending
        self._offering: ReturningAgent | None = None
        if found.thread.is_offered:
            self._offering = ReturningAgent(
                broken_story(found.thread), was_called=found.order is not None
            )
        self._acquaintance: Acquaintance | None = None
        self.keeper = ThreadKeeper(
            records.threads,
            recorder,
            before=found.thread,
            keeps_unfinished=settings.kept.keeps_unfinished
            and (found.order is not None or found.record.from_number is not None),
        )
        secret = settings.livekit.access.api_secret
        self._line = Line(ctx.room, ctx.job.room.name, ending, secret=secret, diary=recorder.diary)

    async def carry(self) -> None:
        """Talk on until the call has ended; after a third death only the goodbye is said."""
        if self._thread.deaths > SURVIVED or self._thread.is_ending:
            await self._carry(None)
            return
        models = build_models(
            self._settings, Warm.of(self._ctx.proc).clients, call_id=self._recorder.record.call_id
        )
        if self._offering is None:
            # While the room is joined: the caller sits in silence.
            first = how_to_go_on(self._thread).text
            models.tts.prepare(first, connect_options().tts_conn_options)
        try:
            await self._carry(models)
        finally:
            await models.tts.drop_prepared()

    async def _carry(self, models: Models | None) -> None:
        participant = await self._meet_caller()
        if participant is None:
            return
        self._line.goes_on()
        on_telephone = participant.kind == rtc.ParticipantKind.PARTICIPANT_KIND_SIP
        self._line.expect(participant.identity, on_telephone=on_telephone)
        if models is None:
            await self._say_goodbye()
            return
        acquaintance = await self._recall(participant)
        costs = costs_of(self._settings)
        is_ours = self._recorder.record.direction is Direction.OUTBOUND
        talk = Talk(
            self._ctx,
            self._settings,
            self._recorder,
            self._line,
            self._ending,
            first_agent=self._continued(models),
            block=self._blocking(participant),
            ask_left=asking(
                self._records.gate, self._recorder, costs.for_our_calls if is_ours else costs
            ),
            keeper=self.keeper,
        )
        if self._offering is not None:
            self._offering.remember(talk.session.userdata)
        acquaintance.introduce(talk.session.userdata)
        await talk.run()

    async def settle(self) -> None:
        """Record and diary are closed: what the caller wants forgotten is not kept."""
        if self._acquaintance is not None:
            await self._acquaintance.settle()

    async def _recall(self, participant: rtc.RemoteParticipant) -> Acquaintance:
        call_id, order = self._recorder.record.call_id, self._found.order
        of = (self._records, self._settings, call_id)
        acquaintance = (
            Acquaintance.of_caller(*of, self._info(participant))
            if order is None
            else Acquaintance.of_callee(*of, order.number)
        )
        await acquaintance.recall_wish()
        await acquaintance.recall()
        self._acquaintance = acquaintance
        return acquaintance

    def _continued(self, models: Models) -> Continued:
        thread, callee = self._thread, None
        if (order := self._found.order) is not None:
            callee = Callee.known(order.name, order.location)
        used, is_recorded = self._found.used, thread.is_recorded
        if (offering := self._offering) is not None:
            return Continued(lambda _: offering, None, None, thread.told, used, is_recorded, models)
        how, words = how_to_go_on(thread), words_of(thread)
        if thread.name is None:
            intro = IntroGoesOn(callee, how, words)
            return Continued(lambda _: intro, None, None, thread.told, used, is_recorded, models)
        story = StoryData.from_caller(thread.name, thread.location or "")
        premise = choose_premise(thread.told, premise_id=thread.premise)

        def tell_on(realtime: RealtimeModel | None) -> Agent:
            return StoryGoesOn(
                story, premise, how, words, realtime=realtime, is_recorded=is_recorded
            )

        return Continued(tell_on, story, premise, thread.told, used, is_recorded, models)

    def _blocking(self, participant: rtc.RemoteParticipant) -> Callable[[], Awaitable[bool]]:
        if self._found.order is not None:
            return partial(block_number, self._records.orders, self._found.order.number)
        return partial(
            block_caller,
            self._records.orders,
            self._info(participant),
            lambda wish: self._recorder.update(error=wish),
        )

    def _info(self, participant: rtc.RemoteParticipant) -> CallInfo:
        region = self._settings.livekit.region or ""
        return CallInfo.of(participant.kind, participant.attributes, region)

    async def _meet_caller(self) -> rtc.RemoteParticipant | None:
        try:
            return await meet(self._ctx, limit_s=_CALLER_LIMIT_S)
        except NobodyThere:
            self._ending.set(EndReason.CALLER_HUNG_UP, "gone before another process went on")
        return None

    async def _say_goodbye(self) -> None:
        clips = ClipPlayer(self._ctx.room, self._settings.story.clips_dir)
        try:
            await clips.play(Clip.GOODBYE)
        finally:
            await clips.aclose()
        deaths = self._thread.deaths
        what = "during the goodbye" if self._thread.is_ending else f"{deaths} times"
        self._ending.set(EndReason.CRASHED, f"the call's process died {what}")
