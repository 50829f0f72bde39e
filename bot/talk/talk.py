"""The conversation with a caller who is there: the session, and everyone who watches over it."""

import asyncio
import contextlib
import logging
from functools import partial

from livekit import rtc
from livekit.agents import Agent, AgentSession, CloseEvent, CloseReason, JobContext
from livekit.agents.utils.aio import cancel_and_wait

from agents.conversation import Conversation
from agents.prompts import load_prompt
from agents.storyteller import StoryAgent, carry_words
from bot.records import AgentReached, CallRecorder, EndReason, utc_now
from bot.settings import Settings
from bot.talk import audio
from bot.talk.clips import Clip, ClipPlayer
from bot.talk.ending import Ending
from bot.talk.farewell import interrupt, say_farewell
from bot.talk.line import CallerLine
from bot.talk.models import build_models, connect_options
from bot.talk.observer import SessionObserver
from bot.talk.patience import Patience, Remedies
from bot.talk.realtime import is_reachable
from bot.talk.silence import SilenceKeeper
from bot.talk.time_limit import keep_time_limit

logger = logging.getLogger("storyline.talk")

# What the worker sends into the room when its time to drain is over.
SHUTDOWN_TOPIC = "storyline.shutdown"

# A leg that is neither answered nor gone after a minute is stuck.
_ANSWER_LIMIT_S = 60.0
# What the agent has played is heard 0.15 to 0.25 s later, and BYE overtakes it: measured on real
# calls, the goodbye was cut without this.
_LAST_SOUND_S = 0.6
# Ends in which Echo had the last word.
_SPOKEN_ENDS = frozenset(
    {
        EndReason.STORY_FINISHED,
        EndReason.SILENCE,
        EndReason.TIME_LIMIT,
        EndReason.PROVIDER_FAILURE,
        EndReason.WORKER_SHUTDOWN,
        EndReason.VOICEMAIL,
    }
)


class Talk:
    """One conversation. `run` returns when `ending` has a reason and nothing is left running."""

    def __init__(
        self,
        ctx: JobContext,
        settings: Settings,
        recorder: CallRecorder,
        line: CallerLine,
        ending: Ending,
        *,
        first_agent: Agent,
        answer_limit_s: float = _ANSWER_LIMIT_S,
    ) -> None:
        self._ctx = ctx
        self._settings = settings
        self._recorder = recorder
        self._line = line
        self._ending = ending
        self._first_agent = first_agent
        self._answer_limit_s = answer_limit_s
        self._shutdown_asked = asyncio.Event()
        self._is_on_hold = False
        self._conversation = Conversation(line=line)
        self._clips = ClipPlayer(ctx.room, settings.story.clips_dir)
        self._models = build_models(
            settings, ctx.proc.userdata["openai"], call_id=recorder.record.call_id
        )
        self._session = self._make_session()
        self._patience = Patience(
            self._clips,
            Remedies(
                abandon=partial(interrupt, self._session),
                retry=self._answer_again,
                give_up=self._give_up,
                is_ending=lambda: self._conversation.finishing,
            ),
            filler_after_s=settings.call.filler_after_s,
            apology_after_s=settings.call.apology_after_s,
        )

    @property
    def session(self) -> AgentSession[Conversation]:
        """The session of this conversation."""
        return self._session

    def hold(self) -> None:
        """Somebody else has the word: no questions into the silence, and no apologies."""
        self._is_on_hold = True
        self._patience.suspend()

    def resume(self) -> None:
        """The conversation goes on."""
        self._is_on_hold = False
        if not self._conversation.finishing:
            self._patience.resume()

    async def run(self) -> None:
        """Talk until the call has ended."""
        SessionObserver(self._session, self._patience, self._recorder.update)
        silence = SilenceKeeper(
            self._session,
            may_ask=self._may_ask,
            give_up=partial(self.farewell, EndReason.SILENCE, "farewell_silence"),
        )
        self._listen()
        try:
            async with asyncio.TaskGroup() as group:
                tasks = [
                    group.create_task(self._be_patient(), name="patience"),
                    group.create_task(silence.run(), name="silence"),
                    group.create_task(self._keep_time(), name="time-limit"),
                    group.create_task(self._heed_shutdown(), name="shutdown"),
                    group.create_task(self._choose_storyteller(), name="realtime-probe"),
                ]
                self._recorder.update(agent_reached=AgentReached.INTRO)
                await self._start_session()
                reason = await self._ending.wait()
                await cancel_and_wait(*tasks)
            if reason is EndReason.STORY_FINISHED and not self._conversation.goodbye_heard:
                await self._clips.play(Clip.GOODBYE)
            if reason in _SPOKEN_ENDS:
                await asyncio.sleep(_LAST_SOUND_S)
        finally:
            self._log_usage()
            await self._clips.aclose()

    def _make_session(self) -> AgentSession[Conversation]:
        return AgentSession(
            stt=self._models.stt,
            llm=self._models.llm,
            tts=self._models.tts,
            vad=self._ctx.proc.userdata["vad"],
            userdata=self._conversation,
            turn_handling=audio.turn_handling(),
            conn_options=connect_options(),
            user_away_timeout=self._settings.call.silence_s,
            transcription_timeout=audio.TRANSCRIPTION_LIMIT_S,
            # The warm-up of the echo canceller would swallow the caller's first words.
            aec_warmup_duration=None,
        )

    async def _start_session(self) -> None:
        await self._session.start(
            self._first_agent,
            room=self._ctx.room,
            room_options=audio.room_options(
                participant_identity=self._line.identity,
                on_telephone=self._line.on_telephone,
                cleaning=self._settings.noise_cancellation,
            ),
        )

    def _log_usage(self) -> None:
        used = [model.model_dump(exclude_none=True) for model in self._session.usage.model_usage]
        logger.info("call usage", extra={"usage": used})

    def _listen(self) -> None:
        room = self._ctx.room
        room.on("participant_attributes_changed", self._on_attributes)
        room.on("participant_disconnected", self._on_participant_left)
        room.on("data_received", self._on_data)
        self._session.on("close", self._on_close)
        self._session.on("user_transcription_timeout", self._on_nothing_heard)
        self._line.refresh()

    def _on_attributes(self, _: dict[str, str], participant: rtc.Participant) -> None:
        if participant.identity == self._line.identity:
            self._line.refresh()

    def _on_participant_left(self, participant: rtc.RemoteParticipant) -> None:
        if participant.identity == self._line.identity:
            self._caller_left()

    def _on_data(self, packet: rtc.DataPacket) -> None:
        # Only the server's own API sends without a participant: no guest can end a call.
        if packet.topic == SHUTDOWN_TOPIC and packet.participant is None:
            self._shutdown_asked.set()

    def _on_close(self, event: CloseEvent) -> None:
        if event.reason is CloseReason.ERROR:
            self._ending.set(EndReason.PROVIDER_FAILURE, repr(event.error)[:300])
        elif event.reason is CloseReason.PARTICIPANT_DISCONNECTED:
            self._caller_left()

    def _on_nothing_heard(self, _: object) -> None:
        """Speech came, words did not: the transcription is stuck or was cut off."""
        if self._may_ask():
            self._session.say(load_prompt("not_heard"))

    def _caller_left(self) -> None:
        answered = self._line.answered
        self._ending.set(EndReason.CALLER_HUNG_UP if answered else EndReason.NEVER_ANSWERED)

    def _may_ask(self) -> bool:
        """Whether a question of ours would not get into the way of an answer or a goodbye."""
        return (
            self._line.answered
            and not self._is_on_hold
            and not self._conversation.finishing
            and not self._patience.waiting
            and self._session.agent_state == "listening"
        )

    async def _be_patient(self) -> None:
        # Nobody hears an apology before the call is answered; what failed earlier is due then.
        await self._line.answer()
        await self._patience.run()

    async def _keep_time(self) -> None:
        try:
            async with asyncio.timeout(self._answer_limit_s):
                await self._line.answer()
        except TimeoutError:
            self._ending.set(EndReason.NEVER_ANSWERED, "the leg was never answered")
            return
        self._recorder.update(answered_at=utc_now())
        call = self._settings.call
        await keep_time_limit(
            self._session,
            max_call_s=call.max_call_s,
            wind_down_s=call.wind_down_s,
            end=partial(self.farewell, EndReason.TIME_LIMIT, "farewell_time_limit"),
        )

    async def _heed_shutdown(self) -> None:
        await self._shutdown_asked.wait()
        await self.farewell(EndReason.WORKER_SHUTDOWN, "farewell_shutdown")

    async def _choose_storyteller(self) -> None:
        """Use the realtime model only if it is there; known before the handover."""
        if self._models.realtime is not None and await is_reachable(self._settings):
            self._conversation.realtime = self._models.realtime

    async def _answer_again(self) -> None:
        """Ask for the answer once more; in the story, without the realtime model."""
        agent = self._session.current_agent
        if not isinstance(agent, StoryAgent) or self._conversation.realtime is None:
            with contextlib.suppress(RuntimeError):  # between two agents: the next one speaks
                self._session.generate_reply()
            return
        logger.warning("the story goes on without the realtime model")
        self._conversation.realtime = None
        self._session.update_agent(
            StoryAgent(agent.story, chat_ctx=carry_words(agent.chat_ctx), resuming=True)
        )

    async def farewell(self, reason: EndReason, prompt: str) -> None:
        """Say the last words of the call, whatever is going on, and end it."""
        if self._conversation.finishing:
            return  # the story's own goodbye is being said
        self._conversation.finishing = True
        self._patience.suspend()
        await self._clips.stop()
        await say_farewell(self._session, self._clips, load_prompt(prompt))
        self._ending.set(reason)

    async def _give_up(self) -> None:
        self._conversation.finishing = True
        await interrupt(self._session)
        await self._clips.play(Clip.GOODBYE)
        self._ending.set(EndReason.PROVIDER_FAILURE, "no answer after the apology")
