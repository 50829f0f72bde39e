"""A call that is recorded: said before it is, and undone when somebody objects."""

import pytest
from livekit.agents.llm import FunctionCallOutput

from agents.callee import Callee
from agents.conversation import WHO
from agents.intro import IntroAgent
from agents.prompts import load_prompt
from agents.story import StoryData
from agents.storyteller import StoryAgent
from tests.agents.scripted_llm import Answer
from tests.agents.test_conversation import BEGIN, Talk, gathered, talk

MARIA = StoryData("Maria", "Lisbon")
pytestmark = pytest.mark.unit

HELLO = f"{load_prompt('hello', who=WHO)} {load_prompt('notice')}"
OBJECT = Answer(calls=(("do_not_record", {}),))
TOLD = Answer("I have deleted the recording. May I ask your name?")


def results(call: Talk) -> list[str]:
    """What tools have answered."""
    items = call.session.history.items
    return [item.output for item in items if isinstance(item, FunctionCallOutput)]


async def test_a_caller_is_told_first_and_asked_then() -> None:
    async with talk(is_recorded=True) as call:
        assert call.said == [HELLO, load_prompt("greeting_question")]
        assert call.line.recorded == ["began"]


async def test_the_greeting_says_the_same_with_and_without_the_notice() -> None:
    whole = load_prompt("greeting", who=WHO).split(". ")
    assert HELLO.startswith(f"{whole[0]}. ")
    assert load_prompt("greeting_question") == whole[1]


async def test_somebody_who_is_called_is_told_too() -> None:
    callee = Callee(name="Maria")
    async with talk(agent=IntroAgent(callee), is_recorded=True) as call:
        notice = f"{callee.opening(WHO)} {load_prompt('notice')}"
        assert call.said == [notice, load_prompt("ask_location")]
        assert call.line.recorded == ["began"]


async def test_with_everything_known_they_are_told_before_the_story() -> None:
    callee = Callee("Maria", "Lisbon")
    async with talk(BEGIN, agent=IntroAgent(callee), is_recorded=True) as call:
        assert load_prompt("notice") in call.said[0]
        assert call.said[1:] == [BEGIN.text]
        assert call.line.recorded == ["began"]


async def test_nobody_is_told_or_recorded_where_calls_are_not() -> None:
    async with talk() as call:
        assert call.said == [load_prompt("greeting", who=WHO)]
        assert call.line.recorded == []
        assert "do_not_record" not in tools_of(call)


@pytest.mark.parametrize("can_delete", [True, False])
async def test_whoever_objects_is_told_what_became_of_it(can_delete: bool) -> None:
    async with talk(OBJECT, TOLD, is_recorded=True) as call:
        call.line.can_delete = can_delete
        await call.say("Do not record this.")
        assert call.line.recorded == ["began", "refused"]
        prompt = "recording_deleted" if can_delete else "recording_stopped"
        assert results(call) == [load_prompt(prompt)]
        assert call.said[-1] == TOLD.text


async def test_the_storyteller_heeds_an_objection_too() -> None:
    answers = (gathered("Maria", "Lisbon"), BEGIN, OBJECT, TOLD)
    async with talk(*answers, is_recorded=True) as call:
        await call.say("I am Maria from Lisbon.")
        assert isinstance(call.session.current_agent, StoryAgent)
        await call.say("Wait, I do not want to be recorded.")
        assert call.line.recorded[-1] == "refused"


async def test_a_model_that_objects_300_times_in_one_answer_is_heard_once() -> None:
    many = Answer(calls=OBJECT.calls * 300)
    async with talk(BEGIN, many, TOLD, agent=StoryAgent(MARIA, is_recorded=True)) as call:
        await call.say("I open the door.")
        assert call.line.recorded == ["refused"]
        assert call.said[-1] == TOLD.text


async def test_a_model_that_does_nothing_but_object_is_heard_in_one_turn() -> None:
    agent = StoryAgent(MARIA, is_recorded=True)
    async with talk(BEGIN, agent=agent, then=OBJECT) as call:
        await call.say("I open the door.")
        heard, asked = len(call.line.recorded), len(call.llm.asked)
        assert heard <= 4  # LiveKit asks again after three tools, and then without any
        for turn in range(1, 3):
            await call.say("I go in.")
            assert len(call.line.recorded) == heard
            assert len(call.llm.asked) == asked + turn
        assert call.said[-1] == load_prompt("what_next", name="Maria")


async def test_whoever_objects_may_do_so_again_while_it_could_not_be_deleted() -> None:
    async with talk(OBJECT, TOLD, is_recorded=True) as call:
        call.line.can_delete = False
        await call.say("Do not record this.")
        assert "do_not_record" in tools_of(call)


def tools_of(call: Talk) -> set[str]:
    return {tool.id for tool in call.session.current_agent.tools}
