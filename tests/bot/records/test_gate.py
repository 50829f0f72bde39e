"""Who gets a place: counted over the calls' rows, on SQLite and on PostgreSQL."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.records import (
    CallerLimits,
    CallRecord,
    Direction,
    EndReason,
    InboundLimits,
    Limit,
    LineLimits,
    Records,
    Refusal,
)
from tests.bot.records.records import EVERY_DATABASE, NOON, a_call

pytestmark = EVERY_DATABASE

PLENTY = CallerLimits(at_once=100, per_hour=100, per_day=100)
A_LOT = LineLimits(calls_per_day=1000, minutes_per_day=1000)
NO_LIMITS = InboundLimits(PLENTY, PLENTY, A_LOT, longest_call_s=1000.0)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


async def rings(records: Records, limits: InboundLimits, **changes: Any) -> Limit | None:
    """Somebody rings at noon; by which limit they are turned away."""
    refusal = await ask(records, a_call(**{"sip_call_id": "SCL", **changes}), limits)
    return refusal.limit if refusal else None


async def ask(records: Records, call: CallRecord, limits: InboundLimits) -> Refusal | None:
    await records.calls.save(call)
    return await records.gate.ask(call, limits, NOON)


async def over(records: Records, ago: timedelta, **changes: Any) -> None:
    """A call of that time ago, which lasted for a minute and is over."""
    began = NOON - ago
    values = {
        "started_at": began,
        "answered_at": began,
        "ended_at": began + MINUTE,
        "end_reason": EndReason.STORY_FINISHED,
        "sip_call_id": "SCL",
        **changes,
    }
    await records.calls.save(a_call(**values))


async def test_a_caller_within_the_limits_comes_in(records: Records) -> None:
    assert await rings(records, NO_LIMITS) is None


async def test_of_many_calls_of_one_number_in_one_moment_as_many_come_in_as_may(
    database: str,
) -> None:
    limits = replace(NO_LIMITS, caller=replace(PLENTY, at_once=3))

    async def one() -> Limit | None:
        async with Records.open(database) as records:  # each call is a process of its own
            return await rings(records, limits, ended_at=None)

    answers = await asyncio.gather(*(one() for _ in range(3)))
    assert answers == [None, None, None]
    assert set(await asyncio.gather(one(), one())) == {Limit.CALLER_AT_ONCE}


async def test_another_number_is_not_in_the_way(records: Records) -> None:
    limits = replace(NO_LIMITS, caller=replace(PLENTY, at_once=1))
    assert await rings(records, limits) is None
    assert await rings(records, limits, from_number="+12025550199") is None


async def test_a_call_left_behind_by_a_dead_process_does_not_lock_its_caller_out(
    records: Records,
) -> None:
    limits = replace(NO_LIMITS, caller=replace(PLENTY, at_once=1))
    await records.calls.save(a_call(started_at=NOON - timedelta(seconds=1001)))
    assert await rings(records, limits) is None


@pytest.mark.parametrize(
    ("limits", "just_within", "limit"),
    [
        (replace(PLENTY, per_hour=2), HOUR, Limit.CALLER_PER_HOUR),
        (replace(PLENTY, per_day=2), 24 * HOUR, Limit.CALLER_PER_DAY),
    ],
)
async def test_a_number_has_so_many_calls_in_an_hour_and_in_a_day(
    records: Records, limits: CallerLimits, just_within: timedelta, limit: Limit
) -> None:
    wanted = replace(NO_LIMITS, caller=limits)
    await over(records, just_within)  # long enough ago not to count any more
    await over(records, 2 * MINUTE)
    assert await rings(records, wanted, ended_at=NOON, end_reason=EndReason.SILENCE) is None
    assert await rings(records, wanted) is limit


async def test_whoever_is_turned_away_does_not_wait_longer_for_it(records: Records) -> None:
    limits = replace(NO_LIMITS, caller=replace(PLENTY, per_hour=1))
    for reason in (EndReason.LIMIT_REACHED, EndReason.NEVER_ANSWERED):
        await over(records, MINUTE, end_reason=reason)
    assert await rings(records, limits) is None


async def test_it_is_told_how_often_a_number_was_turned_away_in_the_last_hour(
    records: Records,
) -> None:
    limits = replace(NO_LIMITS, caller=replace(PLENTY, at_once=0))
    await over(records, HOUR, end_reason=EndReason.LIMIT_REACHED)
    await over(records, MINUTE, end_reason=EndReason.LIMIT_REACHED)
    await over(records, MINUTE, end_reason=EndReason.LIMIT_REACHED, from_number="+12025550199")
    assert await ask(records, a_call(), limits) == Refusal(Limit.CALLER_AT_ONCE, times=1)


async def test_all_who_show_no_number_share_a_limit_of_their_own(records: Records) -> None:
    withheld = CallerLimits(at_once=1, per_hour=100, per_day=100)
    limits = replace(NO_LIMITS, withheld=withheld)
    # One that has only begun, of which nobody knows yet who calls, is not counted.
    await records.calls.save(a_call(from_number=None))
    assert await rings(records, limits, from_number=None) is None
    assert await rings(records, limits, from_number=None) is Limit.WITHHELD_AT_ONCE
    assert await rings(records, limits) is None


async def test_a_browser_counts_for_the_line_alone(records: Records) -> None:
    nothing = CallerLimits(0, 0, 0)
    limits = replace(NO_LIMITS, caller=nothing, withheld=nothing)
    web = {"direction": Direction.WEB, "from_number": None, "sip_call_id": None}
    assert await rings(records, limits, **web) is None
    full = replace(limits, line=replace(A_LOT, calls_per_day=1))
    assert await rings(records, full, **web) is Limit.CALLS_PER_DAY


async def test_the_whole_line_has_so_many_calls_in_a_day(records: Records) -> None:
    limits = replace(NO_LIMITS, line=replace(A_LOT, calls_per_day=2))
    await over(records, 24 * HOUR, from_number="+12025550101")
    await over(records, HOUR, from_number="+12025550101")
    await over(records, HOUR, from_number="+12025550102", direction=Direction.OUTBOUND)
    assert await rings(records, limits) is Limit.CALLS_PER_DAY


async def test_the_whole_line_has_so_many_minutes_in_a_day(records: Records) -> None:
    limits = replace(NO_LIMITS, line=replace(A_LOT, minutes_per_day=3))
    await over(records, HOUR, from_number="+12025550101")
    going_on = a_call(started_at=NOON - MINUTE, answered_at=NOON - MINUTE)
    await records.calls.save(replace(going_on, from_number="+12025550102"))
    assert await rings(records, limits) is None, "two minutes are used"
    await over(records, 2 * HOUR, from_number="+12025550103")
    assert await rings(records, limits) is Limit.MINUTES_PER_DAY


async def test_who_calls_is_written_before_the_next_one_asks(records: Records) -> None:
    call = a_call(from_number=None)
    await records.calls.save(call)
    await records.gate.ask(replace(call, from_number="+12025550123"), NO_LIMITS, NOON)
    found = await records.calls.get(call.call_id)
    assert found == replace(call, from_number="+12025550123")
