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

    async def keep(self, record: Any, thread: Thread, now: Any) -> None:
        if self.fails:
            self.fails -= 1
            raise DatabaseUnavailable("away")
        self.kept.append(thread)

    async def drop(self, call_id: str) -> None:
        if self.fails:
            raise DatabaseUnavailable("away")
        self.dropped.append(call_id)


class Kept:
    """A session with its keeper."""

    def __init__(self, *, fails: int = 0, before: Thread | None = None) -> None:
        self.scene, self.session = Scene(), FakeSession()
        self.session.userdata = Conversation(line=cast(Any, None), is_recorded=True)
        self.threads, self.recorder = FakeThreads(fails), FakeRecorder()
        self.keeper = ThreadKeeper(cast(Any, self.threads), cast(Any, self.recorder), before=before)
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


async def test_nothing_is_kept_of_a_call_that_is_over() -> None:
    call = Kept()
    await call.keeper.drop()
    assert call.threads.dropped == ["one"]


async def test_what_cannot_be_removed_harms_no_call() -> None:
    call = Kept(fails=1)
    await call.keeper.drop()
    assert call.threads.dropped == []


async def test_the_thread_of_a_call_that_goes_on_elsewhere_is_left() -> None:
    call = Kept()
    call.recorder.lost.set()
    await call.keeper.drop()
    assert call.threads.dropped == []
