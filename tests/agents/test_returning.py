"""A caller whose story broke off: greeted by name, and asked whether to go on."""

import asyncio

import pytest
from livekit.agents import AgentSession
from livekit.agents.llm import ChatContext

from agents.conversation import WHO, Conversation
from agents.intro import IntroAgent
from agents.prompts import load_prompt
from agents.resumed import BrokenStory, ResumedStoryAgent
from agents.returning import ReturningAgent
from agents.stories import load_premises
from agents.story import StoryData
from agents.storyteller import StoryAgent
from tests.agents.fake_line import FakeLine
from tests.agents.scripted_llm import Answer, ScriptedLLM
from tests.agents.test_conversation import Talk, gathered, talk

pytestmark = pytest.mark.unit

MARIA = StoryData("Maria", "Lisbon")
PREMISE, OTHER = load_premises()[:2]
QUESTION = "Do you climb the tower, or run to the beach?"
GREETING = load_prompt("welcome_back", name="Maria", who=WHO)
OFFER = load_prompt("offer")
GO_ON = Answer(calls=(("go_on", {}),))
ANEW = Answer(calls=(("begin_anew", {}),))
ASKED = Answer("Then a new story it is. May I ask your name?")
TOLD_ON = Answer("The tower is high. Do you rest, or climb on?")


def words() -> ChatContext:
    said = ChatContext.empty()
    said.add_message(role="assistant", content=f"You see a tower. {QUESTION}")
    return said


def broken(question: str = QUESTION, *, has_begun: bool = True) -> BrokenStory:
    return BrokenStory(MARIA, PREMISE, words(), has_begun, question, told=(OTHER.id,))


def returning(story: BrokenStory | None = None, *, was_called: bool = False) -> ReturningAgent:
    return ReturningAgent(story or broken(), was_called=was_called)


def tools_of(call: Talk) -> set[str]:
    return {tool.id for tool in call.session.current_agent.tools}


async def test_a_caller_is_greeted_by_name_and_asked() -> None:
    async with talk(agent=returning()) as call:
        assert call.said == [f"{GREETING} {OFFER}"]


async def test_who_is_called_is_told_first_and_asked_then() -> None:
    async with talk(agent=returning(was_called=True)) as call:
        assert call.said == [GREETING, OFFER]


async def test_of_the_recording_everybody_is_told() -> None:
    async with talk(agent=returning(), is_recorded=True) as call:
        assert call.said == [f"{GREETING} {load_prompt('notice')}", OFFER]
        assert call.line.recorded == ["began"]
        assert "do_not_record" in tools_of(call)


async def test_a_call_that_ends_while_it_rings_greets_nobody() -> None:
    conversation = Conversation(line=FakeLine(opens=False))
    async with asyncio.timeout(5):
        async with AgentSession[Conversation](llm=ScriptedLLM(), userdata=conversation) as session:
            await session.start(returning())
        assert session.history.messages() == []


async def test_the_model_that_asks_knows_the_name_and_nothing_of_the_story() -> None:
    agent = returning()
    assert "Maria" in str(agent.instructions)
    for secret in ("Lisbon", "tower", PREMISE.plan.splitlines()[0]):
        assert secret not in str(agent.instructions)
    assert agent.chat_ctx.items == []


async def reunited(told: StoryData) -> ReturningAgent:
    return ReturningAgent(broken(), told=told)


async def test_whoever_has_told_their_name_is_offered_to_go_on_and_not_asked_again() -> None:
    tom = gathered("Maria", "Porto")
    async with talk(tom, ANEW, TOLD_ON) as call:
        call.session.userdata.reunite = reunited
        await call.say("Maria, from Porto.")
        assert call.said[-1] == f"{load_prompt('welcome_broken', name='Maria')} {OFFER}"
        await call.say("A new one.")
        agent = call.session.current_agent
        assert isinstance(agent, StoryAgent)
        assert agent.story == StoryData("Maria", "Porto")
        assert agent.premise not in (PREMISE, OTHER)
        assert call.said[-1] == TOLD_ON.text


async def test_they_may_object_to_the_recording_there_too() -> None:
    async with talk(gathered("Maria", "Porto"), is_recorded=True) as call:
        call.session.userdata.reunite = reunited
        await call.say("Maria, from Porto.")
        assert "do_not_record" in tools_of(call)


async def test_whoever_tells_no_name_is_nobodys_story() -> None:
    async with talk(gathered("", "Porto"), TOLD_ON) as call:
        call.session.userdata.reunite = reunited
        await call.say("I would rather not say.")
        assert isinstance(call.session.current_agent, StoryAgent)


async def test_until_the_caller_has_chosen_it_is_their_story() -> None:
    conversation = Conversation(line=FakeLine())
    returning().remember(conversation)
    assert (conversation.story, conversation.premise) == (MARIA, PREMISE)
    assert conversation.told == (OTHER.id,)
    assert conversation.is_offered


async def test_the_very_last_question_is_asked_again_and_no_model_is_waited_for() -> None:
    async with talk(GO_ON, agent=returning()) as call:
        await call.say("Yes, please.")
        agent = call.session.current_agent
        assert isinstance(agent, ResumedStoryAgent)
        assert (agent.story, agent.premise) == (MARIA, PREMISE)
        assert call.said[-1] == f"{load_prompt('going_on')} {QUESTION}"
        assert len(call.llm.asked) == 1


async def test_the_story_goes_on_with_its_history() -> None:
    async with talk(GO_ON, TOLD_ON, agent=returning()) as call:
        await call.say("Yes, please.")
        await call.say("The tower.")
        assert call.said[-1] == TOLD_ON.text
        assert ("assistant", f"You see a tower. {QUESTION}") in call.llm.asked[-1].messages


async def test_an_answer_that_was_heard_is_taken_up_by_the_model() -> None:
    async with talk(GO_ON, TOLD_ON, agent=returning(broken(""))) as call:
        await call.say("Yes, please.")
        assert call.said[-1] == TOLD_ON.text
        assert load_prompt("resume_story") in str(call.llm.asked[-1].messages)


async def test_a_story_of_which_nothing_was_told_begins() -> None:
    async with talk(GO_ON, TOLD_ON, agent=returning(broken("", has_begun=False))) as call:
        await call.say("Yes, please.")
        assert load_prompt("begin_story") in str(call.llm.asked[-1].messages)


async def test_who_wants_a_new_story_is_introduced_and_never_told_the_same() -> None:
    async with talk(ANEW, ASKED, agent=returning()) as call:
        conversation = call.session.userdata
        returning().remember(conversation)
        await call.say("I'm not Maria, I'm her brother.")
        agent = call.session.current_agent
        assert isinstance(agent, IntroAgent)
        assert call.said[-1] == ASKED.text
        assert (conversation.story, conversation.premise) == (None, None)
        assert conversation.told == (OTHER.id, PREMISE.id)
        told = [words for _, words in call.llm.asked[-1].messages]
        assert "I'm not Maria, I'm her brother." in told
        assert not any("tower" in each for each in told)


async def test_a_new_story_is_told_to_whoever_is_there() -> None:
    async with talk(ANEW, ASKED, gathered("Tom", "Porto"), TOLD_ON, agent=returning()) as call:
        await call.say("A new one.")
        await call.say("Tom, from Porto.")
        assert call.session.userdata.story == StoryData("Tom", "Porto")
        assert not call.session.userdata.is_offered
        assert call.session.userdata.premise not in (PREMISE, OTHER)


async def test_somebody_else_may_object_to_the_recording_too() -> None:
    async with talk(ANEW, ASKED, agent=returning(), is_recorded=True) as call:
        await call.say("A new one.")
        assert {"do_not_record", "do_not_call", "information_gathered"} <= tools_of(call)


async def test_a_model_that_chooses_twice_hands_over_once() -> None:
    twice = Answer(calls=(("go_on", {}), ("begin_anew", {})))
    async with talk(twice, agent=returning()) as call:
        await call.say("Yes.")
        assert isinstance(call.session.current_agent, ResumedStoryAgent)
        handovers = [i for i in call.session.history.items if i.type == "agent_handoff"]
        assert len(handovers) == 2


async def test_a_model_that_says_nothing_is_spoken_for() -> None:
    async with talk(Answer(), agent=returning()) as call:
        await call.say("What?")
        assert call.said[-1] == OFFER


async def test_with_a_model_that_never_chooses_the_story_goes_on() -> None:
    chats = [Answer("How nice. Shall I go on?")] * 4
    async with talk(*chats, agent=returning()) as call:
        for _ in chats:
            await call.say("Well.")
        assert call.said[-1] == f"{load_prompt('going_on')} {QUESTION}"


async def test_who_wants_no_story_is_let_go() -> None:
    async with talk(Answer(calls=(("say_goodbye", {}),)), agent=returning()) as call:
        await call.say("Not now.")
        assert [each.text for each in call.line.goodbyes] == [
            load_prompt("goodbye_spoken", name="Maria")
        ]


async def test_who_wants_no_calls_leaves_nothing() -> None:
    async with talk(Answer(calls=(("do_not_call", {}),)), agent=returning()) as call:
        await call.say("Never call me again.")
        assert call.line.blocked == 1
        assert call.session.userdata.leaves_nothing
