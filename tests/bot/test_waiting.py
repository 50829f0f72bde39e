"""Waiting for the first of several things."""

import asyncio

import pytest

from bot.waiting import first_of

pytestmark = [pytest.mark.unit, pytest.mark.looptime, pytest.mark.asyncio(loop_scope="function")]


async def test_the_first_ends_the_waiting_and_the_others_are_dropped() -> None:
    dropped = asyncio.Event()

    async def long() -> None:
        try:
            await asyncio.sleep(100)
        finally:
            dropped.set()

    began_s = asyncio.get_running_loop().time()
    await first_of(asyncio.sleep(2), long())
    assert asyncio.get_running_loop().time() - began_s == pytest.approx(2)
    assert dropped.is_set()


async def test_nothing_is_waited_for_longer_than_the_limit() -> None:
    began_s = asyncio.get_running_loop().time()
    await first_of(asyncio.sleep(100), timeout_s=3)
    assert asyncio.get_running_loop().time() - began_s == pytest.approx(3)


async def test_what_a_wait_has_raised_is_raised() -> None:
    async def fail() -> None:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        await first_of(fail(), asyncio.sleep(100))


async def test_nothing_is_left_running_when_the_waiting_is_cancelled() -> None:
    dropped = asyncio.Event()

    async def long() -> None:
        try:
            await asyncio.sleep(100)
        finally:
            dropped.set()

    waiting = asyncio.create_task(first_of(long()))
    await asyncio.sleep(1)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert dropped.is_set()
