"""What is known of the caller of one call, and what is kept or forgotten at their wish."""

import asyncio
import logging
from collections.abc import Awaitable
from typing import Self, TypeVar

from agents.conversation import Conversation
from agents.memory.keeping import Forgot
from agents.memory.known import Known, Past, first_name
from agents.stories import Premise
from agents.story import StoryData
from bot.records import Records, RecordsError, utc_now
from bot.records.diary.removal import Forgotten
from bot.records.memory import Remembered, ToldStory
from bot.records.sound.shelf import Shelf
from bot.settings import Settings
from sip.calls.call_info import CallInfo

logger = logging.getLogger("storyline.memory")

T = TypeVar("T")

# The caller hears ringing meanwhile: whom the database finds too late is a stranger today.
_RECALL_LIMIT_S = 0.8
# They wait in silence for the answer to "forget me".
_WISH_LIMIT_S = 4.0
# Nobody waits for what is removed behind the call.
_SETTLE_LIMIT_S = 10.0
# Names that a caller whose number may be forged can try in one call.
_TRIES = 2


class Acquaintance:
    """Implements `agents.Memory` for one call. Nothing in here raises.

    `number` is None where none is shown, or it is not certain which one is meant: then nobody is
    remembered. `is_attested`: the number is certainly the caller's, so Echo may open with what she
    knows. `is_theirs`: whoever is on the line may forget all of it, also under a number that we
    have dialled. Otherwise the number may be forged, and they forget what they can name.
    """

    def __init__(
        self,
        records: Records,
        settings: Settings,
        call_id: str,
        number: str | None,
        *,
        is_attested: bool = False,
        is_theirs: bool = False,
    ) -> None:
        self._records = records
        self._call_id = call_id
        self._number = number
        self._shelf = Shelf(settings.kept.recordings_dir)
        self._is_attested = is_attested
        self._is_theirs = is_theirs
        self._tries = 0
        self._was_asked = False
        self._was_wanted = False
        self._past = Past()
        self.may_ask = settings.kept.memory == "ask" and number is not None

    @classmethod
    def of_caller(cls, records: Records, settings: Settings, call_id: str, info: CallInfo) -> Self:
        """Of somebody who calls us."""
        number = None if info.is_withheld else info.caller_number
        vouched = info.is_attested
        return cls(records, settings, call_id, number, is_attested=vouched, is_theirs=vouched)

    @classmethod
    def of_callee(cls, records: Records, settings: Settings, call_id: str, number: str) -> Self:
        """Of somebody whom we call: the number is right, but anybody may pick up."""
        return cls(records, settings, call_id, number, is_theirs=True)

    async def recall(self) -> Past:
        """Who is remembered under this number."""
        if not self.may_ask or self._number is None:
            return self._past
        found = await self._try(self._records.memories.of(self._number), _RECALL_LIMIT_S)
        people = found or ()
        told = sorted((story for each in people for story in each.told), key=lambda s: s.told_at)
        self._past = Past(
            tuple(_known(each) for each in people),
            tuple(story.premise for story in told),
            may_be_told=self._is_attested,
        )
        return self._past

    def introduce(self, conversation: Conversation) -> None:
        """Tell a conversation who is remembered, and give it the memory."""
        conversation.memory, conversation.past = self, self._past
        if conversation.story is not None:  # it was begun in another process, or another call
            conversation.recognise(conversation.story)

    async def recall_wish(self) -> None:
        """Another process has had this call before: whether its caller wants to be forgotten."""
        if await self._try(self._records.wishes.is_noted(self._call_id), _RECALL_LIMIT_S):
            self._heed_wish()

    async def remember(self, story: StoryData, premise: Premise, *, finished: bool) -> bool:
        if not self.may_ask or self._number is None:
            return False
        now = utc_now()
        told = ToldStory(premise=premise.id, line=premise.told if finished else "", told_at=now)
        caller = Remembered(
            number=self._number,
            called=first_name(story.name),
            name=story.name,
            location=story.told_location,
            heard_at=now,
            told=(told,),
        )
        return await self._try(_done(self._records.memories.keep(caller)), _WISH_LIMIT_S) or False

    async def forget(self, name: str) -> Forgot:
        if self._number is None or self._is_theirs:
            self._heed_wish()
            return Forgot.EVERYTHING if await self._forget_all() else Forgot.FAILED
        if not name and not self._was_asked:
            self._was_asked = True
            return Forgot.NAME_NEEDED
        self._heed_wish()
        return await self._forget_as(name, self._number)

    async def settle(self) -> None:
        """After the call's record and diary are closed: what the caller wanted forgotten goes."""
        if not self._was_wanted:
            return
        work = self._records.wishes.settle(self._call_id, self._shelf, utc_now())
        if await self._removed(work, _SETTLE_LIMIT_S) is None:
            logger.warning("this call is forgotten later: a watch does it within an hour")

    async def _forget_all(self) -> bool:
        wishes, now = self._records.wishes, utc_now()
        work = (
            wishes.forget_call(self._call_id, self._shelf, now)
            if self._number is None
            else wishes.forget_number(self._number, self._shelf, now)
        )
        return await self._removed(work, _WISH_LIMIT_S) is not None

    async def _forget_as(self, name: str, number: str) -> Forgot:
        """Forget this call, and what is kept under a name that nobody has told the caller."""
        logger.warning(
            "a caller wants to be forgotten, and the carrier does not vouch for the number: "
            "if it is theirs, run python -m bot.records forget"
        )
        self._tries += 1
        person = (number, first_name(name)) if name and self._tries <= _TRIES else None
        work = self._records.wishes.forget_call(
            self._call_id, self._shelf, utc_now(), person=person
        )
        gone = await self._removed(work, _WISH_LIMIT_S)
        if gone is None:
            return Forgot.FAILED
        return Forgot.PERSON if gone.rows.get("remembered_callers") else Forgot.CALL

    def _heed_wish(self) -> None:
        self._was_wanted = True
        self.may_ask = False

    async def _removed(self, work: Awaitable[Forgotten], limit_s: float) -> Forgotten | None:
        gone = await self._try(work, limit_s)
        if gone is not None:
            logger.info(
                "forgotten at the caller's wish",
                extra={
                    "rows": gone.total,
                    "files": gone.files,
                    "calls_in_progress": gone.in_progress,
                },
            )
        return gone

    async def _try(self, work: Awaitable[T], limit_s: float) -> T | None:
        try:
            async with asyncio.timeout(limit_s):
                return await work
        except (RecordsError, TimeoutError) as error:
            logger.warning("the memory did not answer", extra={"error": repr(error)})
            return None


def _known(caller: Remembered) -> Known:
    lines = tuple(story.line for story in caller.told if story.line)
    return Known(caller.name, caller.location, lines)


async def _done(work: Awaitable[None]) -> bool:
    await work
    return True
