"""The story told by the pipeline because the settings say so: the same conversation.

It wants a worker of its own, as all that `test_worker_*.py` hold: the last files.
"""

import pytest

from bot.records import AgentReached, EndReason, Records
from local.providers.script import ChatTurn, Script, ToolUse
from local.providers.seen import SeenRequest
from tests.e2e.house import House, assert_heard
from tests.e2e.whole_story import GOODBYES, is_let_go

pytestmark = pytest.mark.e2e


async def test_the_pipeline_tells_the_story_when_it_is_chosen_and_remembers_the_caller(
    house: House,
) -> None:
    await house.use_worker(STORYLINE_STORY_MODE="pipeline")
    before, number = len(await asked_of(house, "realtime")), house.new_number()
    async with house.ring(number) as call:
        await call.introduce("I'm Peter from Berlin.")
        await call.phone.say("Let us end here.")
        assert_heard(await call.hear_until("next time", "remember"), "remember")
        await call.phone.say("Yes, please.")
        await call.hear_until(*GOODBYES)
        await is_let_go(call)
        assert (await call.record()).agent_reached is AgentReached.STORY
    assert len(await asked_of(house, "realtime")) == before
    async with Records.open(house.stack.database_url) as records:
        [person] = await records.memories.of(number)
    assert [story.line for story in person.told] == [""], "it was stopped before its end"


async def test_the_pipeline_is_answered_by_keys_too_and_says_no_markup(house: House) -> None:
    await house.use_worker(STORYLINE_STORY_MODE="pipeline")
    async with house.ring() as call:
        await call.introduce("I'm Peter from Berlin.")
        written = "*sighs* **Peter**, the cellar has 2 robots 🤖. Shall we sing, or dance?"
        await house.providers.script(
            Script(chat=(ChatTurn(written), ChatTurn("Two robots are in the kitchen.")))
        )
        await call.phone.press("2")
        heard = await call.hear(20.0)
        assert_heard(heard, "robots", "dance")
        assert "sigh" not in heard.lower()
        assert (await speeds(house))[-1] == 1.0
        await call.phone.press("*")
        assert_heard(await call.hear(20.0), "kitchen")
        assert (await speeds(house))[-1] == 0.85, "the voice was not slowed down"
        await call.phone.press("#")
        await call.hear_until("for this story", "goodbye", "bye bye")
        await call.phone.wait_hung_up(10.0)
        assert (await call.record()).end_reason is EndReason.STORY_FINISHED


async def test_a_model_that_only_calls_a_tool_leaves_the_caller_with_a_story(
    house: House,
) -> None:
    await house.use_worker(STORYLINE_STORY_MODE="pipeline")
    gathered = ToolUse("information_gathered", {"name": "Peter", "location": "Berlin"})
    async with house.ring() as call:
        await house.providers.script(Script(chat=(ChatTurn(tool_calls=(gathered,) * 9),) * 60))
        assert_heard(await call.introduce("I'm Peter from Berlin."), "Peter", "door")
        await call.phone.say("I open it.")
        await call.hear_until("next")
        await call.phone.hang_up()
        assert (await call.record()).agent_reached is AgentReached.STORY


async def speeds(house: House) -> list[float]:
    """What the voice was asked for, from the first sentence to the last."""
    return [seen.details["speed"] for seen in await asked_of(house, "speech")]


async def asked_of(house: House, service: str) -> list[SeenRequest]:
    return [seen for seen in await house.providers.requests() if seen.service == service]
