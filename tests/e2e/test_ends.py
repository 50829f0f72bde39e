"""Calls that end by no wish of the caller: the line is closed, and one record says why."""

import asyncio
import os
import signal

import pytest

from bot.records import AgentReached, EndReason
from tests.e2e.house import House, TestCall

pytestmark = pytest.mark.e2e

# The promise for a caller whose process has died.
CLOSED_WITHIN_S = 10.0


async def test_a_job_that_is_killed_does_not_leave_its_caller_in_silence(house: House) -> None:
    async with house.ring() as call:
        await call.begin_story()
        (job,) = house.stack.job_pids()
        os.kill(job, signal.SIGKILL)
        await _is_closed_as_crashed(call)


async def test_a_worker_that_is_killed_ends_its_calls_when_it_is_started_again(
    house: House,
) -> None:
    async with house.ring() as call:
        await call.begin_story()
        await house.stack.kill_worker()
        assert not call.phone.is_over
        await house.use_worker()
        await _is_closed_as_crashed(call)


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


async def _is_closed_as_crashed(call: TestCall) -> None:
    begun_s = call.phone.now_s
    await call.phone.wait_hung_up(CLOSED_WITHIN_S)
    assert call.phone.ended_by == "far end"
    rest_s = CLOSED_WITHIN_S - (call.phone.now_s - begun_s)
    record = await call.record(within_s=max(1.0, rest_s))
    assert record.end_reason is EndReason.CRASHED
    assert record.agent_reached is AgentReached.STORY
    assert record.error
