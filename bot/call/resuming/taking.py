"""Taking over the story that a caller may go on with, and who offers it."""

import asyncio
import logging
from collections.abc import Awaitable

from agents.conversation import Conversation
from agents.memory.known import first_name
from agents.returning import ReturningAgent
from agents.story import StoryData
from bot.call.resuming.broken import broken_story
from bot.records import CallRecorder, Order, Records, RecordsError, utc_now
from bot.records.diary import EventKind
from bot.records.thread import Unfinished
from bot.settings import Settings
from bot.talk.watchers.thread_keeper import ThreadKeeper
from sip.calls.call_info import CallInfo

logger = logging.getLogger("storyline.resuming")

# The caller hears ringing meanwhile; a database that takes longer costs them the offer.
_TAKE_LIMIT_S = 1.0
# Whom we call back hears nothing yet.
_TAKE_BACK_LIMIT_S = 4.0


class Resuming:
    """Finds out whether one call may go on with the story of another. Never raises."""

    def __init__(
        self, settings: Settings, records: Records, recorder: CallRecorder, keeper: ThreadKeeper
    ) -> None:
        self._keep = settings.kept.unfinished
        self._stories = records.unfinished
        self._recorder = recorder
        self._keeper = keeper
        self._was_looked_for = False

    async def of_caller(self, caller: CallInfo) -> ReturningAgent | None:
        """Who offers this caller to go on; None where nobody does.

        The offer tells a name. Where the carrier says that the number may be anybody's, the caller
        has to say it first (`of_name`).
        """
        number = caller.caller_number
        if not self._keep or not number or caller.is_withheld or caller.is_doubted:
            return None
        return await self._offer(self._take_newest(number), _TAKE_LIMIT_S)

    async def of_name(
        self, caller: CallInfo, conversation: Conversation, told: StoryData
    ) -> ReturningAgent | None:
        """Who offers to go on to a caller who has told their name: once, and under that name."""
        number = caller.caller_number
        if not self._keep or not number or caller.is_withheld or self._was_looked_for:
            return None
        self._was_looked_for = True
        returning = await self._offer(self._take_named(number, told), _TAKE_LIMIT_S, told=told)
        if returning is not None:
            returning.remember(conversation)
        return returning

    async def _take_newest(self, number: str) -> Unfinished | None:
        call_id = self._recorder.record.call_id
        found = await self._stories.take_newest(number, call_id, utc_now(), self._keep)
        # The database has answered: a name that is told later finds nothing else.
        self._was_looked_for = True
        return found

    async def _take_named(self, number: str, told: StoryData) -> Unfinished | None:
        found = await self._stories.find_newest(number, utc_now(), self._keep)
        if found is None or first_name(found.thread.name or "") != first_name(told.name):
            return None
        call_id = self._recorder.record.call_id
        return await self._stories.take(found.call_id, call_id, utc_now(), self._keep)

    async def of_order(self, order: Order) -> ReturningAgent | None:
        """Who offers the person who is called to go on, if the order wants that; None where no
        story was ordered, or nothing is kept of it any more.
        """
        if order.resumes is None or not self._keep:
            return None
        taking = self._stories.take(order.resumes, order.call_id, utc_now(), self._keep)
        return await self._offer(taking, _TAKE_BACK_LIMIT_S, was_called=True)

    async def _offer(
        self,
        taking: Awaitable[Unfinished | None],
        limit_s: float,
        *,
        was_called: bool = False,
        told: StoryData | None = None,
    ) -> ReturningAgent | None:
        try:
            async with asyncio.timeout(limit_s):
                found = await taking
        except (RecordsError, TimeoutError) as error:
            logger.warning("no story could be looked for", extra={"error": repr(error)})
            return None
        if found is None:
            return None
        logger.info("a story that broke off is offered", extra={"broke_off_in": found.call_id})
        self._recorder.diary.note(EventKind.RESUME_OFFERED, found.call_id)
        self._keeper.begin_with(found.thread)
        return ReturningAgent(broken_story(found.thread), was_called=was_called, told=told)
