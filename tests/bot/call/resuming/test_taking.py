"""Whether a caller is offered to go on with a story, and with which."""

import asyncio
from datetime import timedelta
from typing import Any, cast

import pytest

from agents.conversation import Conversation
from agents.returning import ReturningAgent
from agents.stories import load_premises
from agents.story import StoryData
from bot.call.resuming.taking import Resuming
from bot.records import DatabaseUnavailable, EndReason
from bot.records.diary import EventKind
from bot.records.thread import Said, Thread, Unfinished
from bot.talk.watchers.thread_keeper import ThreadKeeper
from sip.calls.call_info import CallInfo
from tests.bot.call.fake_job import FakeRecorder
from tests.bot.records.orders import an_order
from tests.bot.settings.made import made
from tests.bot.talk.fakes import now_s
from tests.bot.talk.watchers.test_chronicler import Told
from tests.bot.talk.watchers.test_thread_keeper import FakeThreads

pytestmark = [pytest.mark.unit, pytest.mark.looptime, pytest.mark.asyncio(loop_scope="function")]

SIP = 3
PREMISE = load_premises()[0]
THREAD = Thread(
    said=(Said(True, "Left, or right?", True),),
    name="Peter",
    location="Berlin",
    premise=PREMISE.id,
)
SHOWN = {
    "sip.ruleID": "SDR_1",
    "sip.phoneNumber": "+12025550123",
    "sip.trunkPhoneNumber": "+12025550100",
}
VOUCHED = {"storyline.attestation": "A"}
DOUBTED = [{"storyline.attestation": each} for each in ("B", "C")]


class FakeStories:
    """Holds one story, or an error, or never answers."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, timedelta]] = []
        self.looked: list[str] = []
        self.error: Exception | None = None
        self.is_stuck = False

    async def take_newest(
        self, number: str, by: str, now: Any, keep: timedelta
    ) -> Unfinished | None:
        self.asked.append((number, by, keep))
        return await self._answer()

    async def find_newest(self, number: str, now: Any, keep: timedelta) -> Unfinished | None:
        self.looked.append(number)
        return await self._answer()

    async def take(self, call_id: str, by: str, now: Any, keep: timedelta) -> Unfinished | None:
        self.asked.append((call_id, by, keep))
        return await self._answer()

    async def _answer(self) -> Unfinished:
        if self.error is not None:
            raise self.error
        if self.is_stuck:
            await asyncio.sleep(3600)
        return Unfinished("the-first-call", THREAD)


class Ringing:
    """A call that comes in."""

    def __init__(self, **environ: str) -> None:
        self.stories, self.recorder, self.diary = FakeStories(), FakeRecorder(), Told()
        self.recorder.diary = self.diary
        self.unfinished = self.stories
        self.threads = FakeThreads()
        self.keeper = ThreadKeeper(
            cast(Any, self.threads), cast(Any, self.recorder), keeps_unfinished=True
        )
        self.resuming = Resuming(
            made(**environ), cast(Any, self), cast(Any, self.recorder), self.keeper
        )

    async def of_order(self, **changes: Any) -> ReturningAgent | None:
        return await self.resuming.of_order(an_order(call_id="one", **changes))

    async def of(self, **attributes: str) -> ReturningAgent | None:
        told = SHOWN | VOUCHED | {f"sip.{name}": value for name, value in attributes.items()}
        return await self.resuming.of_caller(CallInfo.of(SIP, told))

    async def tells(self, name: str, attributes: dict[str, str] | None = None) -> bool:
        """Whether somebody who says this name is offered the story."""
        info = CallInfo.of(SIP, SHOWN | (attributes or {}))
        told = StoryData(name, "Porto")
        self.conversation = Conversation(line=cast(Any, None))
        return await self.resuming.of_name(info, self.conversation, told) is not None


async def test_the_number_gets_the_story_that_broke_off() -> None:
    call = Ringing()
    agent = await call.of()
    assert agent is not None
    broken = agent._broken
    assert (broken.story, broken.premise) == (StoryData("Peter", "Berlin"), PREMISE)
    assert (broken.question, broken.has_begun) == ("Left, or right?", True)
    assert [each.text_content for each in broken.words.messages()] == ["Left, or right?"]
    assert call.stories.asked == [("+12025550123", "one", timedelta(minutes=15))]


async def test_the_diary_names_the_call_that_broke_off() -> None:
    call = Ringing()
    await call.of()
    assert call.diary.events == [EventKind.RESUME_OFFERED]
    assert call.diary.details == ["the-first-call"]


async def test_a_caller_who_hangs_up_while_it_rings_loses_nothing() -> None:
    call = Ringing()
    await call.of()
    await call.keeper.finish(EndReason.NEVER_ANSWERED)
    assert (call.threads.settled, call.threads.dropped) == ([THREAD], [])


@pytest.mark.parametrize(
    "attributes",
    [{"phoneNumber": "anonymous"}, {"phoneNumber": ""}, {"phoneNumber": "reception"}],
    ids=["withheld", "none", "no number"],
)
async def test_who_shows_no_number_is_told_nothing(attributes: dict[str, str]) -> None:
    call = Ringing()
    assert await call.of(**attributes) is None
    assert call.stories.asked == []


@pytest.mark.parametrize("attributes", DOUBTED, ids=["B", "C"])
async def test_a_number_that_the_carrier_doubts_is_told_nothing(
    attributes: dict[str, str],
) -> None:
    call = Ringing()
    assert await call.resuming.of_caller(CallInfo.of(SIP, SHOWN | attributes)) is None
    assert call.stories.asked == []


async def test_a_number_of_which_the_carrier_says_nothing_is_believed() -> None:
    assert await Ringing().resuming.of_caller(CallInfo.of(SIP, SHOWN)) is not None


@pytest.mark.parametrize("attributes", DOUBTED, ids=["B", "C"])
async def test_whoever_says_the_name_there_is_offered_the_story(attributes: dict[str, str]) -> None:
    call = Ringing()
    assert await call.tells("Peter Pan", attributes)
    assert call.stories.looked == ["+12025550123"]
    assert call.stories.asked == [("the-first-call", "one", timedelta(minutes=15))]
    conversation = call.conversation
    assert conversation.is_offered and conversation.has_told_name
    assert conversation.story == StoryData("Peter", "Berlin")


async def test_whoever_says_another_name_takes_nothing_and_has_one_try() -> None:
    call = Ringing()
    assert not await call.tells("Paul")
    assert not await call.tells("Peter")
    assert call.stories.asked == []


async def test_a_number_that_was_looked_for_is_not_again_once_a_name_is_told() -> None:
    call = Ringing()
    await call.resuming.of_caller(CallInfo.of(SIP, SHOWN))
    assert not await call.tells("Peter")
    assert call.stories.looked == []


async def test_a_number_that_could_not_be_looked_for_is_once_a_name_is_told() -> None:
    call = Ringing()
    call.stories.error = DatabaseUnavailable("no answer")
    assert await call.resuming.of_caller(CallInfo.of(SIP, SHOWN)) is None
    call.stories.error = None
    assert await call.tells("Peter")


async def test_who_shows_no_number_cannot_name_a_story_either() -> None:
    call = Ringing()
    assert not await call.tells("Peter", {"sip.phoneNumber": "anonymous"})
    assert call.stories.looked == []


async def test_with_zero_minutes_nobody_is_asked() -> None:
    call = Ringing(STORYLINE_RESUME_MINUTES="0")
    assert await call.of() is None
    assert call.stories.asked == []


async def test_without_the_database_the_call_begins_as_any_other() -> None:
    call = Ringing()
    call.stories.error = DatabaseUnavailable("away")
    assert await call.of() is None


async def test_a_database_that_does_not_answer_is_not_waited_for() -> None:
    call = Ringing()
    call.stories.is_stuck = True
    assert await call.of() is None
    assert now_s() == 1


async def test_an_order_gets_the_story_of_the_call_that_it_names() -> None:
    call = Ringing()
    agent = await call.of_order(resumes="the-first-call")
    assert agent is not None and agent._was_called
    assert call.stories.asked == [("the-first-call", "one", timedelta(minutes=15))]


async def test_an_order_that_names_no_call_asks_for_no_story() -> None:
    call = Ringing()
    assert await call.of_order() is None
    assert call.stories.asked == []
