"""A participant who joins by web page instead of telephone has the same conversation."""

import pytest

from bot.records import AgentReached, Direction, EndReason
from tests.e2e.house import House, assert_heard

pytestmark = [pytest.mark.e2e, pytest.mark.side_by_side]


async def test_a_visitor_by_web_page_is_told_a_story(house: House) -> None:
    async with house.browse("web-visitor") as call:
        await call.begin_story()
        await call.phone.interrupt("Stop, please. I want to end the call now.", after_s=1.5)
        goodbye = await call.hear_until("for this story", "sleep", "goodbye")
        assert_heard(goodbye, "Peter")
        await call.phone.wait_hung_up(10.0)
        assert call.phone.ended_by == "far end"
        record = await call.record()
        assert record.direction is Direction.WEB
        assert record.from_number is None
        assert record.to_number is None
        assert record.end_reason is EndReason.STORY_FINISHED
        assert record.agent_reached is AgentReached.STORY


async def test_a_visitor_who_closes_the_page_leaves_nothing_behind(house: House) -> None:
    async with house.browse("web-closer") as call:
        await call.phone.wait_for_speech()
        await call.phone.hang_up()
        record = await call.record()
        assert record.end_reason is EndReason.CALLER_HUNG_UP
        assert record.direction is Direction.WEB
