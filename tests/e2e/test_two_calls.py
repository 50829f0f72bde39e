"""Two callers at once: each has a call of their own."""

import asyncio

import pytest

from bot.records import AgentReached, CallRecord
from tests.e2e.house import House

pytestmark = pytest.mark.e2e


async def test_two_calls_at_once_never_mix(house: House) -> None:
    (peter_heard, peter), (tom_heard, tom) = await asyncio.gather(
        _call(house, "I'm Peter from Berlin.", "Berlin"),
        _call(house, "This is Tom, from Chicago.", "Chicago"),
    )
    assert "Peter" in peter_heard
    assert "Tom" in tom_heard
    assert not any(word in peter_heard for word in ("Tom", "Chicago"))
    assert not any(word in tom_heard for word in ("Peter", "Berlin"))
    assert peter.room_name != tom.room_name
    assert peter.call_id != tom.call_id
    assert peter.sip_call_id != tom.sip_call_id
    assert peter.job_id != tom.job_id


async def _call(house: House, who: str, place: str) -> tuple[str, CallRecord]:
    async with house.ring() as call:
        await call.answer_greeting(who)
        heard = await call.hear_until(place)
        await call.phone.hang_up()
        record = await call.record()
    assert record.agent_reached is AgentReached.STORY
    assert record.from_number == call.from_number
    return heard, record
