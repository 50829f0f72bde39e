"""Echo's voice: what a LiveKit session is asked to say, and what is known of its being heard."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from livekit.agents import AgentSession, AgentStateChangedEvent
from livekit.agents.voice import SpeechHandle

from agents.conversation import Conversation
from agents.storyteller import StoryAgent, carry_words
from bot.talk.floor.opening import Opening

logger = logging.getLogger("storyline.voice")

_HUSH_LIMIT_S = 2.0
# Words that have not begun after 4 s are not waited for: there is another way to say them. Two
# sentences last about 6 s; what speaks on after 15 s is stuck, or does not know its limits.
_BEGIN_LIMIT_S = 4.0
_END_LIMIT_S = 15.0


class SessionVoice:
    """The `Voice` of a conversation's Floor.

    The session refuses to speak while it closes and between two agents. Then nobody needs to:
    the next agent begins by itself.
    """

    def __init__(self, session: AgentSession[Conversation]) -> None:
        self._session = session
        # Whether the first words were heard, to their end.
        self.was_opened = False

    @property
    def is_idle(self) -> bool:
        return self._session.agent_state == "listening"

    async def say(self, text: str) -> None:
        if (handle := self._asked(lambda: self._session.say(text))) is not None:
            await self._heard(handle)

    async def insist(self, text: str) -> bool:
        handle = self._asked(lambda: self._session.say(text, allow_interruptions=False))
        return handle is not None and await self._heard(handle)

    async def improvise(self, instructions: str) -> bool:
        handle = self._asked(
            lambda: self._session.generate_reply(
                instructions=instructions, tool_choice="none", allow_interruptions=False
            )
        )
        return handle is not None and await self._heard(handle)

    async def open(self, opening: Opening | None, text: str, *, interruptible: bool) -> bool:
        handle = self._asked(
            lambda: (
                self._session.say(text, allow_interruptions=interruptible)
                if opening is None
                else self._session.say(
                    text, audio=opening.frames(), allow_interruptions=interruptible
                )
            )
        )
        if handle is None:
            return False
        async with self._voice_heard() as heard:
            await handle
        self.was_opened = heard.is_set() and not handle.interrupted and handle.exception() is None
        return not handle.interrupted

    def prepare(self, text: str) -> Opening | None:
        """Begin to synthesize `text`; None where there is no voice, because the caller reads."""
        if (tts := self._session.tts) is None:
            return None
        return Opening(tts, text, self._session.conn_options.tts_conn_options)

    def utter(self, text: str) -> None:
        """Say `text` when what is being said is over; returns at once."""
        self._asked(lambda: self._session.say(text))

    def reply(self, instructions: str = "") -> None:
        if instructions:
            self._asked(lambda: self._session.generate_reply(instructions=instructions))
        else:
            self._asked(self._session.generate_reply)

    def answer(self, words: str) -> None:
        self._asked(lambda: self._session.generate_reply(user_input=words))

    def drop_guess(self) -> None:
        # Left in place, LiveKit would take it for the answer when the turn ends.
        with contextlib.suppress(RuntimeError):
            self._session.interrupt(force=True)

    async def give_way(self) -> None:
        speech = self._session.current_speech
        if speech is None:
            return
        if speech.allow_interruptions:
            # By the session: it stops a realtime model that is still talking, too, which would
            # refuse the next answer otherwise.
            await self._interrupt(force=False)
        over = asyncio.ensure_future(speech.wait_for_playout())
        await asyncio.wait({over}, timeout=_END_LIMIT_S)
        over.cancel()

    def reply_again(self) -> None:
        """In the story, without the realtime model: it has just shown that it does not answer."""
        session, conversation = self._session, self._session.userdata
        agent = session.current_agent
        if not isinstance(agent, StoryAgent) or conversation.realtime is None:
            self.reply()
            return
        logger.warning("the story goes on without the realtime model")
        conversation.realtime = None
        session.update_agent(
            StoryAgent(
                agent.story,
                agent.premise,
                chat_ctx=carry_words(agent.chat_ctx),
                resuming=True,
                is_recorded=conversation.is_recorded,
            )
        )

    async def hush(self) -> None:
        await self._interrupt(force=True)

    async def _interrupt(self, *, force: bool) -> None:
        with contextlib.suppress(RuntimeError, TimeoutError):
            async with asyncio.timeout(_HUSH_LIMIT_S):
                await self._session.interrupt(force=force)

    def _asked(self, speak: Callable[[], SpeechHandle]) -> SpeechHandle | None:
        try:
            return speak()
        except RuntimeError as error:  # closing, or between two agents
            logger.info("the session does not speak now", extra={"error": str(error)})
            return None

    async def _heard(self, handle: SpeechHandle) -> bool:
        """Wait until `handle` has been spoken to its end, within limits; what takes longer is cut.

        False when the caller heard nothing of it.
        """
        async with self._voice_heard() as heard:
            first = asyncio.create_task(heard.wait())
            over = asyncio.ensure_future(handle.wait_for_playout())
            try:
                await asyncio.wait(
                    {first, over}, timeout=_BEGIN_LIMIT_S, return_when=asyncio.FIRST_COMPLETED
                )
                if heard.is_set() and not over.done():
                    await asyncio.wait({over}, timeout=_END_LIMIT_S)
                if not over.done():
                    handle.interrupt(force=True)
                return heard.is_set()
            finally:
                first.cancel()
                over.cancel()

    @asynccontextmanager
    async def _voice_heard(self) -> AsyncIterator[asyncio.Event]:
        heard = asyncio.Event()

        def on_state(event: AgentStateChangedEvent) -> None:
            if event.new_state == "speaking":
                heard.set()

        self._session.on("agent_state_changed", on_state)
        try:
            yield heard
        finally:
            self._session.off("agent_state_changed", on_state)
