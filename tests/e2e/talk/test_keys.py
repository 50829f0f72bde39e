"""A caller who presses keys instead of speaking."""

import asyncio

import pytest

from bot.records import AgentReached, EndReason
from tests.e2e.house import House, assert_heard, assert_one_heard

pytestmark = [pytest.mark.e2e, pytest.mark.side_by_side]

# Where the left door and the right one lead, and the goodbye: see tests/e2e/stories.
CELLAR = ("cellar", "robot", "teaspoon")
QUESTION = ("left", "right", "door")
GOODBYES = ("for this story", "sleep", "goodbye", "bye bye")


async def test_keys_choose_repeat_interrupt_and_end(house: House) -> None:
    async with house.ring() as call:
        assert_one_heard(await call.introduce("I'm Peter from Berlin."), *QUESTION)
        await call.phone.press("0")
        assert_one_heard(await call.hear(20.0), *QUESTION)
        await call.phone.press("*")
        assert_one_heard(await call.hear(20.0), *QUESTION)
        await call.phone.press("2")
        assert_one_heard(await call.hear(20.0), *CELLAR)
        await call.phone.say("Anna.")
        await call.phone.wait_for_speech(20.0)
        await asyncio.sleep(1.0)
        await call.phone.press("#")
        assert_heard(await call.hear_until(*GOODBYES), "Peter")
        await call.phone.wait_hung_up(10.0)
        assert call.phone.ended_by == "far end"
        assert call.phone.heard_to_the_end, "the goodbye was cut"
        record = await call.record()
        assert record.end_reason is EndReason.STORY_FINISHED
        assert record.agent_reached is AgentReached.STORY
        assert record.turns == 4  # the name, "more slowly" and the choice by key, the robot's name
