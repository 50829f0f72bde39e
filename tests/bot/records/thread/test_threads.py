"""A call passes from a dead process to the next one, and one has it at a time."""

import asyncio
from dataclasses import replace
from datetime import timedelta

from bot.records import EndReason, Records
from bot.records.thread import Said, Thread, is_ticket
from tests.bot.records.records import EVERY_DATABASE, NOON, a_call

pytestmark = EVERY_DATABASE

THREAD = Thread(
    said=(Said(True, "Who is calling?"), Said(False, "Peter."), Said(True, "A or B?", True)),
    name="Peter",
    location="Berlin",
    premise="lighthouse",
    told=("clockmaker",),
)
CALL = a_call(job_id="AJ_1", lease_until=None)


async def _begin(records: Records) -> None:
    await records.calls.save(CALL)
    await records.threads.keep(CALL, THREAD, NOON)


async def test_a_thread_comes_back_as_it_was_kept(records: Records) -> None:
    await _begin(records)
    assert await records.threads.of(CALL.call_id) == THREAD


async def test_the_newest_words_replace_the_old_ones(records: Records) -> None:
    await _begin(records)
    newer = replace(THREAD, is_ending=True)
    await records.threads.keep(CALL, newer, NOON + timedelta(seconds=5))
    assert await records.threads.of(CALL.call_id) == newer


async def test_of_many_who_find_a_call_dead_one_gets_the_ticket(records: Records) -> None:
    await _begin(records)
    tickets = await asyncio.gather(*(records.threads.ask(CALL) for _ in range(5)))
    assert len([each for each in tickets if each is not None]) == 1
    thread = await records.threads.of(CALL.call_id)
    assert thread is not None and thread.deaths == 1


async def test_a_process_that_has_written_again_keeps_its_call(records: Records) -> None:
    await _begin(records)
    await records.calls.save(replace(CALL, lease_until=NOON))
    assert await records.threads.ask(CALL) is None


async def test_a_process_that_is_certainly_dead_has_no_lease(records: Records) -> None:
    await _begin(records)
    await records.calls.save(replace(CALL, lease_until=NOON))
    assert await records.threads.ask(CALL, is_certain=True) is not None


async def test_one_job_takes_the_call_with_its_ticket(records: Records) -> None:
    await _begin(records)
    ticket = await records.threads.ask(CALL)
    assert ticket is not None and is_ticket(ticket)
    took = [await records.threads.take(CALL.call_id, ticket, job) for job in ("AJ_2", "AJ_3")]
    assert took == [True, False]


async def test_whoever_was_replaced_writes_neither_record_nor_thread(records: Records) -> None:
    await _begin(records)
    await records.threads.ask(CALL)
    assert not await records.calls.save(replace(CALL, turns=9, lease_until=NOON))
    await records.threads.keep(CALL, replace(THREAD, name="Paul"), NOON)
    thread = await records.threads.of(CALL.call_id)
    assert thread is not None and thread.name == "Peter"


async def test_asking_once_more_is_no_death_and_voids_the_first_ticket(records: Records) -> None:
    await _begin(records)
    first = await records.threads.ask(CALL)
    assert first is not None
    second = await records.threads.ask(replace(CALL, job_id=first))
    assert second is not None
    assert not await records.threads.take(CALL.call_id, first, "AJ_2")
    assert await records.threads.take(CALL.call_id, second, "AJ_3")
    thread = await records.threads.of(CALL.call_id)
    assert thread is not None and thread.deaths == 1


async def test_a_call_that_has_ended_is_not_taken_over(records: Records) -> None:
    await _begin(records)
    await records.calls.close_if_open(CALL.call_id, EndReason.CRASHED, NOON)
    assert await records.threads.ask(CALL, is_certain=True) is None


async def test_what_ended_calls_have_left_is_swept(records: Records) -> None:
    await _begin(records)
    assert await records.threads.sweep(NOON, timedelta()) == 0
    await records.calls.close_if_open(CALL.call_id, EndReason.CRASHED, NOON)
    assert await records.threads.sweep(NOON, timedelta()) == 1
    assert await records.threads.of(CALL.call_id) is None


async def test_the_last_writing_reaches_a_call_that_has_ended(records: Records) -> None:
    await _begin(records)
    await records.calls.close_if_open(CALL.call_id, EndReason.FAILED, NOON)
    last = replace(THREAD, premise="mirror")
    assert await records.threads.settle(CALL.call_id, last, NOON)
    assert await records.threads.of(CALL.call_id) == last


async def test_the_last_writing_brings_nothing_back(records: Records) -> None:
    await _begin(records)
    await records.threads.drop(CALL.call_id)
    assert not await records.threads.settle(CALL.call_id, THREAD, NOON)
    assert await records.threads.of(CALL.call_id) is None
