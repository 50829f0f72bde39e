"""A model that forgets or blocks callers who have not asked for it, typed to."""

import pytest
from livekit.agents import ConversationItemAddedEvent, StopResponse
from livekit.agents.llm import ChatMessage

from agents.memory.keeping import Forgot
from agents.memory.known import Known, Past
from agents.prompts import load_prompt
from agents.resumed import BrokenStory
from agents.returning import ReturningAgent
from agents.stories import load_premises
from agents.story import StoryData
from agents.storyteller import StoryAgent
from agents.tamed import TamedAgent, tell_of
from agents.taming.leash import Leash
from agents.taming.notices import Notice
from bot.livekit_gaps import RealtimeModel
from tests.agents.memory.fake_memory import FakeMemory
from tests.agents.scripted_llm import Answer
from tests.agents.taming.noted import Noted
from tests.agents.test_conversation import BEGIN, Talk, talk

pytestmark = pytest.mark.unit

MARIA = StoryData("Maria", "Lisbon")
BLOCK, FORGET = Answer(calls=(("do_not_call", {}),)), Answer(calls=(("forget_me", {}),))
ASKS_TO_BLOCK, ASKS_TO_FORGET = load_prompt("confirm_block"), load_prompt("confirm_forget")
GO_ON = Answer("The wind rises. Do you wait, or go?")


def noted(call: Talk) -> Noted:
    noted = Noted()
    call.session.userdata.leash = Leash(noted)
    return noted


def turns_from_now(call: Talk) -> list[str | None]:
    """Fills with what the caller says, as the diary is told of it."""
    said: list[str | None] = []

    def on_item(event: ConversationItemAddedEvent) -> None:
        if isinstance(event.item, ChatMessage) and event.item.role == "user":
            said.append(event.item.text_content)

    call.session.on("conversation_item_added", on_item)
    return said


async def answer(call: Talk, words: str) -> None:
    """Say something as LiveKit tells an agent of it, when it is not for the model."""
    agent = call.session.current_agent
    assert isinstance(agent, TamedAgent)
    message = ChatMessage(role="user", content=[words])
    with pytest.raises(StopResponse):
        await agent.on_user_turn_completed(agent.chat_ctx.copy(), message)
    await call.session.wait_for_idle()


async def test_a_caller_who_did_not_wish_to_be_blocked_is_asked() -> None:
    async with talk(BEGIN, BLOCK, agent=StoryAgent(MARIA)) as call:
        notices = noted(call)
        await call.say("I open the door.")
        assert call.said[-1] == ASKS_TO_BLOCK
        assert (call.line.blocked, call.line.goodbyes) == (0, [])
        assert notices.all == [(Notice.UNASKED, "do_not_call")]
        assert not call.session.userdata.leaves_nothing


async def test_their_yes_blocks_the_number_without_any_model() -> None:
    async with talk(BEGIN, BLOCK, agent=StoryAgent(MARIA)) as call:
        await call.say("I open the door.")
        await answer(call, "Yes, never again.")
        assert call.line.blocked == 1
        assert [words.text for words in call.line.goodbyes] == [load_prompt("blocked")]
        assert call.session.userdata.leaves_nothing


async def test_their_yes_forgets_them_without_any_model() -> None:
    memory, past = FakeMemory(), Past((Known("Maria"),), may_be_told=True)
    async with talk(FORGET, memory=memory, past=past) as call:
        await call.say("Hello Echo.")
        assert call.said[-1] == ASKS_TO_FORGET
        assert memory.forgotten == []
        await answer(call, "Yes.")
        assert memory.forgotten == [""]
        assert call.said[-1] == f"{load_prompt('forgotten')} {load_prompt('ask_both')}"
        agent = call.session.current_agent
        assert "Maria" not in str(agent.instructions)


async def test_their_yes_is_told_to_who_keeps_the_record() -> None:
    async with talk(BEGIN, BLOCK, agent=StoryAgent(MARIA)) as call:
        await call.say("I open the door.")
        recorded = turns_from_now(call)
        await answer(call, "Yes, never again.")
        assert recorded == ["Yes, never again."]
        turns = [item for item in call.session.history.messages() if item.role == "user"]
        assert turns[-1].text_content == "Yes, never again."


async def test_a_realtime_model_tells_of_a_turn_itself() -> None:
    hears = RealtimeModel(api_key="none", base_url="http://127.0.0.1:1/v1")
    async with talk() as call:
        recorded = turns_from_now(call)
        message = ChatMessage(role="user", content=["Yes."])
        tell_of(message, StoryAgent(MARIA, realtime=hears), call.session)
        assert recorded == []


async def test_a_name_that_forgetting_needs_is_asked_for_after_their_yes() -> None:
    memory = FakeMemory(becomes=Forgot.NAME_NEEDED)
    async with talk(BEGIN, FORGET, agent=StoryAgent(MARIA), memory=memory) as call:
        await call.say("I open the door.")
        await answer(call, "Yes.")
        assert call.said[-1] == load_prompt("forget_whom")


async def test_after_their_no_the_model_is_told_to_go_on() -> None:
    answers = (BEGIN, FORGET, GO_ON, FORGET, GO_ON)
    memory = FakeMemory()
    async with talk(*answers, agent=StoryAgent(MARIA), memory=memory) as call:
        notices = noted(call)
        await call.say("I open the door.")
        await call.say("No!")
        await call.say("I go in.")
        assert call.said.count(ASKS_TO_FORGET) == 1
        assert call.said[-1] == GO_ON.text
        assert memory.forgotten == []
        assert notices.kinds == [Notice.UNASKED, Notice.UNASKED]


async def test_whoever_is_offered_to_go_on_is_asked_as_well() -> None:
    async with talk(FORGET, agent=offering(), memory=FakeMemory()) as call:
        await call.say("Go on, please.")
        assert call.said[-1] == ASKS_TO_FORGET


def offering() -> ReturningAgent:
    agent = StoryAgent(MARIA)
    return ReturningAgent(BrokenStory(MARIA, load_premises()[0], agent.chat_ctx.copy()))
