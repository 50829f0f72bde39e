"""A call that takes too long, by the settings of a worker of its own."""

import pytest

from bot.records import AgentReached, EndReason
from tests.e2e.house import House

pytestmark = pytest.mark.e2e


async def test_a_call_that_takes_too_long_is_wound_down_and_ended(house: House) -> None:
    await house.use_worker(STORYLINE_MAX_CALL_S="38", STORYLINE_WIND_DOWN_S="16")
    async with house.ring() as call:
        await call.begin_story()
        await call.hear_until("nearly")
        winding_down_s = call.phone.now_s
        await call.hear_until("our time is over")
        assert call.phone.now_s > winding_down_s + 5.0, "no time for a last word"
        await call.phone.wait_hung_up(15.0)
        assert call.phone.ended_by == "far end"
        assert call.phone.heard_to_the_end, "the goodbye was cut"
        record = await call.record()
        assert record.end_reason is EndReason.TIME_LIMIT
        assert record.agent_reached is AgentReached.STORY
