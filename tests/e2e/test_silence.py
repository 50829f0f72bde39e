"""A caller who says nothing."""

import pytest

from bot.records import AgentReached, EndReason
from tests.e2e.house import House

pytestmark = pytest.mark.e2e


async def test_a_silent_caller_is_asked_twice_and_then_let_go(house: House) -> None:
    async with house.ring() as call:
        await call.hear_greeting()
        assert "listening" in await call.hear_until("listening")
        assert "anything" in await call.hear_until("anything")
        assert "book" in await call.hear_until("book")
        await call.phone.wait_hung_up(15.0)
        assert call.phone.ended_by == "far end"
        assert call.phone.heard_to_the_end, "the goodbye was cut"
        record = await call.record()
        assert record.end_reason is EndReason.SILENCE
        assert record.agent_reached is AgentReached.INTRO
        assert record.turns == 0


async def test_a_caller_who_answers_the_question_is_not_let_go(house: House) -> None:
    async with house.ring() as call:
        await call.hear_greeting()
        await call.hear_until("listening")
        await call.phone.say("I'm Peter from Berlin.")
        assert "Berlin" in await call.hear_until("Berlin")
        await call.phone.hang_up()
        assert (await call.record()).end_reason is EndReason.CALLER_HUNG_UP
