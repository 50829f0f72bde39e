"""What happens in a session, turned into the caller's patience, the record and the log."""

import logging
from collections.abc import Callable
from typing import Any

from livekit.agents import (
    AgentSession,
    AgentStateChangedEvent,
    ConversationItemAddedEvent,
    ErrorEvent,
    SpeechCreatedEvent,
    UserStateChangedEvent,
)
from livekit.agents.llm import ChatMessage, LLMError, RealtimeModelError
from livekit.agents.tts import TTSError
from livekit.agents.voice import SpeechHandle

from agents.storyteller import StoryAgent
from bot.records import AgentReached
from bot.talk.patience import Patience

logger = logging.getLogger("storyline.turns")


class SessionObserver:
    """Listens to the events of one session for as long as it lives.

    `note` receives the changes for the call's record: `turns`, `agent_reached`, `error`.
    """

    def __init__(
        self, session: AgentSession[Any], patience: Patience, note: Callable[..., None]
    ) -> None:
        self._session = session
        self._patience = patience
        self._note = note
        self._turns = 0
        self._pending: set[SpeechHandle] = set()
        session.on("speech_created", self._on_speech_created)
        session.on("agent_state_changed", self._on_agent_state)
        session.on("user_state_changed", self._on_user_state)
        session.on("conversation_item_added", self._on_item)
        session.on("error", self._on_error)

    def _on_speech_created(self, event: SpeechCreatedEvent) -> None:
        handle = event.speech_handle
        self._pending.add(handle)
        handle.add_done_callback(self._on_speech_done)
        if self._session.agent_state != "speaking" and self._session.user_state != "speaking":
            self._patience.owe()

    def _on_speech_done(self, handle: SpeechHandle) -> None:
        self._pending.discard(handle)
        error = handle.exception()
        if error is not None and not handle.interrupted:
            self._patience.fail()

    def _on_agent_state(self, event: AgentStateChangedEvent) -> None:
        if event.new_state == "speaking":
            self._patience.pay()
        elif event.new_state == "thinking" and self._session.user_state != "speaking":
            self._patience.owe()

    def _on_user_state(self, event: UserStateChangedEvent) -> None:
        if event.new_state == "speaking":
            self._patience.excuse()
        elif self._pending and self._session.agent_state != "speaking":
            self._patience.owe()

    def _on_item(self, event: ConversationItemAddedEvent) -> None:
        item = event.item
        if isinstance(self._session.current_agent, StoryAgent):
            self._note(agent_reached=AgentReached.STORY)
        if not isinstance(item, ChatMessage):
            return
        if item.role == "user":
            self._turns += 1
            self._note(turns=self._turns)
        logger.info(
            "turn", extra={"role": item.role, "turn": self._turns, "metrics": _numbers(item)}
        )

    def _on_error(self, event: ErrorEvent) -> None:
        error = event.error
        if getattr(error, "recoverable", True):
            return
        kind, cause = getattr(error, "type", "error"), getattr(error, "error", error)
        logger.warning("a model failed", extra={"kind": kind, "error": repr(cause)})
        self._note(error=f"{kind}: {cause!r}"[:300])
        if isinstance(error, RealtimeModelError):
            # Otherwise the session closes at once, and the caller sits in silence.
            error.recoverable = True
        if isinstance(error, LLMError | TTSError | RealtimeModelError):
            self._patience.fail()


def _numbers(message: ChatMessage) -> dict[str, float]:
    """The times of one turn in seconds, as LiveKit measured them; never what was said."""
    return {
        key: round(value, 3)
        for key, value in (message.metrics or {}).items()
        if isinstance(value, int | float)
    }
