"""Callers who hang up, at every point of a call: nothing of it is left behind."""

import asyncio

import pytest

from bot.records import AgentReached, EndReason
from local.caller import CallFailed
from tests.e2e.house import House

pytestmark = pytest.mark.e2e

LOOK_S = 0.01


async def test_a_caller_who_gives_up_while_it_rings_was_never_answered(house: House) -> None:
    ringing = await house.start_ringing(house.new_number())
    try:
        room_name = await _room_of_the_job(house)
    finally:
        await ringing.cancel()
    with pytest.raises(CallFailed) as failure:
        await ringing.wait_answered(1.0)
    assert failure.value.status_code == 487
    # A job that finds nobody in its room waits for ten seconds before it gives up.
    record = await house.closed_record(room_name, within_s=15.0)
    assert record.end_reason is EndReason.NEVER_ANSWERED
    assert record.answered_at is None
    assert record.turns == 0


async def _room_of_the_job(house: House) -> str:
    """Wait for the record of the only call there is: its job answers about 0.2 s later."""
    async with asyncio.timeout(10.0):
        while True:
            for record in await house.store.open_calls():
                return record.room_name
            await asyncio.sleep(LOOK_S)


@pytest.mark.side_by_side
async def test_a_caller_who_hangs_up_on_the_greeting(house: House) -> None:
    async with house.ring() as call:
        await call.phone.wait_for_speech()
        await call.phone.hang_up()
        record = await call.record()
        assert record.end_reason is EndReason.CALLER_HUNG_UP
        assert record.agent_reached is AgentReached.INTRO
        assert record.answered_at is not None
        assert record.turns == 0


@pytest.mark.side_by_side
async def test_a_caller_who_hangs_up_in_mid_story(house: House) -> None:
    async with house.ring() as call:
        await call.begin_story()
        await call.phone.hang_up()
        assert call.phone.ended_by == "caller"
        record = await call.record()
        assert record.end_reason is EndReason.CALLER_HUNG_UP
        assert record.agent_reached is AgentReached.STORY
        assert record.error is None
