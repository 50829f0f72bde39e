"""Telephones that ring: two of them in one process, over loopback."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from local.caller import CallFailed, CallTimeout, SipCaller

pytestmark = pytest.mark.stack

NOWHERE = "http://127.0.0.1:9"  # nothing is said on these calls
NUMBER = "+12025550177"


async def test_a_telephone_rings_is_answered_and_hangs_up() -> None:
    async with SipCaller(NOWHERE) as caller:
        telephone = await caller.telephone(NUMBER)
        placed = await caller.start_dial(caller.address, NUMBER)
        ringing = await telephone.wait_call(5.0)
        await placed.wait_ringing()
        here = await ringing.answer()
        there = await placed.wait_answered(5.0)
        await here.hang_up()
        await there.wait_hung_up(5.0)
        assert (here.ended_by, there.ended_by) == ("caller", "far end")
        assert "+12025550123" in ringing.caller_uri
        assert telephone.calls == [ringing]


async def test_a_call_that_is_given_up_while_it_rings_is_noticed() -> None:
    async with SipCaller(NOWHERE) as caller:
        telephone = await caller.telephone(NUMBER)
        placed = await caller.start_dial(caller.address, NUMBER)
        ringing = await telephone.wait_call(5.0)
        with pytest.raises(CallTimeout):
            await ringing.wait_given_up(0.2)
        await placed.cancel()
        assert await ringing.wait_given_up(5.0) < 5.0
        with pytest.raises(CallFailed):
            await ringing.answer()


async def test_an_event_loop_that_is_busy_misses_no_ringing() -> None:
    async with SipCaller(NOWHERE) as caller:
        telephone = await caller.telephone(NUMBER)
        async with busy_loop():
            placed = await caller.start_dial(caller.address, NUMBER)
            await telephone.wait_call(5.0)
            await placed.wait_ringing()
        await placed.cancel()


@asynccontextmanager
async def busy_loop(step_s: float = 0.1) -> AsyncIterator[None]:
    """Every step of the event loop takes so long that what comes meanwhile comes together."""

    async def work() -> None:
        while True:
            time.sleep(step_s)  # noqa: ASYNC251 - to block is the point
            await asyncio.sleep(0)

    working = asyncio.create_task(work())
    try:
        yield
    finally:
        working.cancel()


async def test_a_telephone_that_nobody_rings_says_so() -> None:
    async with SipCaller(NOWHERE) as caller:
        telephone = await caller.telephone(NUMBER)
        with pytest.raises(CallTimeout):
            await telephone.wait_call(0.1)
