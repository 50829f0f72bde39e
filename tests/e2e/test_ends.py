"""Calls that end by no wish of the caller: the line is closed, and one record says why."""

import asyncio
import os
import signal
from contextlib import suppress

import pytest

from bot.records import AgentReached, EndReason
from local.caller import CallEnded
from tests.e2e.failing import STORY, WHO, hang_up
from tests.e2e.house import House

pytestmark = pytest.mark.e2e

# From the start of the next worker, which is not there at once.
GOES_ON_WITHIN_S = 15.0


async def test_an_introduction_whose_job_is_killed_goes_on_and_asks_nothing_twice(
    house: House,
) -> None:
    async with house.ring() as call:
        await call.hear()
        _kill_the_job(house)
        await call.hear_until("lost my thread")
        await call.phone.say(WHO)
        await call.hear_until(STORY)
        _kill_the_job(house)
        await call.hear_until("lost my thread")
        assert await hang_up(call) is AgentReached.STORY


async def test_a_worker_that_is_killed_leaves_no_caller_in_silence(house: House) -> None:
    async with house.ring() as call:
        await call.begin_story()
        await house.stack.kill_worker()
        assert not call.phone.is_over
        await house.use_worker()
        # Whoever starts in time goes on; by whoever starts slowly the line is closed.
        with suppress(CallEnded):
            await call.phone.wait_for_speech(GOES_ON_WITHIN_S)
        await call.phone.hang_up()
        record = await call.record()
        assert record.end_reason in (EndReason.CRASHED, EndReason.CALLER_HUNG_UP)
        assert record.agent_reached is AgentReached.STORY


async def test_a_worker_that_is_stopped_says_goodbye_to_its_callers(house: House) -> None:
    async with house.ring() as call:
        await call.begin_story()
        stopping = asyncio.create_task(house.stack.stop_worker(grace_s=60.0))
        try:
            await call.hear_until("book")
            await call.phone.wait_hung_up(15.0)
        finally:
            await stopping
        assert call.phone.ended_by == "far end"
        assert call.phone.heard_to_the_end, "the goodbye was cut"
        assert (await call.record()).end_reason is EndReason.WORKER_SHUTDOWN


def _kill_the_job(house: House) -> None:
    (job,) = house.stack.job_pids()
    os.kill(job, signal.SIGKILL)
