"""Keeps where the conversation stands, for the process that may have to go on with it."""

import asyncio
import logging
from contextlib import suppress

from livekit.agents import AgentSession, AgentStateChangedEvent, ConversationItemAddedEvent
from livekit.agents.llm import ChatMessage

from agents.conversation import Conversation
from agents.storyteller import StoryAgent
from bot.records.errors import RecordsError
from bot.records.record import utc_now
from bot.records.recorder import CallRecorder
from bot.records.thread import Said, Thread, Threads
from bot.talk.floor.floor import Floor, State

logger = logging.getLogger("storyline.thread")

_WRITE_S = 3.0
_RETRY_S = 1.0
# The newest words are enough (bot/records/thread/entries.py keeps so many).
_TURNS = 40


class ThreadKeeper:
    """Writes after every turn, in a task of its own; nothing of a call waits for it.

    `before`: what another process had kept of this call. To be told of one session by `listen`;
    `run` from the answer on.
    """

    def __init__(
        self, threads: Threads, recorder: CallRecorder, *, before: Thread | None = None
    ) -> None:
        self._threads = threads
        self._recorder = recorder
        self._said = list(before.said) if before else []
        self._news = asyncio.Event()
        self._news.set()

    def listen(self, session: AgentSession[Conversation], floor: Floor) -> None:
        """Hear what is said in this session."""
        self._session = session
        self._floor = floor
        session.on("conversation_item_added", self._on_item)
        session.on("agent_state_changed", self._on_state)

    async def run(self) -> None:
        """Write what is new, until cancelled."""
        complained = False
        while True:
            await self._news.wait()
            self._news.clear()
            try:
                async with asyncio.timeout(_WRITE_S):
                    await self._threads.keep(self._recorder.record, self.thread(), utc_now())
            except (RecordsError, TimeoutError) as problem:
                if not complained:
                    logger.warning("thread not written, trying on", extra={"error": repr(problem)})
                complained = True
                self._news.set()
                await asyncio.sleep(_RETRY_S)
            else:
                complained = False

    async def drop(self) -> None:
        """The call is over: nothing of it is kept here. What cannot be removed is swept later."""
        if self._recorder.is_lost:
            return
        with suppress(RecordsError, TimeoutError):
            async with asyncio.timeout(_WRITE_S):
                await self._threads.drop(self._recorder.record.call_id)

    def thread(self) -> Thread:
        """Where the conversation stands."""
        conversation = self._session.userdata
        story, premise = conversation.story, conversation.premise
        return Thread(
            said=tuple(self._said),
            name=story.name if story else None,
            location=story.location if story else None,
            premise=premise.id if premise else None,
            told=tuple(conversation.told),
            is_recorded=conversation.is_recorded,
            is_ending=self._floor.state is State.ENDING,
        )

    def _on_item(self, event: ConversationItemAddedEvent) -> None:
        item = event.item
        if not isinstance(item, ChatMessage) or item.role not in ("user", "assistant"):
            return
        if text := item.text_content:
            in_story = isinstance(self._session.current_agent, StoryAgent)
            self._said.append(Said(item.role == "assistant", text, in_story))
            del self._said[:-_TURNS]
        self._news.set()

    def _on_state(self, _: AgentStateChangedEvent) -> None:
        # A handover and a goodbye show here first: somebody begins to think or to speak.
        self._news.set()
