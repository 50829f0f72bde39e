"""A call that is recorded: said before it is, and undone when somebody objects."""

import pytest
from livekit.agents.llm import FunctionCallOutput

from agents.callee import Callee
from agents.conversation import WHO
from agents.intro import IntroAgent
from agents.prompts import load_prompt
from agents.storyteller import StoryAgent
from tests.agents.scripted_llm import Answer
from tests.agents.test_conversation import BEGIN, Talk, gathered, talk

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


def tools_of(call: Talk) -> set[str]:
    return {tool.id for tool in call.session.current_agent.tools}
