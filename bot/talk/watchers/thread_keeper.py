"""Keeps where the conversation stands, for the process or the call that may go on with it."""

import asyncio
import logging
from contextlib import suppress

from livekit.agents import AgentSession, AgentStateChangedEvent, ConversationItemAddedEvent
from livekit.agents.llm import ChatMessage

from agents.conversation import Conversation
from agents.storyteller import StoryAgent
from bot.records.errors import RecordsError
from bot.records.record import EndReason, utc_now
from bot.records.recorder import CallRecorder
from bot.records.thread import BROKEN_OFF, Said, Thread, Threads
from bot.talk.floor.floor import Floor
from bot.talk.floor.state import State

logger = logging.getLogger("storyline.thread")

_WRITE_S = 3.0
_RETRY_S = 1.0
# The newest words are enough (bot/records/thread/entries.py keeps so many).
_TURNS = 40


class ThreadKeeper:
    """Writes after every turn, in a task of its own; nothing of a call waits for it.

    `before`: what another process had kept of this call, or another call of its story.
    `keeps_unfinished`: a story that breaks off is kept after the call. To be told of one session
    by `listen`; `run` from the answer on.
    """

    def __init__(
        self,
        threads: Threads,
        recorder: CallRecorder,
        *,
        before: Thread | None = None,
        keeps_unfinished: bool = False,
    ) -> None:
        self._threads = threads
        self._recorder = recorder
        self._before = before
        self._was_over = before is not None and before.is_over
        self._keeps_unfinished = keeps_unfinished
        self._session: AgentSession[Conversation] | None = None
        self._said = list(before.said) if before else []
        self._offered = before.premise if before is not None and before.is_offered else None
        self._news = asyncio.Event()
        self._news.set()

    def begin_with(self, thread: Thread) -> None:
        """What another call had kept of its story, which this one may go on with."""
        self._before, self._said, self._offered = thread, list(thread.said), thread.premise

    def keep_nothing(self) -> None:
        """Of this call no other may go on with the story: its caller cannot be known again."""
        self._keeps_unfinished = False

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

    async def finish(self, reason: EndReason | None) -> None:
        """The call is over: nothing of it is kept here, except a story that broke off. What cannot
        be removed is swept later.
        """
        if self._recorder.is_lost:
            return
        call_id, thread = self._recorder.record.call_id, self._last()
        breaks_off = reason in BROKEN_OFF and thread is not None and thread.is_unfinished
        with suppress(RecordsError, TimeoutError):
            async with asyncio.timeout(_WRITE_S):
                if thread is None or not (breaks_off and self._keeps_unfinished):
                    await self._threads.drop(call_id)
                else:
                    await self._threads.settle(call_id, thread, utc_now())

    def _last(self) -> Thread | None:
        return self._before if self._session is None else self.thread()

    def thread(self) -> Thread:
        """Where the conversation stands."""
        assert self._session is not None, "`listen` comes first"
        conversation, because = self._session.userdata, self._floor.ends_because
        may_go_on = because is None or because in BROKEN_OFF
        self._drop_given_up(conversation)
        story, premise = conversation.story, conversation.premise
        return Thread(
            said=tuple(self._said),
            name=story.name if story else None,
            location=story.location if story else None,
            premise=premise.id if premise else None,
            told=tuple(conversation.told),
            is_recorded=conversation.is_recorded,
            is_ending=self._floor.state is State.ENDING,
            is_over=conversation.leaves_nothing or self._was_over or not may_go_on,
            is_offered=conversation.is_offered,
        )

    def _drop_given_up(self, conversation: Conversation) -> None:
        """Of a story that the caller did not want to go on with, nothing is kept."""
        premise, offered = conversation.premise, self._offered
        tells_another = offered is not None and premise is not None and premise.id != offered
        if conversation.story is None or tells_another:
            self._said = [each for each in self._said if not each.in_story]
            self._offered = None

    def _on_item(self, event: ConversationItemAddedEvent) -> None:
        item = event.item
        if not isinstance(item, ChatMessage) or item.role not in ("user", "assistant"):
            return
        if (text := item.text_content) and self._session is not None:
            in_story = isinstance(self._session.current_agent, StoryAgent)
            self._drop_given_up(self._session.userdata)
            self._said.append(Said(item.role == "assistant", text, in_story))
            del self._said[:-_TURNS]
        self._news.set()

    def _on_state(self, _: AgentStateChangedEvent) -> None:
        # A handover and a goodbye show here first: somebody begins to think or to speak.
        self._news.set()
