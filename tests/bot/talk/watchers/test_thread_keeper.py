"""Where a conversation stands is kept after every turn, and nothing waits for it."""

import asyncio
from types import SimpleNamespace
from typing import Any, cast

import pytest
from livekit.agents import ConversationItemAddedEvent
from livekit.agents.llm import ChatMessage, FunctionCall

from agents.conversation import Conversation
from agents.stories import load_premises
from agents.story import StoryData
from agents.storyteller import StoryAgent
from bot.records import DatabaseUnavailable, EndReason
from bot.records.thread import Said, Thread
from bot.talk.watchers.thread_keeper import ThreadKeeper
from tests.bot.call.fake_job import FakeRecorder
from tests.bot.talk.fake_session import FakeSession
from tests.bot.talk.fakes import Scene

pytestmark = [pytest.mark.unit, pytest.mark.looptime, pytest.mark.asyncio(loop_scope="function")]

PETER = StoryData("Peter", "Berlin")
PREMISE = load_premises()[0]


class FakeThreads:
    """Keeps in memory; the first `fails` writes do not go through."""

    def __init__(self, fails: int = 0) -> None:
        self.fails = fails
        self.kept: list[Thread] = []
        self.dropped: list[str] = []
        self.settled: list[Thread] = []

    async def keep(self, record: Any, thread: Thread, now: Any) -> None:
        if self.fails:
            self.fails -= 1
            raise DatabaseUnavailable("away")
        self.kept.append(thread)

    async def settle(self, call_id: str, thread: Thread, now: Any) -> bool:
        self.settled.append(thread)
        return True

    async def drop(self, call_id: str) -> None:
        if self.fails:
            raise DatabaseUnavailable("away")
        self.dropped.append(call_id)


class Kept:
    """A session with its keeper."""

    def __init__(
        self, *, fails: int = 0, before: Thread | None = None, keeps_unfinished: bool = True
    ) -> None:
        self.scene, self.session = Scene(), FakeSession()
        self.session.userdata = Conversation(line=cast(Any, None), is_recorded=True)
        self.threads, self.recorder = FakeThreads(fails), FakeRecorder()
        self.keeper = ThreadKeeper(
            cast(Any, self.threads),
            cast(Any, self.recorder),
            before=before,
            keeps_unfinished=keeps_unfinished,
        )
        self.keeper.listen(self.session.as_session, self.scene.floor)

    def says(self, role: str, words: str) -> None:
        item: Any = ChatMessage(role=cast(Any, role), content=[words])
        self.session.emit("conversation_item_added", ConversationItemAddedEvent(item=item))

    def hands_over(self) -> None:
        conversation = self.session.userdata
        conversation.story, conversation.premise = PETER, PREMISE
        self.session.current_agent = StoryAgent(PETER, PREMISE)
        self.session.agent_becomes("thinking")

    async def after(self, seconds: float) -> Thread:
        async with self.scene.watched_by(self.keeper.run()):
            await asyncio.sleep(seconds)
        return self.threads.kept[-1]


async def test_a_call_in_which_nothing_was_said_can_be_gone_on_with_as_well() -> None:
    assert await Kept().after(1) == Thread(is_recorded=True)


async def test_what_was_said_is_kept_with_who_said_it_and_whether_in_the_story() -> None:
    call = Kept()
    call.says("assistant", "Who is calling?")
    call.says("user", "Peter from Berlin.")
    call.hands_over()
    call.says("assistant", "Left, or right?")
    thread = await call.after(1)
    assert thread.said == (
        Said(True, "Who is calling?"),
        Said(False, "Peter from Berlin."),
        Said(True, "Left, or right?", True),
    )
    assert (thread.name, thread.location, thread.premise) == ("Peter", "Berlin", PREMISE.id)


async def test_a_handover_is_kept_before_the_storyteller_has_said_anything() -> None:
    call = Kept()
    async with call.scene.watched_by(call.keeper.run()):
        await asyncio.sleep(1)
        call.hands_over()
        await asyncio.sleep(0.1)
    assert call.threads.kept[-1].in_story
    assert len(call.threads.kept) == 2


async def test_what_another_process_has_kept_is_not_lost() -> None:
    before = Thread(said=(Said(True, "Who is calling?"),))
    call = Kept(before=before)
    call.says("user", "Peter.")
    assert [each.text for each in (await call.after(1)).said] == ["Who is calling?", "Peter."]


async def test_tools_and_instructions_are_not_kept() -> None:
    call = Kept()
    call.says("system", "Be kind.")
    tool: Any = FunctionCall(call_id="1", name="information_gathered", arguments="{}")
    call.keeper._on_item(cast(Any, SimpleNamespace(item=tool)))
    assert (await call.after(1)).said == ()


async def test_only_the_newest_turns_are_held() -> None:
    call = Kept()
    for number in range(60):
        call.says("user", str(number))
    said = (await call.after(1)).said
    assert (len(said), said[-1].text) == (40, "59")


async def test_a_goodbye_under_way_is_kept() -> None:
    call = Kept()
    await call.scene.floor.last_words(EndReason.SILENCE)
    call.session.agent_becomes("speaking")
    assert (await call.after(1)).is_ending


async def test_a_database_that_was_away_gets_the_newest_state() -> None:
    call = Kept(fails=3)
    call.says("user", "Peter.")
    assert (await call.after(5)).said == (Said(False, "Peter."),)
    assert len(call.threads.kept) == 1


async def test_a_story_that_broke_off_is_left_with_its_newest_words() -> None:
    call = Kept()
    call.hands_over()
    call.says("assistant", "Left, or right?")
    await call.keeper.finish(EndReason.CALLER_HUNG_UP)
    assert call.threads.dropped == []
    assert [each.said for each in call.threads.settled] == [(Said(True, "Left, or right?", True),)]


async def test_of_a_story_that_was_told_nothing_is_left() -> None:
    call = Kept()
    call.hands_over()
    await call.keeper.finish(EndReason.STORY_FINISHED)
    assert (call.threads.dropped, call.threads.settled) == (["one"], [])


async def test_of_an_introduction_nothing_is_left() -> None:
    call = Kept()
    call.says("user", "Peter.")
    await call.keeper.finish(EndReason.CALLER_HUNG_UP)
    assert call.threads.dropped == ["one"]


async def test_where_nothing_is_to_be_left_nothing_is() -> None:
    call = Kept(keeps_unfinished=False)
    call.hands_over()
    await call.keeper.finish(EndReason.CALLER_HUNG_UP)
    assert call.threads.dropped == ["one"]


async def test_nor_of_a_call_whose_caller_shows_no_number() -> None:
    call = Kept()
    call.hands_over()
    call.keeper.keep_nothing()
    await call.keeper.finish(EndReason.CALLER_HUNG_UP)
    assert (call.threads.dropped, call.threads.settled) == (["one"], [])


async def test_who_hangs_up_on_the_goodbye_has_heard_the_story() -> None:
    call = Kept()
    call.hands_over()
    await call.scene.floor.last_words(EndReason.STORY_FINISHED)
    await call.keeper.finish(EndReason.CALLER_HUNG_UP)
    assert call.threads.dropped == ["one"]


async def test_who_hangs_up_because_echo_must_stop_has_not() -> None:
    call = Kept()
    call.hands_over()
    await call.scene.floor.last_words(EndReason.WORKER_SHUTDOWN)
    await call.keeper.finish(EndReason.CALLER_HUNG_UP)
    assert len(call.threads.settled) == 1


async def test_of_a_caller_who_objected_nothing_is_left() -> None:
    call = Kept()
    call.hands_over()
    call.session.userdata.leaves_nothing = True
    await call.keeper.finish(EndReason.CALLER_HUNG_UP)
    assert call.threads.dropped == ["one"]


async def test_an_objection_outlives_the_process_that_heard_it() -> None:
    call = Kept(before=Thread(name="Peter", is_over=True))
    call.hands_over()
    await call.keeper.finish(EndReason.CALLER_HUNG_UP)
    assert call.threads.dropped == ["one"]


async def test_a_story_that_was_taken_over_is_left_when_nobody_came_to_hear_it() -> None:
    before = Thread(name="Peter", said=(Said(True, "Left, or right?", True),))
    threads, recorder = FakeThreads(), FakeRecorder()
    keeper = ThreadKeeper(
        cast(Any, threads), cast(Any, recorder), before=before, keeps_unfinished=True
    )
    await keeper.finish(EndReason.NEVER_ANSWERED)
    assert (threads.dropped, threads.settled) == ([], [before])


async def test_the_story_of_another_call_is_kept_with_what_is_said_in_this_one() -> None:
    call = Kept()
    call.keeper.begin_with(Thread(name="Peter", said=(Said(True, "Left, or right?", True),)))
    call.session.userdata.story = PETER
    call.says("assistant", "Shall I go on with it?")
    assert [each.text for each in (await call.after(1)).said] == [
        "Left, or right?",
        "Shall I go on with it?",
    ]


async def test_that_the_caller_has_not_chosen_yet_is_kept() -> None:
    call = Kept()
    call.session.userdata.is_offered = True
    assert (await call.after(1)).is_offered


async def test_of_a_story_that_the_caller_gave_up_no_word_is_kept() -> None:
    call = Kept(before=Thread(name="Peter", said=(Said(True, "Left, or right?", True),)))
    call.says("assistant", "Who is calling?")
    assert (await call.after(1)).said == (Said(True, "Who is calling?"),)


async def test_nor_of_one_in_whose_place_another_is_told_at_once() -> None:
    call = Kept()
    asked = Said(True, "Left, or right?", True)
    call.keeper.begin_with(Thread(name="Peter", premise=load_premises()[1].id, said=(asked,)))
    call.hands_over()
    call.says("assistant", "A bell rings. Do you listen, or run?")
    told = Said(True, "A bell rings. Do you listen, or run?", True)
    assert (await call.after(1)).said == (told,)


async def test_what_cannot_be_removed_harms_no_call() -> None:
    call = Kept(fails=1)
    await call.keeper.finish(EndReason.STORY_FINISHED)
    assert call.threads.dropped == []


async def test_the_thread_of_a_call_that_goes_on_elsewhere_is_left() -> None:
    call = Kept()
    call.recorder.lost.set()
    await call.keeper.finish(EndReason.STORY_FINISHED)
    assert call.threads.dropped == []
