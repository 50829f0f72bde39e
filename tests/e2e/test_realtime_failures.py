"""The realtime model fails before or in the middle of a story: the pipeline tells it."""

import pytest

from bot.records import AgentReached
from local.providers.faults import Fault
from tests.e2e.failing import APOLOGY, FILLER, STORY, WHO, hang_up
from tests.e2e.house import House, assert_heard

pytestmark = pytest.mark.e2e


async def test_the_story_is_told_without_the_realtime_model_when_it_is_away(house: House) -> None:
    await house.providers.fault(Fault("realtime", "http_error", status=503, times=None))
    async with house.ring() as call:
        opening = await call.introduce(WHO)
        assert_heard(opening, STORY)
        assert APOLOGY not in opening.lower()
        assert await hang_up(call) is AgentReached.STORY


async def test_a_realtime_model_lost_in_mid_story_is_replaced(house: House) -> None:
    async with house.ring() as call:
        await call.introduce()
        await house.providers.fault(Fault("realtime", "cut"))
        await call.hear_until(APOLOGY)
        await call.hear_until("?")
        await call.phone.say("Yes, please.")
        assert await call.hear(20.0)
        assert await hang_up(call) is AgentReached.STORY


async def test_a_realtime_model_that_stalls_is_replaced(house: House) -> None:
    async with house.ring() as call:
        await call.introduce()
        await house.providers.fault(Fault("realtime", "stall", times=None))
        await call.phone.say("Yes, please.")
        await call.hear_until(FILLER)
        await call.hear_until(APOLOGY)
        await call.hear_until("?")
        assert await hang_up(call) is AgentReached.STORY
