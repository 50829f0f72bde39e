"""A caller who has had enough, while another call of the same number goes on."""

import asyncio

import pytest

from bot.records import CallRecord, EndReason
from tests.e2e.house import SETTLE_S, House, assert_one_heard

pytestmark = pytest.mark.e2e


async def last_record_of(house: House, number: str) -> CallRecord:
    """The newest call of a number, once it is closed."""
    async with asyncio.timeout(SETTLE_S):
        while True:
            record = next(r for r in await house.store.recent(1000) if r.from_number == number)
            if not record.is_open:
                return record
            await asyncio.sleep(0.1)


async def test_who_has_too_many_calls_at_once_is_told_so_and_the_first_goes_on(
    house: House,
) -> None:
    await house.use_worker(STORYLINE_CALLER_AT_ONCE="1")
    number = house.new_number()
    async with house.ring(number) as first:
        await first.phone.wait_for_speech()
        ringing = await house.start_ringing(number)
        second = await ringing.wait_answered()
        try:
            assert_one_heard((await second.hear()).text, "enough", "stories")
            await second.wait_hung_up(10.0)
            assert second.ended_by == "far end"
            assert second.heard_to_the_end, "the sentence was cut"
        finally:
            await second.aclose()
        assert not first.phone.is_over
        turned_away = await last_record_of(house, number)
        assert turned_away.end_reason is EndReason.LIMIT_REACHED
        assert turned_away.error == "calls of one number at once"
        assert turned_away.turns == 0
