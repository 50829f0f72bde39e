"""An answer that is due: settled, failed, or asked for once more."""

import asyncio

import pytest

from bot.talk.floor.debt import Debt

pytestmark = [pytest.mark.unit, pytest.mark.looptime, pytest.mark.asyncio(loop_scope="function")]


def now_s() -> float:
    return asyncio.get_running_loop().time()


async def test_a_debt_is_open_and_has_not_failed() -> None:
    debt = Debt()
    assert (debt.is_open, debt.has_failed) == (True, False)


async def test_waiting_for_it_ends_when_it_is_settled() -> None:
    debt, began_s = Debt(), now_s()
    asyncio.get_running_loop().call_later(2, debt.settle)
    assert await debt.settled_within(3)
    assert (now_s() - began_s, debt.is_open) == (2.0, False)


async def test_waiting_for_it_ends_after_the_limit() -> None:
    debt, began_s = Debt(), now_s()
    assert not await debt.settled_within(3)
    assert (now_s() - began_s, debt.is_open) == (3.0, True)


async def test_nobody_waits_for_an_answer_that_has_failed() -> None:
    debt, began_s = Debt(), now_s()
    debt.fail()
    assert not await debt.settled_within(3)
    assert (now_s() - began_s, debt.is_open, debt.has_failed) == (0.0, True, True)


async def test_an_answer_that_is_asked_for_again_is_waited_for_again() -> None:
    debt, began_s = Debt(), now_s()
    debt.fail()
    debt.begin_again()
    assert not debt.has_failed
    asyncio.get_running_loop().call_later(1, debt.settle)
    assert await debt.settled_within(3)
    assert now_s() - began_s == 1.0


async def test_what_is_settled_stays_settled() -> None:
    debt = Debt()
    debt.settle()
    debt.begin_again()
    assert await debt.settled_within(0)
