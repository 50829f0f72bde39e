"""Nobody is called twice: every step of an order has one winner, on SQLite and on PostgreSQL."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, event

from bot.records import (
    BlockedBy,
    Direction,
    EndReason,
    Ledger,
    LineLimits,
    NotToday,
    NumberBusy,
    Order,
    OrderRefused,
    OrderState,
    Records,
    TrunkBusy,
)
from sip.calls.outcome import Outcome
from tests.bot.records.orders import PLENTY, an_order
from tests.bot.records.records import EVERY_DATABASE, NOON, a_call

pytestmark = EVERY_DATABASE

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)


async def walk(ledger: Ledger, order: Order, state: OrderState) -> Order:
    """The order, taken as far as `state`."""
    await ledger.accept(order, PLENTY, again=True)
    steps: list[tuple[OrderState, Callable[[], Awaitable[object]]]] = [
        (OrderState.TAKEN, lambda: ledger.take(order.call_id, "AJ_1", NOON)),
        (OrderState.READY, lambda: ledger.mark_ready(order.call_id)),
        (OrderState.DIALING, lambda: ledger.claim_dialling(order.call_id, NOON)),
        (OrderState.RINGING, lambda: ledger.mark_ringing(order.call_id)),
        (OrderState.ANSWERED, lambda: ledger.mark_answered(order.call_id, NOON)),
        (OrderState.ENDED, lambda: ledger.end(order.call_id, Outcome.FAILED, NOON)),
    ]
    for reached, step in steps:
        if list(OrderState).index(reached) <= list(OrderState).index(state):
            assert await step()
    found = await ledger.get(order.call_id)
    assert found is not None and found.state is state
    return found


async def test_every_field_comes_back_as_it_was_written(ledger: Ledger) -> None:
    order = an_order(idempotency_key="k", name="Maria", location="Lisbon")
    assert await ledger.accept(order, PLENTY) == (order, True)
    assert await ledger.get(order.call_id) == order
    assert await ledger.with_key("k") == order
    assert await ledger.get("nobody") is None


async def test_an_answered_call_keeps_what_answered_and_how_it_ended(ledger: Ledger) -> None:
    order = await walk(ledger, an_order(), OrderState.ANSWERED)
    assert (order.outcome, order.answered_at, order.job_id) == (Outcome.ANSWERED, NOON, "AJ_1")
    assert await ledger.correct_outcome(order.call_id, Outcome.VOICEMAIL)
    assert await ledger.end(order.call_id, Outcome.FAILED, NOON + MINUTE, detail="over")
    ended = await ledger.get(order.call_id)
    assert ended is not None
    assert (ended.state, ended.outcome, ended.detail, ended.ended_at) == (
        OrderState.ENDED,
        Outcome.VOICEMAIL,
        "over",
        NOON + MINUTE,
    )


async def test_the_outcome_of_a_call_nobody_answered_is_the_one_it_ends_with(
    ledger: Ledger,
) -> None:
    order = await walk(ledger, an_order(), OrderState.RINGING)
    assert await ledger.end(order.call_id, Outcome.BUSY, NOON, sip_status=486)
    ended = await ledger.get(order.call_id)
    assert ended is not None and (ended.outcome, ended.sip_status) == (Outcome.BUSY, 486)
    assert not await ledger.end(order.call_id, Outcome.FAILED, NOON), "it had ended"


async def test_one_key_is_one_order_however_many_ask_at_once(database: str) -> None:
    async def ask() -> tuple[Order, bool]:
        async with Records.open(database) as records:
            return await records.orders.accept(an_order(idempotency_key="only"), PLENTY)

    answers = await asyncio.gather(*(ask() for _ in range(12)))
    assert [is_new for _, is_new in answers].count(True) == 1
    assert len({order.call_id for order, _ in answers}) == 1


async def test_one_number_without_a_key_is_asked_for_once_however_many_ask(database: str) -> None:
    async def ask() -> bool:
        async with Records.open(database) as records:
            try:
                await records.orders.accept(an_order(), PLENTY)
            except OrderRefused:
                return False
            return True

    assert (await asyncio.gather(*(ask() for _ in range(12)))).count(True) == 1


async def test_a_key_is_not_for_two_numbers(ledger: Ledger) -> None:
    await ledger.accept(an_order(idempotency_key="k"), PLENTY)
    other = an_order(idempotency_key="k", number="+12025550124")
    with pytest.raises(OrderRefused, match="another number") as caught:
        await ledger.accept(other, PLENTY)
    assert "555" not in str(caught.value)


@pytest.mark.parametrize("state", [s for s in OrderState if s is not OrderState.ENDED])
async def test_a_number_that_is_being_called_is_not_called_again(
    ledger: Ledger, state: OrderState
) -> None:
    await walk(ledger, an_order(), state)
    later = an_order(asked_at=NOON + SECOND)
    with pytest.raises(OrderRefused, match="being called"):
        await ledger.accept(later, PLENTY)
    with pytest.raises(OrderRefused, match="being called"):
        await ledger.check(later, PLENTY)
    for key in (None, "another"):
        with pytest.raises(NumberBusy):
            await ledger.accept(replace(later, idempotency_key=key), PLENTY, again=True)


async def test_a_minute_after_it_was_dialled_a_number_may_be_called_again(ledger: Ledger) -> None:
    order = await walk(ledger, an_order(), OrderState.DIALING)
    await ledger.end(order.call_id, Outcome.BUSY, NOON + SECOND)
    with pytest.raises(OrderRefused):
        await ledger.accept(an_order(asked_at=NOON + MINUTE - SECOND), PLENTY)
    assert (await ledger.accept(an_order(asked_at=NOON + MINUTE + SECOND), PLENTY))[1]


async def test_a_call_that_never_dialled_is_in_nobodys_way(ledger: Ledger) -> None:
    order = await walk(ledger, an_order(), OrderState.READY)
    await ledger.end(order.call_id, Outcome.FAILED, NOON)
    assert (await ledger.accept(an_order(asked_at=NOON + SECOND), PLENTY))[1]


async def test_an_order_that_nobody_took_is_not_for_ever_in_the_way(ledger: Ledger) -> None:
    await ledger.accept(an_order(), PLENTY)
    assert (await ledger.accept(an_order(asked_at=NOON + 2 * MINUTE), PLENTY))[1]


async def test_a_queued_order_is_in_the_way_for_less_than_a_minute(ledger: Ledger) -> None:
    await walk(ledger, an_order(), OrderState.QUEUED)
    with pytest.raises(NumberBusy):
        await ledger.accept(an_order(asked_at=NOON + MINUTE - SECOND), PLENTY)
    assert (await ledger.accept(an_order(asked_at=NOON + MINUTE), PLENTY))[1]


async def test_an_order_that_a_job_has_is_in_the_way_however_old_it_is(ledger: Ledger) -> None:
    await walk(ledger, an_order(), OrderState.TAKEN)
    with pytest.raises(NumberBusy):
        await ledger.accept(an_order(asked_at=NOON + 5 * MINUTE), PLENTY)


async def test_a_job_takes_an_order_that_nobody_else_has(ledger: Ledger) -> None:
    order = an_order()
    await ledger.accept(order, PLENTY)
    jobs = await asyncio.gather(*(ledger.take(order.call_id, f"AJ_{i}", NOON) for i in range(6)))
    assert len([job for job in jobs if job is not None]) == 1


async def test_of_all_who_want_to_dial_one_may_and_only_once(ledger: Ledger) -> None:
    order = await walk(ledger, an_order(), OrderState.READY)
    asked = await asyncio.gather(*(ledger.claim_dialling(order.call_id, NOON) for _ in range(6)))
    assert asked.count(True) == 1
    for state in (OrderState.RINGING, OrderState.ANSWERED, OrderState.ENDED):
        await walk_on(ledger, order, state)
        assert not await ledger.claim_dialling(order.call_id, NOON)


async def walk_on(ledger: Ledger, order: Order, state: OrderState) -> None:
    if state is OrderState.RINGING:
        assert await ledger.mark_ringing(order.call_id)
    elif state is OrderState.ANSWERED:
        assert await ledger.mark_answered(order.call_id, NOON)
    else:
        assert await ledger.end(order.call_id, Outcome.ANSWERED, NOON)


@pytest.mark.parametrize("state", [OrderState.QUEUED, OrderState.TAKEN, OrderState.READY])
async def test_cancelled_before_the_dialling_nobody_is_dialled(
    ledger: Ledger, state: OrderState
) -> None:
    order = await walk(ledger, an_order(), state)
    cancelled = await ledger.cancel(order.call_id, NOON)
    assert cancelled is not None
    assert (cancelled.state, cancelled.outcome) == (OrderState.ENDED, Outcome.CANCELLED)
    assert await ledger.take(order.call_id, "AJ_2", NOON) is None
    assert not await ledger.mark_ready(order.call_id)
    assert not await ledger.claim_dialling(order.call_id, NOON)


async def test_cancelled_while_it_rings_the_job_is_told(ledger: Ledger) -> None:
    order = await walk(ledger, an_order(), OrderState.RINGING)
    cancelled = await ledger.cancel(order.call_id, NOON)
    assert cancelled is not None
    assert cancelled.cancel_asked and cancelled.state is OrderState.RINGING


async def test_a_blocked_number_is_refused_and_not_dialled_at_the_last_moment(
    ledger: Ledger,
) -> None:
    order = await walk(ledger, an_order(), OrderState.READY)
    assert await ledger.block(order.number, BlockedBy.CALLEE, NOON)
    assert not await ledger.block(order.number, BlockedBy.OPERATOR, NOON), "it was on the list"
    assert not await ledger.claim_dialling(order.call_id, NOON)
    later = an_order(asked_at=NOON + 5 * MINUTE, idempotency_key="k")
    with pytest.raises(OrderRefused, match="do-not-call"):
        await ledger.accept(later, PLENTY)
    [entry] = await ledger.blocked()
    assert (entry.number, entry.by, entry.since) == (order.number, BlockedBy.CALLEE, NOON)
    assert await ledger.is_blocked(order.number)
    assert await ledger.unblock(order.number)
    assert not await ledger.unblock(order.number)
    await ledger.end(order.call_id, Outcome.REFUSED, NOON)
    assert (await ledger.accept(later, PLENTY))[1]


async def test_a_trunk_has_so_many_calls_at_once_and_no_more(ledger: Ledger) -> None:
    limits = replace(PLENTY, at_once=2)
    first = an_order(number="+12025550101")
    await ledger.accept(first, limits)
    await ledger.accept(an_order(number="+12025550102"), limits)
    third = an_order(number="+12025550103")
    with pytest.raises(OrderRefused, match="2 calls at once"):
        await ledger.accept(third, limits)
    assert (await ledger.accept(replace(third, trunk_id="ST_other"), limits))[1]
    await ledger.end(first.call_id, Outcome.BUSY, NOON)
    assert (await ledger.accept(an_order(number="+12025550104"), limits))[1]


async def test_a_trunk_has_so_many_calls_in_a_minute_and_no_more(ledger: Ledger) -> None:
    limits = replace(PLENTY, per_minute=2)
    for last_digit in (1, 2):
        order = await walk(ledger, an_order(number=f"+1202555010{last_digit}"), OrderState.DIALING)
        await ledger.end(order.call_id, Outcome.BUSY, NOON)
    soon = an_order(number="+12025550103", asked_at=NOON + MINUTE - SECOND)
    with pytest.raises(OrderRefused, match="2 calls in a minute"):
        await ledger.accept(soon, limits)
    assert (await ledger.accept(replace(soon, asked_at=NOON + MINUTE), limits))[1]


async def test_what_is_queued_counts_as_a_call_of_this_minute(ledger: Ledger) -> None:
    await walk(ledger, an_order(number="+12025550101"), OrderState.QUEUED)
    with pytest.raises(TrunkBusy, match="1 calls in a minute"):
        await ledger.accept(an_order(), replace(PLENTY, per_minute=1))


async def test_what_ended_undialled_counts_as_no_call_of_this_minute(ledger: Ledger) -> None:
    order = await walk(ledger, an_order(number="+12025550101"), OrderState.READY)
    await ledger.end(order.call_id, Outcome.FAILED, NOON)
    assert (await ledger.accept(an_order(), replace(PLENTY, per_minute=1)))[1]


async def test_calls_by_another_trunk_count_for_that_trunk_alone(ledger: Ledger) -> None:
    elsewhere = an_order(number="+12025550101", trunk_id="ST_other")
    await walk(ledger, elsewhere, OrderState.DIALING)
    assert (await ledger.accept(an_order(), replace(PLENTY, per_minute=1, at_once=1)))[1]


async def test_a_number_is_called_so_often_in_a_day_and_no_more(ledger: Ledger) -> None:
    limits = replace(PLENTY, per_number_a_day=2)
    for hours in (0, 1):
        asked_at = NOON + timedelta(hours=hours)
        order = an_order(idempotency_key=f"{hours}", asked_at=asked_at)
        await ledger.accept(order, limits)
        await ledger.take(order.call_id, "AJ_1", asked_at)
        await ledger.mark_ready(order.call_id)
        await ledger.claim_dialling(order.call_id, asked_at)
        await ledger.end(order.call_id, Outcome.BUSY, asked_at)
    third = an_order(idempotency_key="3", asked_at=NOON + timedelta(hours=24) - SECOND)
    with pytest.raises(NotToday, match="2 times in a day"):
        await ledger.accept(third, limits, again=True)
    other = an_order(number="+12025550199", asked_at=third.asked_at)
    assert (await ledger.accept(other, limits))[1]
    later = replace(third, call_id="later", asked_at=NOON + timedelta(hours=24))
    assert (await ledger.accept(later, limits))[1]


async def test_our_calls_leave_a_quarter_of_the_line_to_those_who_ring(records: Records) -> None:
    limits = replace(PLENTY, line=LineLimits(calls_per_day=4, minutes_per_day=1000))
    for _ in range(2):
        await records.calls.save(a_call(ended_at=NOON, end_reason=EndReason.STORY_FINISHED))
    await records.calls.save(a_call(ended_at=NOON, end_reason=EndReason.LIMIT_REACHED))
    first = an_order(asked_at=NOON)
    assert (await records.orders.accept(first, limits))[1]
    await records.calls.save(a_call(call_id=first.call_id, direction=Direction.OUTBOUND))
    with pytest.raises(NotToday, match="calls of the whole line"):
        await records.orders.accept(an_order(number="+12025550199"), limits)
    minutes = replace(PLENTY, line=LineLimits(calls_per_day=1000, minutes_per_day=20))
    talked = a_call(answered_at=NOON - timedelta(minutes=15), ended_at=NOON)
    await records.calls.save(replace(talked, end_reason=EndReason.CALLER_HUNG_UP))
    with pytest.raises(NotToday, match="minutes of the whole line"):
        await records.orders.accept(an_order(number="+12025550199"), minutes)


async def test_only_orders_of_the_same_trunk_or_number_that_a_job_has_are_in_the_way(
    ledger: Ledger,
) -> None:
    same_trunk = await walk(ledger, an_order(number="+12025550101"), OrderState.RINGING)
    same_number = await walk(
        ledger, an_order(number="+12025550102", trunk_id="ST_other"), OrderState.TAKEN
    )
    await walk(ledger, an_order(number="+12025550103", trunk_id="ST_other"), OrderState.TAKEN)
    await walk(ledger, an_order(number="+12025550104"), OrderState.QUEUED)
    await walk(ledger, an_order(number="+12025550105"), OrderState.ENDED)
    found = await ledger.in_the_way_of(an_order(number="+12025550102"))
    assert {o.call_id for o in found} == {same_trunk.call_id, same_number.call_id}


async def test_whoever_knows_that_the_dialling_was_not_begun_takes_the_claim_back(
    ledger: Ledger,
) -> None:
    order = await walk(ledger, an_order(), OrderState.DIALING)
    assert await ledger.end(order.call_id, Outcome.FAILED, NOON, dialled=False)
    ended = await ledger.get(order.call_id)
    assert ended is not None and ended.dialed_at is None


async def test_the_orders_for_a_number_are_found_by_the_beginning_of_their_key(
    ledger: Ledger,
) -> None:
    for key in ("list%:1", "list%:2", "LIST%:3", "listx:1", None):
        order = an_order(idempotency_key=key)
        await ledger.accept(order, PLENTY, again=True)
        await ledger.end(order.call_id, Outcome.BUSY, NOON)
    other = an_order(number="+12025550199", idempotency_key="list%:9")
    await ledger.accept(other, PLENTY)
    found = await ledger.with_keys("+12025550123", "list%:")
    assert [o.idempotency_key for o in found] == ["list%:1", "list%:2"]


async def test_asking_for_a_call_does_not_read_all_that_ever_were(
    records: Records, database: str
) -> None:
    if not database.startswith("sqlite"):
        pytest.skip("PostgreSQL plans by what is in the table")
    plans: list[str] = []
    explained = False

    def explain(connection: Any, _: Any, statement: str, parameters: Any, *__: Any) -> None:
        nonlocal explained
        if "outbound_calls" in statement and not explained:
            explained = True  # or the question about the question would be explained as well
            rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
            plans.extend(row.detail for row in rows)
            explained = False

    order = await walk(records.orders, an_order(), OrderState.DIALING)
    event.listen(Engine, "before_cursor_execute", explain)
    try:
        await records.orders.check(an_order(number="+12025550199"), PLENTY)
        await records.orders.in_the_way_of(order)
    finally:
        event.remove(Engine, "before_cursor_execute", explain)
    assert len(plans) >= 4, plans
    assert [plan for plan in plans if plan.startswith("SCAN")] == [], plans
    live = [plan for plan in plans if "state" in plan]
    assert len(live) >= 1, plans
