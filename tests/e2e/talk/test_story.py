"""Callers who talk to Echo: what they hear, and that nothing of their call is left behind."""

import pytest

from bot.records import AgentReached, EndReason
from tests.e2e.house import House, assert_heard
from tests.e2e.whole_story import GOODBYES, hear_whole_story, is_let_go

pytestmark = [pytest.mark.e2e, pytest.mark.side_by_side]


async def test_the_whole_story_is_told_and_ends_with_a_goodbye(house: House) -> None:
    async with house.ring() as call:
        turns = await hear_whole_story(call)
        record = await call.record()
        assert record.end_reason is EndReason.STORY_FINISHED
        assert record.agent_reached is AgentReached.STORY
        assert record.turns == turns + 1
        assert record.from_number == call.from_number
        assert record.to_number == house.stack.number
        assert record.sip_call_id
        assert record.answered_at is not None
        assert record.error is None


async def test_a_caller_who_says_stop_in_mid_story_is_let_go_with_a_goodbye(house: House) -> None:
    async with house.ring() as call:
        await call.begin_story()
        await call.phone.interrupt("Stop, please. I want to end the call now.")
        assert_heard(await call.hear_until(*GOODBYES), "Peter")
        await is_let_go(call)
        assert (await call.record()).end_reason is EndReason.STORY_FINISHED
