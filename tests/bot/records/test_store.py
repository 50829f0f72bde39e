"""One row per call, closed exactly once, on SQLite and on PostgreSQL."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest

from bot.records import (
    AgentReached,
    CallStore,
    DatabaseUnavailable,
    Direction,
    EndReason,
    Records,
)
from tests.bot.records.records import EVERY_DATABASE, NOON, a_call

pytestmark = EVERY_DATABASE


async def test_every_field_comes_back_as_it_was_saved(store: CallStore) -> None:
    paris = timezone(timedelta(hours=1))
    call = a_call(
        direction=Direction.OUTBOUND,
        sip_call_id="SCL_x",
        job_id="AJ_y",
        answered_at=datetime(2026, 3, 1, 13, 0, 1, tzinfo=paris),
        ended_at=NOON + timedelta(minutes=5),
        end_reason=EndReason.STORY_FINISHED,
        agent_reached=AgentReached.STORY,
        turns=7,
        error="none of importance",
    )
    assert await store.save(call)
    assert await store.get(call.call_id) == call


async def test_a_call_nobody_saved_is_none(store: CallStore) -> None:
    assert await store.get("nobody") is None


async def test_saving_again_replaces_the_whole_row(store: CallStore) -> None:
    call = a_call()
    await store.save(call)
    later = replace(call, turns=3, agent_reached=AgentReached.INTRO, lease_until=None)
    assert await store.save(later)
    assert await store.recent(10) == [later]


async def test_a_closed_call_is_never_written_again(store: CallStore) -> None:
    call = a_call()
    await store.save(call)
    assert await store.close_if_open(call.call_id, EndReason.CRASHED, NOON, "gone")
    assert not await store.save(replace(call, turns=9))
    found = await store.get(call.call_id)
    assert found is not None
    assert (found.turns, found.end_reason, found.ended_at, found.error) == (
        0,
        EndReason.CRASHED,
        NOON,
        "gone",
    )


async def test_of_many_closers_at_once_exactly_one_wins(store: CallStore) -> None:
    call = a_call()
    await store.save(call)
    own = replace(call, ended_at=NOON, end_reason=EndReason.CALLER_HUNG_UP)
    wins = await asyncio.gather(
        *(store.close_if_open(call.call_id, EndReason.CRASHED, NOON) for _ in range(8)),
        store.save(own),
        store.save(own),
    )
    assert wins.count(True) == 1


async def test_a_reason_its_process_left_behind_outlives_the_closer(store: CallStore) -> None:
    call = a_call(end_reason=EndReason.TIME_LIMIT, error="room not deleted")
    await store.save(call)
    assert await store.close_if_open(call.call_id, EndReason.CRASHED, NOON, "died")
    found = await store.get(call.call_id)
    assert found is not None
    assert (found.end_reason, found.error) == (EndReason.TIME_LIMIT, "room not deleted")


async def test_closing_a_call_that_does_not_exist_is_not_a_win(store: CallStore) -> None:
    assert not await store.close_if_open("nobody", EndReason.CRASHED, NOON)


async def test_recent_gives_the_newest_first_and_no_more_than_asked(store: CallStore) -> None:
    calls = [a_call(started_at=NOON + timedelta(minutes=m)) for m in (1, 3, 2)]
    for call in calls:
        await store.save(call)
    assert await store.recent(2) == [calls[1], calls[2]]


async def test_open_calls_leaves_out_the_closed(store: CallStore) -> None:
    alive, closed = a_call(), a_call(ended_at=NOON, end_reason=EndReason.SILENCE)
    await store.save(alive)
    await store.save(closed)
    assert await store.open_calls() == [alive]


async def test_a_challenge_takes_the_lease_only_if_nothing_was_written_since(
    store: CallStore,
) -> None:
    call = a_call()
    assert call.lease_until is not None
    await store.save(replace(call, lease_until=call.lease_until + timedelta(microseconds=1)))
    assert not await store.challenge(call.call_id, call.lease_until)
    await store.save(call)
    assert await store.challenge(call.call_id, call.lease_until)
    found = await store.get(call.call_id)
    assert found is not None and found.lease_until is None


async def test_without_tables_the_error_is_our_own(empty_database: str) -> None:
    async with Records.open(empty_database) as records:
        with pytest.raises(DatabaseUnavailable) as caught:
            await records.calls.save(a_call())
    assert "+12025550123" not in str(caught.value)


async def test_a_database_that_does_not_exist_is_our_own_error(empty_database: str) -> None:
    async with Records.open(f"{empty_database}/nowhere") as records:
        with pytest.raises(DatabaseUnavailable):
            await records.calls.open_calls()


async def test_what_a_carrier_writes_is_cut_to_its_column(store: CallStore) -> None:
    call = a_call(from_number="x" * 70, sip_call_id="y" * 300)
    await store.save(call)
    found = await store.get(call.call_id)
    assert found is not None
    assert (found.from_number, found.sip_call_id) == ("x" * 64, "y" * 255)
