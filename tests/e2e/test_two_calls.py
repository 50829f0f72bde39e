"""Two callers at once: each has a call of their own."""

import asyncio

import pytest

from bot.records import AgentReached, CallRecord
from tests.e2e.house import House, assert_heard, has_word

pytestmark = pytest.mark.e2e


async def test_two_calls_at_once_never_mix(house: House) -> None:
    (peter_heard, peter), (robert_heard, robert) = await asyncio.gather(
        _call(house, "I'm Peter from Berlin.", "Berlin"),
        _call(house, "I'm Robert from Chicago.", "Chicago"),
    )
    assert_heard(peter_heard, "Peter")
    assert_heard(robert_heard, "Robert")
    assert not any(has_word(peter_heard, word) for word in ("Robert", "Chicago"))
    assert not any(has_word(robert_heard, word) for word in ("Peter", "Berlin"))
    assert peter.room_name != robert.room_name
    assert peter.call_id != robert.call_id
    assert peter.sip_call_id != robert.sip_call_id
    assert peter.job_id != robert.job_id


async def _call(house: House, who: str, place: str) -> tuple[str, CallRecord]:
    async with house.ring() as call:
        await call.answer_greeting(who)
        heard = await call.hear_until(place)
        await call.phone.hang_up()
        record = await call.record()
    assert record.agent_reached is AgentReached.STORY
    assert record.from_number == call.from_number
    return heard, record
