"""The conversation with a caller who is there: the session, and everyone who watches over it."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress

from livekit.agents import Agent, JobContext

from agents.conversation import Conversation
from agents.last_words import LastWords
from agents.prompts import load_prompt
from agents.rights.wishes import understood
from agents.taming.leash import Leash
from bot.livekit_gaps import cancel_and_wait, tap_output
from bot.money.spending import Spending
from bot.records.diary import EventKind
from bot.records.record import AgentReached, EndReason, utc_now
from bot.records.recorder import CallRecorder
from bot.records.sound.shelf import Shelf
from bot.settings import Settings
from bot.talk import audio
from bot.talk.clips import ClipPlayer, Tapped
from bot.talk.continued import Continued
from bot.talk.floor.ending import Ending
from bot.talk.floor.floor import Floor
from bot.talk.line import LAST_SOUND_S, Line
from bot.talk.models import build_models
from bot.talk.phone_line import CallerLine
from bot.talk.realtime import is_reachable
from bot.talk.recording.recording import Recording
from bot.talk.recording.tape import Lane
from bot.talk.session import make_session
from bot.talk.session_voice import SessionVoice
from bot.talk.turns.turn_taking import TurnTaking
from bot.talk.warm import Warm
from bot.talk.watchers.chronicler import Chronicler
from bot.talk.watchers.cost_limit import keep_budget, keep_cost_limit
from bot.talk.watchers.emergency import Emergency
from bot.talk.watchers.hearing import Hearing
from bot.talk.watchers.keypad import Keypad
from bot.talk.watchers.monologue import Monologue
from bot.talk.watchers.observer import SessionObserver
from bot.talk.watchers.patience import Patience
from bot.talk.watchers.silence import keep_silence_short
from bot.talk.watchers.thread_keeper import ThreadKeeper
from bot.talk.watchers.time_limit import keep_time_limit
from bot.talk.watchers.wording import Wording

logger = logging.getLogger("storyline.talk")

# A leg that is neither answered nor gone after a minute is stuck.
_ANSWER_LIMIT_S = 60.0
# Of a call that goes on in another process.
_PROBE_LIMIT_S = 0.8
_LEFT_S = 60.0


class Talk:
    """One conversation. `run` returns when `ending` has a reason and nothing is left running.

    `block` enters the number at the other end in the do-not-call list. `ask_left` tells what the
    call may cost in USD by what others have cost; None where no limit is set. `keeper` keeps where
    the conversation stands, for a process that may have to go on with it.
    """

    def __init__(
        self,
        ctx: JobContext,
        settings: Settings,
        recorder: CallRecorder,
        line: Line,
        ending: Ending,
        *,
        first_agent: Agent | Continued,
        block: Callable[[], Awaitable[bool]],
        answer_limit_s: float = _ANSWER_LIMIT_S,
        ask_left: Callable[[], Awaitable[float | None]] | None = None,
        keeper: ThreadKeeper | None = None,
    ) -> None:
        self._ctx = ctx
        self._settings = settings
        self._recorder = recorder
        self._line = line
        self._ending = ending
        self._first_agent = first_agent
        self._continued = first_agent if isinstance(first_agent, Continued) else None
        self._keeper = keeper
        self._answer_limit_s = answer_limit_s
        self._ask_left = ask_left
        self._recording = self._make_recording() if settings.kept.records else None
        self._clips = ClipPlayer(ctx.room, settings.story.clips_dir, self._tapped(Lane.CLIPS))
        self._warm = Warm.of(ctx.proc)
        self._models = (self._continued and self._continued.models) or build_models(
            settings, self._warm.clients, call_id=recorder.record.call_id
        )
        self._turns = TurnTaking(
            self._models.stt,
            silence_before_end_s=audio.VAD_MIN_SILENCE_S,
            transcribe_realtime=settings.story.transcribe_realtime == "yes",
        )
        self._leash = Leash()
        self.session = make_session(
            self._models,
            self._turns,
            self._warm.vad,
            self._leash,
            prepared_answers=settings.story.prepared_answers,
        )
        self._turns.listen(self.session)
        self._chronicler = Chronicler(
            self.session,
            recorder.diary,
            self._warm.prices,
            keep_words=settings.kept.keeps_words,
            before=self._continued.used if self._continued else (),
            has_handed_over=self._continued is not None and self._continued.story is not None,
        )
        self._leash.notify = self._chronicler.noticed
        Wording(self.session, self._leash.notify)
        voice = SessionVoice(self.session)
        self.floor = Floor(voice, self._chronicler.noting(self._clips), ending)
        self._hearing = Hearing(
            self.floor,
            is_over_echo=lambda: self._turns.last_voice_was_over_echo,
            may_tell_keys=lambda: (
                self._conversation.story is None and settings.story.tell_keys == "if_needed"
            ),
        )
        self._emergency = Emergency(self.floor, voice.hush, self._leash.notify)
        self._turns.on_late_words = self._hear_late
        self._monologue = Monologue(self.session, self.floor, self._leash.notify)
        self._keypad = Keypad(self.session, self.floor, line.keys)
        caller_line = CallerLine(
            line, voice, self.floor, block=block, ending=ending, recording=self._recording
        )
        self.ready = caller_line.ready
        self._conversation = self._make_conversation(caller_line)
        self.session.userdata = self._conversation
        if keeper is not None:
            keeper.listen(self.session, self.floor)

    async def run(self) -> None:
        """Talk until the call has ended."""
        SessionObserver(self.session, self.floor, self._hearing, self._recorder, self._ending)
        try:
            async with asyncio.TaskGroup() as group:
                tasks = [
                    group.create_task(self._watch(), name="watchers"),
                    group.create_task(self._heed_goodbye(), name="goodbye"),
                    group.create_task(self._choose_storyteller(), name="realtime-probe"),
                ]
                if self._continued is None:
                    self._recorder.update(agent_reached=AgentReached.INTRO)
                await self._start_session()
                await self._ending.wait()
                await cancel_and_wait(*tasks)
            if self.floor.had_the_last_word:
                self._recorder.diary.note(EventKind.GOODBYE_HEARD)
                await asyncio.sleep(LAST_SOUND_S)
        finally:
            self._log_usage()
            if self._recording is not None:
                await self._recording.aclose()
            await self._clips.aclose()

    def _make_recording(self) -> Recording:
        return Recording(
            Shelf(self._settings.kept.recordings_dir),
            self._recorder.record.call_id,
            self._recorder.diary,
            self._ctx.room,
            self._line.identity,
        )

    def _make_conversation(self, line: CallerLine) -> Conversation:
        conversation = Conversation(
            line=line,
            leash=self._leash,
            who=self._settings.story.greeting,
            tells_keys=self._settings.story.tell_keys == "always",
            is_recorded=self._settings.kept.records,
        )
        if (known := self._continued) is not None:
            conversation.story, conversation.premise = known.story, known.premise
            conversation.told, conversation.is_recorded = known.told, known.is_recorded
        return conversation

    async def _make_first_agent(self) -> Agent:
        if not isinstance(self._first_agent, Continued):
            return self._first_agent
        if self._first_agent.story is not None:
            # The caller sits in silence: a model that is slow to show itself is not waited for.
            with suppress(TimeoutError):
                async with asyncio.timeout(_PROBE_LIMIT_S):
                    await self._choose_storyteller()
        return self._first_agent.agent(self._conversation.realtime)

    def _tapped(self, lane: Lane) -> Tapped | None:
        recording = self._recording
        return None if recording is None else lambda source: recording.tapped(lane, source)

    async def _start_session(self) -> None:
        await self.session.start(
            await self._make_first_agent(),
            room=self._ctx.room,
            room_options=audio.room_options(
                participant_identity=self._line.identity,
                on_telephone=self._line.on_telephone,
                cleaning=self._settings.noise_cancellation,
            ),
            # Otherwise anybody in the room may read the words, type a turn or mute Echo, and a
            # setting of LiveKit Cloud's project decides whether the call is recorded.
            session_host=False,
            record=False,
        )
        if (tapped := self._tapped(Lane.VOICE)) is not None:
            tap_output(self.session, tapped)

    def _log_usage(self) -> None:
        self._chronicler.count(self.session.usage)
        used = [model.model_dump(exclude_none=True) for model in self.session.usage.model_usage]
        logger.info("call usage", extra={"usage": used})

    async def _watch(self) -> None:
        """Watch over the conversation from the answer on: nobody hears an apology earlier, and
        what failed while it rang is due then.
        """
        if not await self._line.wait_answered(self._answer_limit_s):
            self._ending.set(EndReason.NEVER_ANSWERED, "the leg was never answered")
            return
        if self._recorder.record.answered_at is None:
            self._recorder.update(answered_at=utc_now())
        call = self._settings.call
        left_s = self._left_s()
        patience = Patience(
            self.floor, filler_after_s=call.filler_after_s, apology_after_s=call.apology_after_s
        )
        async with asyncio.TaskGroup() as group:
            group.create_task(patience.run(), name="patience")
            group.create_task(self._hearing.run(), name="hearing")
            group.create_task(self._keypad.run(), name="keypad")
            group.create_task(self._monologue.run(), name="monologue")
            group.create_task(self._emergency.run(), name="emergency")
            group.create_task(
                keep_silence_short(
                    self.floor,
                    silence_s=call.silence_s,
                    last_said=lambda: self._keypad.last_said,
                    notify=self._leash.notify,
                ),
                name="silence",
            )
            group.create_task(
                keep_time_limit(
                    self.floor,
                    self._conversation,
                    max_call_s=left_s,
                    wind_down_s=min(call.wind_down_s, left_s / 2),
                    diary=self._recorder.diary,
                ),
                name="time-limit",
            )
            if self._keeper is not None:
                group.create_task(self._keeper.run(), name="thread")
            if call.max_cost_usd is not None or self._ask_left is not None:
                spending = self._chronicler.spending
                budget = keep_budget(spending, call.max_cost_usd, self._ask_left or _nothing_known)
                group.create_task(budget, name="budget")
                group.create_task(self._keep_cost(spending), name="cost-limit")

    def _left_s(self) -> float:
        """What is left of the longest call; after another process has had it, a minute at least."""
        limit_s = self._settings.call.max_call_s
        begun = self._recorder.record.answered_at
        if self._continued is None or begun is None:
            return limit_s
        return max(min(_LEFT_S, limit_s), limit_s - (utc_now() - begun).total_seconds())

    def _hear_late(self, words: str) -> None:  # no agent is told of them any more
        self._emergency.heard(words)
        self._conversation.rights.hear(understood(words))

    async def _keep_cost(self, spending: Spending) -> None:
        diary = self._recorder.diary
        await keep_cost_limit(self.floor, self._conversation, spending, diary=diary)

    async def _heed_goodbye(self) -> None:
        await self._line.goodbye_asked.wait()
        words = LastWords(load_prompt("farewell_shutdown"))
        await self.floor.last_words(self._line.asked_because, words)

    async def _choose_storyteller(self) -> None:
        """Use the realtime model only if it is there; known before the handover."""
        if self._models.realtime is not None and await is_reachable(self._settings):
            self._conversation.realtime = self._models.realtime


async def _nothing_known() -> float | None:
    return None
