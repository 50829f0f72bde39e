"""A caller whose call broke off in mid-story, and who rings again from the same number."""

import pytest

from bot.records import AgentReached, EndReason
from tests.e2e.house import GREETING_END, House, assert_heard, assert_one_heard, is_heard

pytestmark = [pytest.mark.e2e, pytest.mark.side_by_side]

# What the first scene asks, and where the right door leads: see tests/e2e/stories.
QUESTION = ("left", "right", "door")
CELLAR = ("cellar", "robot", "teaspoon")


async def test_the_story_goes_on_at_the_question_where_it_broke_off(house: House) -> None:
    number = house.new_number()
    async with house.ring(number) as call:
        assert_one_heard(await call.introduce("I'm Peter from Berlin."), *QUESTION)
        await call.phone.hang_up()
        assert (await call.record()).end_reason is EndReason.CALLER_HUNG_UP
    async with house.ring(number) as call:
        offer = await call.hear_until("new one", "begin")
        assert_heard(offer, "Peter")
        assert not is_heard(offer, GREETING_END), "nobody is asked who they are"
        await call.phone.press("1")
        assert_one_heard(await call.hear(20.0), *QUESTION)
        await call.phone.say("The right door.")
        assert_one_heard(await call.hear(20.0), *CELLAR)
        await call.phone.hang_up()
        assert (await call.record()).agent_reached is AgentReached.STORY
