"""A letter is written with the end of its call, once, and one sender at a time has it."""

from datetime import timedelta
from pathlib import Path

from bot.records import CallRecord, EndReason, Records
from bot.records.outbox import Letter, LetterState
from bot.records.sound.shelf import Shelf
from tests.bot.records.records import EVERY_DATABASE, NOON, a_call

pytestmark = EVERY_DATABASE

LATER = NOON + timedelta(minutes=1)


def ended() -> CallRecord:
    return a_call(ended_at=NOON, end_reason=EndReason.STORY_FINISHED)


async def due(records: Records) -> list[Letter]:
    return await records.outbox.due(LATER, 10)


async def test_a_call_that_ends_leaves_one_letter(database: str) -> None:
    async with Records.open(database, announces=True) as records:
        call = ended()
        assert await records.calls.save(call)
        assert not await records.calls.save(call)
        letters = await due(records)
    assert [(each.call_id, each.letter_id) for each in letters] == [
        (call.call_id, f"msg_{call.call_id}")
    ]


async def test_a_call_that_goes_on_leaves_none(database: str) -> None:
    async with Records.open(database, announces=True) as records:
        await records.calls.save(a_call(ended_at=None))
        assert await due(records) == []


async def test_a_call_that_a_watch_closes_leaves_one_too(database: str) -> None:
    async with Records.open(database, announces=True) as records:
        call = a_call(ended_at=None)
        await records.calls.save(call)
        for _ in range(2):
            await records.calls.close_if_open(call.call_id, EndReason.CRASHED, NOON)
        assert [each.call_id for each in await due(records)] == [call.call_id]


async def test_without_an_address_nothing_is_written(records: Records) -> None:
    await records.calls.save(ended())
    assert await due(records) == []


async def test_the_diary_has_a_moment_to_be_written(database: str) -> None:
    async with Records.open(database, announces=True) as records:
        await records.calls.save(ended())
        assert await records.outbox.due(NOON + timedelta(seconds=2), 10) == []


async def test_of_two_senders_one_gets_a_letter(database: str) -> None:
    async with Records.open(database, announces=True) as records:
        await records.calls.save(ended())
        letter = (await due(records))[0]
        assert await records.outbox.claim(letter, LATER, 60)
        assert not await records.outbox.claim(letter, LATER, 60)
        assert await due(records) == []


async def test_whoever_dies_while_sending_is_followed(database: str) -> None:
    async with Records.open(database, announces=True) as records:
        await records.calls.save(ended())
        await records.outbox.claim((await due(records))[0], LATER, 60)
        again = await records.outbox.due(LATER + timedelta(seconds=60), 10)
        assert [each.attempts for each in again] == [1]


async def test_a_letter_is_sent_again_under_its_id(database: str) -> None:
    async with Records.open(database, announces=True) as records:
        call = ended()
        await records.calls.save(call)
        before = (await due(records))[0]
        await records.outbox.taken(call.call_id, LATER, "HTTP 200")
        assert await records.outbox.waiting() == 0
        assert await records.outbox.send_again(call.call_id, LATER)
        after = (await due(records))[0]
        assert (after.letter_id, after.state) == (before.letter_id, LetterState.WAITING)
        assert not await records.outbox.send_again("nobody", LATER)


async def test_forgetting_a_number_takes_its_letters_too(database: str, tmp_path: Path) -> None:
    async with Records.open(database, announces=True) as records:
        await records.calls.save(ended())
        forgotten = await records.forgetting.forget("+12025550123", Shelf(tmp_path))
        assert forgotten.rows["webhooks"] == 1
        assert await due(records) == []
