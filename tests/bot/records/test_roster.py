"""The roster of workers, and of what the watches did, on SQLite and on PostgreSQL."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from bot.records import Records
from bot.records.roster import Act, Acted, WorkerSeen
from bot.records.sound.shelf import Shelf
from tests.bot.records.records import EVERY_DATABASE, NOON, a_call

pytestmark = EVERY_DATABASE

MINUTE = timedelta(minutes=1)
WORKER = WorkerSeen(
    worker_id="w1",
    host="host",
    pid=1,
    started_at=NOON,
    seen_at=NOON,
    calls=0,
    max_calls=8,
    is_ready=True,
    is_blind=False,
)


async def test_a_worker_is_known_by_what_it_said_last(records: Records) -> None:
    await records.roster.show(WORKER)
    later = replace(WORKER, seen_at=NOON + MINUTE, calls=3, is_ready=False, is_blind=True)
    await records.roster.show(later)
    assert await records.roster.workers(NOON) == [later]


async def test_workers_stand_in_the_order_in_which_they_began(records: Records) -> None:
    younger = replace(WORKER, worker_id="w0", started_at=NOON + MINUTE)
    for worker in (younger, WORKER):
        await records.roster.show(worker)
    assert [each.worker_id for each in await records.roster.workers(NOON)] == ["w1", "w0"]
    assert await records.roster.workers(NOON + MINUTE) == []


async def test_a_worker_that_leaves_is_not_missed(records: Records) -> None:
    await records.roster.show(WORKER)
    await records.roster.leave("w1")
    await records.roster.leave("nobody")
    assert await records.roster.workers(NOON) == []


async def test_a_long_name_of_a_host_is_cut(records: Records) -> None:
    await records.roster.show(replace(WORKER, host="h" * 300))
    [seen] = await records.roster.workers(NOON)
    assert seen.host == "h" * 255


async def test_acts_are_counted_and_read_with_the_newest_first(records: Records) -> None:
    old = Acted(act=Act.BUSY_TONE, at=NOON - timedelta(days=1))
    dead = Acted(act=Act.ENDED_DEAD, at=NOON, call_id="c1")
    again = Acted(act=Act.ASKED_AGAIN, at=NOON + MINUTE)
    await records.roster.note([old, dead])
    await records.roster.note([again, replace(again, at=NOON + 2 * MINUTE)])
    newest = await records.roster.acts(3)
    assert newest == [replace(again, at=NOON + 2 * MINUTE), again, dead]
    assert await records.roster.counts(NOON) == {Act.ENDED_DEAD: 1, Act.ASKED_AGAIN: 2}


async def test_what_is_old_is_dropped(records: Records) -> None:
    await records.roster.show(WORKER)
    await records.roster.note([Acted(act=Act.HUNG_UP, at=NOON)])
    await records.roster.drop(NOON)
    assert len(await records.roster.acts(9)) == 1
    await records.roster.drop(NOON + MINUTE)
    assert await records.roster.acts(9) == []
    assert await records.roster.workers(NOON) == []


async def test_what_a_watch_did_with_a_call_is_forgotten_with_it(
    records: Records, tmp_path: Path
) -> None:
    call = a_call(from_number="+12025550123", ended_at=NOON)
    await records.calls.save(call)
    await records.roster.note([Acted(act=Act.ENDED_DEAD, at=NOON, call_id=call.call_id)])
    await records.roster.note([Acted(act=Act.BUSY_TONE, at=NOON)])
    forgotten = await records.forgetting.forget("+12025550123", Shelf(tmp_path))
    assert forgotten.rows["watch_acts"] == 1
    assert [each.act for each in await records.roster.acts(9)] == [Act.BUSY_TONE]
