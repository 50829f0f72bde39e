"""A caller who says nothing."""

import pytest

from bot.records import AgentReached, EndReason
from tests.e2e.house import GREETING, House, assert_heard

pytestmark = [pytest.mark.e2e, pytest.mark.side_by_side]


async def test_a_silent_caller_is_asked_twice_and_then_let_go(house: House) -> None:
    async with house.ring() as call:
        assert_heard(await call.hear(), GREETING)
        await call.hear_until("listening")
        await call.hear_until("anything")
        await call.hear_until("book")
        await call.phone.wait_hung_up(15.0)
        assert call.phone.ended_by == "far end"
        assert call.phone.heard_to_the_end, "the goodbye was cut"
        record = await call.record()
        assert record.end_reason is EndReason.SILENCE
        assert record.agent_reached is AgentReached.INTRO
        assert record.turns == 0
