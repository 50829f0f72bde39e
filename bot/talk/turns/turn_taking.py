"""Listens to one call and decides whose turn it is, by the pure functions beside it."""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from dataclasses import replace
from typing import Never

from livekit.agents import (
    AgentSession,
    AgentStateChangedEvent,
    ConversationItemAddedEvent,
    UserStateChangedEvent,
    stt,
)
from livekit.agents.language import LanguageCode
from livekit.agents.llm import ChatContext, ChatMessage, RealtimeModel
from livekit.agents.voice import SpeechHandle

from agents.conversation import Conversation
from bot.livekit_gaps import go_on_after
from bot.talk.turns.ears import Ears
from bot.talk.turns.end_of_turn import SENTENCE_S, WHOLE_S, Decision, Heard, decide
from bot.talk.turns.interruption import (
    RESUME_AFTER_WORDS_S,
    Overlap,
    Verdict,
    counts_as_words,
    judge,
)
from bot.talk.turns.pauses import Pauses
from bot.talk.turns.question import NO_QUESTION, what_was_asked
from bot.talk.turns.so_far import SoFar
from bot.talk.turns.words import is_same, words_of

logger = logging.getLogger("storyline.turns")

_FINAL, _INTERIM, _PREFLIGHT = (
    stt.SpeechEventType.FINAL_TRANSCRIPT,
    stt.SpeechEventType.INTERIM_TRANSCRIPT,
    stt.SpeechEventType.PREFLIGHT_TRANSCRIPT,
)
# Final words that were asked for and do not come are not waited for longer.
_FINAL_LIMIT_S = 0.6
# Said while Echo ended, it may have been the answer to what she asked.
_ANSWER_S = 1.5
# Stands for words that nobody transcribed, before a model that hears by itself.
_UNHEARD = "…"


def _now() -> float:
    return asyncio.get_running_loop().time()


def _forget(words: str) -> None: ...


class TurnTaking:
    """The turns of one call.

    Give the session `ears` as its transcription and this object as its turn detector, then
    `listen` to the session. `silence_before_end_s` is how long the voice detector waits before it
    calls a silence one. `transcribe_realtime` False saves the transcription of what is said to a
    model that hears by itself; its turns are then taken by silence alone.
    """

    model = "storyline"
    provider = "storyline"

    def __init__(
        self,
        transcription: stt.STT[Never],
        *,
        silence_before_end_s: float,
        transcribe_realtime: bool = True,
    ) -> None:
        self.ears = Ears(transcription, self)
        self._silence_before_end_s = silence_before_end_s
        self._transcribe_realtime = transcribe_realtime
        self._speaking_since = self._audible_since = 0.0
        self.last_voice_was_over_echo = False
        # Told of words that come when their turn was ended without them.
        self.on_late_words: Callable[[str], None] = _forget
        self._session: AgentSession[Conversation] | None = None
        self._pauses = Pauses()
        self._question = NO_QUESTION
        self._words = SoFar()
        self._news = asyncio.Event()
        self._silent_since: float | None = None
        self._audible: SpeechHandle | None = None
        self._withheld: tuple[float, stt.SpeechEvent] | None = None
        self._is_listening = False  # of the voice over Echo's own only a listener's words are known
        self._is_open = False  # final words have come, and the turn is not over
        self._is_unheard = False  # the turn was ended without words
        self._spoken_for: asyncio.Task[None] | None = None

    def listen(self, session: AgentSession[Conversation]) -> None:
        """Follow who speaks in `session`."""
        self._session = session
        session.on("user_state_changed", self._on_user_state)
        session.on("agent_state_changed", self._on_agent_state)
        session.on("conversation_item_added", self._on_item)

    # What LiveKit asks of a turn detector.

    async def unlikely_threshold(self, language: LanguageCode | None) -> float:
        return 0.5

    async def supports_language(self, language: LanguageCode | None) -> bool:
        return True

    async def predict_end_of_turn(
        self, chat_ctx: ChatContext, *, timeout: float | None = None
    ) -> float:
        """Return when the caller's turn is over; LiveKit cancels this when the caller goes on."""
        if self._silent_since is None:
            self._silent_since = _now()
        while True:
            self._news.clear()
            decision = self._decision()
            left_s = decision.left_s(_now() - self._silent_since)
            if left_s > 0:
                await self._hear_more(left_s)
            elif not self._words.interim:
                break
            else:
                self.ears.finish()
                if not await self._hear_more(_FINAL_LIMIT_S):
                    break
        self._is_open = False
        logger.info("turn over", extra={"reason": decision.reason, "wait_s": decision.wait_s})
        return 1.0

    async def _hear_more(self, limit_s: float) -> bool:
        """Wait for more words; False when none came within the limit."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(limit_s):
                await self._news.wait()
                return True
        return False

    def _decision(self, text: str | None = None) -> Decision:
        return decide(
            Heard(
                text=self._words.text if text is None else text,
                question=self._question,
                habit_s=self._pauses.habit_s,
                english=self._words.english,
            )
        )

    # What the transcription hears.

    @property
    def needs_words(self) -> bool:
        return self._transcribe_realtime or not self._hears_by_itself()

    def hear(self, event: stt.SpeechEvent) -> list[stt.SpeechEvent]:
        """Let through what is the caller's and asks for the word."""
        if event.type not in (_FINAL, _INTERIM) or not event.alternatives:
            return [event]
        text = event.alternatives[0].text
        if not text:
            return [event]
        if self._is_unheard:
            if event.type is _FINAL:
                self.on_late_words(text)
            return []  # the turn was ended without these words
        if self._is_over_echo():
            if not counts_as_words(text):
                self._is_listening = bool(words_of(text))
                self._go_on_soon()
                if event.type is _FINAL:
                    self._withheld = (_now(), event)
                return []
            if self._speaking_since > self._audible_since:
                self._yield()
        self._withheld, self._is_listening = None, False
        return [self._note(event, text)]

    def _note(self, event: stt.SpeechEvent, text: str) -> stt.SpeechEvent:
        words = self._words
        words.english = str(event.alternatives[0].language or "en").startswith("en")
        self._news.set()
        if event.type is _FINAL:
            if words.prepared and is_same(words.prepared, text):
                # Written alike, so that what was prepared for these words is used.
                event.alternatives[0].text = text = words.prepared
            words.add(text)
            self._is_open = True
            return event
        words.interim = text
        if self._decision().wait_s > SENTENCE_S or is_same(words.prepared, text):
            return event
        words.prepared = text
        return replace(event, type=_PREFLIGHT)

    def _is_over_echo(self) -> bool:
        """Whether Echo has the word: she is heard, or has only paused."""
        speech = self._audible
        return speech is not None and not speech.done() and not speech.interrupted

    def _yield(self) -> None:
        if self._session is not None and self._audible and self._audible.allow_interruptions:
            with contextlib.suppress(RuntimeError):  # between two agents
                self._session.interrupt()

    def _go_on_soon(self) -> None:
        """Let Echo go on as soon as a listener's voice is over."""
        if self._session is not None and self._is_listening and self._silent_since is not None:
            go_on_after(self._session, RESUME_AFTER_WORDS_S)

    # What happens in the session.

    def _on_item(self, event: ConversationItemAddedEvent) -> None:
        item = event.item
        if isinstance(item, ChatMessage) and item.role == "assistant" and item.text_content:
            self._question = what_was_asked(item.text_content)

    def _on_agent_state(self, event: AgentStateChangedEvent) -> None:
        if event.new_state != "speaking" or self._session is None:
            return
        speech = self._session.current_speech
        if speech is None or speech is self._audible:
            return
        self._audible, self._audible_since = speech, _now()
        self._withheld = None
        self._words = SoFar(english=self._words.english)
        self._silent_since = None
        speech.add_done_callback(self._on_spoken)

    def _on_spoken(self, speech: SpeechHandle) -> None:
        """Echo has finished: what was said into her last words may have been the answer."""
        if self._withheld is None or speech is not self._audible or speech.interrupted:
            return
        heard_at, event = self._withheld
        self._withheld = None
        if _now() - heard_at < _ANSWER_S:
            self.ears.tell(self._note(event, event.alternatives[0].text))

    def _on_user_state(self, event: UserStateChangedEvent) -> None:
        now = _now()
        if self._spoken_for is not None:
            self._spoken_for.cancel()
            self._spoken_for = None
        if event.new_state == "speaking":
            self._is_unheard = self._is_listening = False
            if self._silent_since is not None and self._words.text:
                self._pauses.add(now - self._silent_since)
            self._silent_since = None
            self._speaking_since = now
        elif event.old_state == "speaking":
            self._silent_since = now - self._silence_before_end_s
            self._go_on_soon()
            if self._words.interim and self._decision().wait_s <= WHOLE_S:
                self.ears.finish()
            self.last_voice_was_over_echo = self._is_over_echo()
            if self._hears_by_itself():
                self._end_without_words(voice_s=self._silent_since - self._speaking_since)

    def _end_without_words(self, voice_s: float) -> None:
        if self._is_open:
            return  # there are words, and LiveKit has asked about them
        if self._is_over_echo():
            verdict, _ = judge(Overlap(voice_s, transcribed=False))
            if verdict is not Verdict.YIELD:
                return
            self._yield()
        self._spoken_for = asyncio.create_task(self._end_unheard(), name="unheard-turn")

    def _hears_by_itself(self) -> bool:
        session = self._session
        return session is not None and isinstance(session.current_agent.llm, RealtimeModel)

    async def _end_unheard(self) -> None:
        """End the turn before a model that hears by itself, also when no words have come."""
        since = self._silent_since
        assert since is not None
        while True:
            self._news.clear()
            left_s = self._decision().left_s(_now() - since)
            if left_s <= 0:
                break
            await self._hear_more(left_s)
            if self._is_open:
                return
        text = self._words.interim or _UNHEARD
        if self._words.interim:
            self._words.add(text)
        self._is_unheard = True
        data = stt.SpeechData(language=LanguageCode("en"), text=text)
        self.ears.tell(stt.SpeechEvent(type=_FINAL, alternatives=[data]))
