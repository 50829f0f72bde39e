"""What happens in a session, told to the Floor, the record and the log."""

import logging

from livekit.agents import (
    AgentSession,
    AgentStateChangedEvent,
    CloseEvent,
    CloseReason,
    ConversationItemAddedEvent,
    ErrorEvent,
    SpeechCreatedEvent,
    UserStateChangedEvent,
)
from livekit.agents.llm import ChatMessage, LLMError, RealtimeModelError
from livekit.agents.tts import TTSError
from livekit.agents.voice import SpeechHandle

from agents.conversation import Conversation
from agents.storyteller import StoryAgent
from bot.livekit_gaps import keep_open
from bot.records.record import AgentReached, EndReason, Who
from bot.records.recorder import CallRecorder
from bot.talk.floor.ending import Ending
from bot.talk.floor.floor import Floor
from bot.talk.watchers.hearing import Hearing

logger = logging.getLogger("storyline.turns")


class SessionObserver:
    """Listens to the events of one session for as long as it lives."""

    def __init__(
        self,
        session: AgentSession[Conversation],
        floor: Floor,
        hearing: Hearing,
        recorder: CallRecorder,
        ending: Ending,
    ) -> None:
        self._session = session
        self._floor = floor
        self._hearing = hearing
        self._recorder = recorder
        self._ending = ending
        self._turns = recorder.record.turns
        self._echo_speaks = False
        self._caller_speaks = False
        self._pending: set[SpeechHandle] = set()
        session.on("speech_created", self._on_speech_created)
        session.on("agent_state_changed", self._on_agent_state)
        session.on("user_state_changed", self._on_user_state)
        session.on("user_transcription_timeout", self._on_nothing_heard)
        session.on("conversation_item_added", self._on_item)
        session.on("error", self._on_error)
        session.on("close", self._on_close)

    @property
    def _caller_waits(self) -> bool:
        return self._session.user_state != "speaking" and self._session.agent_state != "speaking"

    @property
    def _only_guesses(self) -> bool:
        """Whether all that is prepared was begun before the caller's turn was over."""
        return bool(self._pending) and not any(handle.scheduled for handle in self._pending)

    def _on_speech_created(self, event: SpeechCreatedEvent) -> None:
        handle = event.speech_handle
        self._pending.add(handle)
        handle.add_done_callback(self._on_speech_done)
        if self._caller_waits:
            self._floor.answer_due()

    def _on_speech_done(self, handle: SpeechHandle) -> None:
        self._pending.discard(handle)
        error = handle.exception()
        if error is not None and not handle.interrupted:
            self._floor.answer_failed()

    def _on_agent_state(self, event: AgentStateChangedEvent) -> None:
        self._tell_who_speaks(echo=event.new_state == "speaking")
        if event.new_state == "speaking":
            self._floor.voice_heard()
            return
        self._floor.voice_done()
        if event.new_state == "thinking" and self._caller_waits:
            self._floor.answer_due()

    def _on_user_state(self, event: UserStateChangedEvent) -> None:
        self._tell_who_speaks(caller=event.new_state == "speaking")
        if event.new_state == "speaking":
            self._floor.caller_begins()
            return
        self._floor.caller_stops()
        if self._pending and self._caller_waits:
            self._floor.answer_due()

    def _tell_who_speaks(self, *, echo: bool | None = None, caller: bool | None = None) -> None:
        self._echo_speaks = self._echo_speaks if echo is None else echo
        self._caller_speaks = self._caller_speaks if caller is None else caller
        # Over Echo's voice it is the caller's that an operator wants to know of.
        who = Who.ECHO if self._echo_speaks else None
        self._recorder.speaks(Who.CALLER if self._caller_speaks else who)

    def _on_nothing_heard(self, _: object) -> None:
        self._hearing.nothing_heard()

    def _on_item(self, event: ConversationItemAddedEvent) -> None:
        item = event.item
        if isinstance(self._session.current_agent, StoryAgent):
            self._recorder.update(agent_reached=AgentReached.STORY)
        if not isinstance(item, ChatMessage):
            return
        if item.role == "user":
            self._turns += 1
            self._hearing.words_heard()
            self._recorder.update(turns=self._turns)
        logger.info(
            "turn", extra={"role": item.role, "turn": self._turns, "metrics": _numbers(item)}
        )

    def _on_error(self, event: ErrorEvent) -> None:
        error = event.error
        if getattr(error, "recoverable", True):
            return
        kind, cause = getattr(error, "type", "error"), getattr(error, "error", error)
        logger.warning("a model failed", extra={"kind": kind, "error": repr(cause)})
        self._recorder.update(error=f"{kind}: {cause!r}"[:300])
        if isinstance(error, RealtimeModelError):
            keep_open(error)
        if isinstance(error, LLMError | TTSError | RealtimeModelError):
            if self._only_guesses:
                self._floor.guess_failed()
            else:
                self._floor.answer_failed()

    def _on_close(self, event: CloseEvent) -> None:
        # A caller who leaves closes the session too, but that is the line's to tell.
        if event.reason is CloseReason.ERROR:
            self._ending.set(EndReason.PROVIDER_FAILURE, repr(event.error)[:300])


def _numbers(message: ChatMessage) -> dict[str, float]:
    """The times of one turn in seconds, as LiveKit measured them; never what was said."""
    return {
        key: round(value, 3)
        for key, value in (message.metrics or {}).items()
        if isinstance(value, int | float)
    }
