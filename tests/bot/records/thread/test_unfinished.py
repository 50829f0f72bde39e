"""A story that broke off is kept for a time, and one call goes on with it."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.records import CallRecord, Direction, EndReason, Records
from bot.records.sound.shelf import Shelf
from bot.records.thread import BROKEN_OFF, Said, Thread, Unfinished
from tests.bot.records.records import EVERY_DATABASE, NOON, a_call

pytestmark = EVERY_DATABASE

NUMBER = "+12025550123"
KEEP = timedelta(minutes=15)
NEW = "a-new-call"
THREAD = Thread(
    said=(Said(True, "Left, or right?", True),),
    name="Peter",
    location="Berlin",
    premise="lighthouse",
)


async def broke_off(
    records: Records,
    reason: EndReason = EndReason.CALLER_HUNG_UP,
    thread: Thread = THREAD,
    **changes: Any,
) -> CallRecord:
    """A call in whose story somebody hung up at noon."""
    call = a_call(job_id="AJ_1", **changes)
    await records.calls.save(call)
    await records.threads.keep(call, thread, NOON)
    ended = replace(call, ended_at=changes.get("ended_at", NOON), end_reason=reason)
    await records.calls.save(ended)
    return ended


async def newest(records: Records, number: str = NUMBER, minutes: float = 1) -> Unfinished | None:
    now = NOON + timedelta(minutes=minutes)
    return await records.unfinished.take_newest(number, NEW, now, KEEP)


async def test_the_same_number_gets_its_story_once(records: Records) -> None:
    call = await broke_off(records)
    assert await newest(records) == Unfinished(call.call_id, THREAD)
    assert await newest(records) is None
    assert await records.threads.of(NEW) == THREAD
    assert await records.threads.of(call.call_id) is None


async def test_an_order_that_names_the_call_gets_its_story_once(records: Records) -> None:
    call = await broke_off(records)
    now = NOON + timedelta(minutes=1)
    taken = await records.unfinished.take(call.call_id, NEW, now, KEEP)
    assert taken == Unfinished(call.call_id, THREAD)
    assert await records.unfinished.find(call.call_id, now, KEEP) is None
    assert await newest(records) is None


async def test_two_calls_at_once_never_get_one_story(records: Records) -> None:
    await broke_off(records)
    now = NOON + timedelta(minutes=1)
    take = records.unfinished.take_newest
    took = await asyncio.gather(*(take(NUMBER, f"call-{n}", now, KEEP) for n in range(5)))
    assert len([each for each in took if each is not None]) == 1


async def test_of_two_stories_the_newest_is_told(records: Records) -> None:
    older = await broke_off(records, thread=replace(THREAD, name="Anna"))
    newer = await broke_off(records)
    later = replace(newer, call_id="later", ended_at=None, end_reason=None)
    await records.calls.save(later)
    await records.threads.keep(later, replace(THREAD, name="Maria"), NOON)
    await records.calls.close_if_open("later", EndReason.SILENCE, NOON + timedelta(seconds=9))
    found = await newest(records)
    assert found is not None and found.thread.name == "Maria"
    assert await records.threads.of(older.call_id) is not None


async def test_a_story_that_is_only_looked_at_is_still_anybodys(records: Records) -> None:
    call = await broke_off(records)
    found = await records.unfinished.find_newest(NUMBER, NOON, KEEP)
    assert found == Unfinished(call.call_id, THREAD)
    assert await records.unfinished.find_newest("+12025550199", NOON, KEEP) is None
    assert await newest(records) == found


async def test_a_call_that_was_talked_in_takes_a_story_in_place_of_its_own(
    records: Records,
) -> None:
    call = await broke_off(records)
    talking = a_call(call_id=NEW, job_id="AJ_2")
    await records.calls.save(talking)
    await records.threads.keep(talking, Thread(), NOON)
    taken = await records.unfinished.take(call.call_id, NEW, NOON, KEEP)
    assert taken is not None
    assert await records.threads.of(NEW) == THREAD
    assert await records.threads.of(call.call_id) is None


async def test_another_number_gets_nothing(records: Records) -> None:
    await broke_off(records)
    assert await newest(records, "+12025550199") is None


async def test_who_was_called_may_call_back(records: Records) -> None:
    called: dict[str, Any] = {"direction": Direction.OUTBOUND, "to_number": "+12025550177"}
    await broke_off(records, EndReason.FAILED, **called)
    assert await newest(records) is None, "the line's own number"
    assert await newest(records, "+12025550177") is not None


@pytest.mark.parametrize(("minutes", "is_there"), [(14.9, True), (15, False)])
async def test_it_is_there_for_as_long_as_is_set(
    records: Records, minutes: float, is_there: bool
) -> None:
    call = await broke_off(records)
    now = NOON + timedelta(minutes=minutes)
    assert (await records.unfinished.find(call.call_id, now, KEEP) is not None) is is_there
    assert await records.threads.sweep(now, KEEP) == (0 if is_there else 1)
    assert (await newest(records, minutes=minutes) is not None) is is_there


async def test_with_zero_minutes_nothing_is_kept(records: Records) -> None:
    call = await broke_off(records)
    assert await records.unfinished.take(call.call_id, NEW, NOON, timedelta()) is None
    assert await records.threads.sweep(NOON, timedelta()) == 1


@pytest.mark.parametrize("reason", list(EndReason))
async def test_how_the_call_ended_decides(records: Records, reason: EndReason) -> None:
    await broke_off(records, reason)
    is_kept = reason in BROKEN_OFF
    assert await records.threads.sweep(NOON, KEEP) == (0 if is_kept else 1)
    assert (await newest(records) is not None) is is_kept


async def test_a_call_in_progress_keeps_its_story(records: Records) -> None:
    call = a_call(job_id="AJ_1")
    await records.calls.save(call)
    await records.threads.keep(call, THREAD, NOON)
    assert await records.unfinished.take(call.call_id, NEW, NOON, KEEP) is None


@pytest.mark.parametrize(
    "thread", [Thread(), replace(THREAD, is_over=True)], ids=["introduction", "over"]
)
async def test_what_is_no_unfinished_story_is_not_offered(records: Records, thread: Thread) -> None:
    await broke_off(records, thread=thread)
    assert await newest(records) is None


async def test_the_deaths_of_one_call_are_not_those_of_the_next(records: Records) -> None:
    call = a_call(job_id="AJ_1", lease_until=None)
    await records.calls.save(call)
    await records.threads.keep(call, THREAD, NOON)
    assert await records.threads.ask(call)
    await records.calls.close_if_open(call.call_id, EndReason.CRASHED, NOON)
    found = await newest(records)
    assert found is not None and found.thread.deaths == 1
    assert await records.threads.of(NEW) == THREAD


async def test_a_forgotten_number_has_no_story(records: Records, tmp_path: Path) -> None:
    call = await broke_off(records)
    forgotten = await records.forgetting.forget(NUMBER, Shelf(tmp_path))
    assert forgotten.rows["call_threads"] == 1
    assert await records.threads.of(call.call_id) is None
