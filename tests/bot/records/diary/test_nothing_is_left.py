"""After forgetting, and after a night, every table and every byte of every file is read."""

from datetime import timedelta
from pathlib import Path

from bot.records import BlockedBy, Direction, EndReason, Records
from bot.records.diary import Entry
from bot.records.diary.retention import drop_sound
from bot.records.memory import Remembered, ToldStory
from bot.records.roster import Act, Acted
from bot.records.sound.shelf import Shelf
from bot.records.thread import Said, Thread
from tests.bot.records.diary.entries import a_turn, an_event, some_usage
from tests.bot.records.diary.test_forgetting import everything
from tests.bot.records.orders import PLENTY, an_order
from tests.bot.records.records import EVERY_DATABASE, NOON, a_call

pytestmark = EVERY_DATABASE

NUMBER, OTHER = "+12025550123", "+12025550199"
WORDS, SOUND = "the hidden beach of my childhood", b"sound-of-the-caller"


def bytes_of(folder: Path) -> bytes:
    """The names and the content of all files, the database's own too."""
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return b"".join(path.name.encode() + path.read_bytes() for path in files)


async def keep_everything(records: Records, shelf: Shelf, number: str) -> list[str]:
    """A call from the number and one to it, with all that may hang on them; returns their ids."""
    order, _ = await records.orders.accept(an_order(number=number, name="Maria"), PLENTY)
    await records.orders.cancel(order.call_id, NOON)
    rang = a_call(from_number=number, room_name=f"story_{number}_x", ended_at=None)
    called = a_call(
        call_id=order.call_id,
        room_name=order.room_name,
        direction=Direction.OUTBOUND,
        from_number="+12025550100",
        to_number=number,
        ended_at=None,
    )
    for call in (rang, called):
        await records.calls.save(call)
        entries: list[tuple[int, Entry]] = [(1, an_event()), (2, a_turn(words=WORDS))]
        await records.diaries.write(call.call_id, entries, [some_usage()])
        await records.threads.keep(call, Thread(said=(Said(False, WORDS),)), NOON)
        await records.wishes.forget_call(call.call_id, shelf, NOON)
        await records.calls.close_if_open(call.call_id, EndReason.CRASHED, NOON, "died")
        await records.roster.note([Acted(act=Act.ENDED_DEAD, at=NOON, call_id=call.call_id)])
        shelf.sound(call.call_id).parent.mkdir(exist_ok=True)
        shelf.sound(call.call_id).write_bytes(SOUND)
        shelf.levels(call.call_id).write_bytes(SOUND)
    told = (ToldStory(premise="lighthouse", line="you woke it", told_at=NOON),)
    maria = Remembered(
        number=number, called="maria", name="Maria", location="Lisbon", heard_at=NOON, told=told
    )
    await records.memories.keep(maria)
    return [rang.call_id, called.call_id]


async def test_of_a_forgotten_number_no_row_and_no_byte_is_left(
    database: str, tmp_path: Path
) -> None:
    shelf = Shelf(tmp_path / "recordings")
    async with Records.open(database, announces=True) as records:
        theirs = await keep_everything(records, shelf, NUMBER)
        others = await keep_everything(records, shelf, OTHER)
        forgotten = await records.forgetting.forget(NUMBER, shelf)
        assert all(forgotten.rows.values()), forgotten.rows
        assert forgotten.files == 4
        rows, files = await everything(database), bytes_of(tmp_path)
    for trace in (NUMBER, *theirs):
        assert trace not in rows
        assert trace.encode() not in files
    assert all(call_id in rows for call_id in others)
    assert OTHER in rows
    assert sorted(each.call_id for each in shelf.kept()) == sorted(others)


async def test_the_do_not_call_list_keeps_the_number_and_nothing_else(
    database: str, tmp_path: Path
) -> None:
    shelf = Shelf(tmp_path / "recordings")
    async with Records.open(database, announces=True) as records:
        await keep_everything(records, shelf, NUMBER)
        await records.orders.block(NUMBER, BlockedBy.CALLEE, NOON)
        await records.forgetting.forget(NUMBER, shelf)
        rows = await everything(database)
    lines = [line for line in rows.splitlines() if NUMBER in line]
    assert len(lines) == 1 and lines[0].startswith("do_not_call")
    assert "Maria" not in rows


async def test_of_words_and_sound_that_are_old_no_byte_is_left(
    database: str, tmp_path: Path
) -> None:
    shelf = Shelf(tmp_path / "recordings")
    async with Records.open(database) as records:
        await keep_everything(records, shelf, NUMBER)
        assert WORDS in await everything(database)
        assert await records.forgetting.drop_words(NOON + timedelta(days=1)) == 2
        assert await records.threads.sweep(NOON, timedelta()) == 2
        long_after = NOON + timedelta(days=10_000)
        assert await drop_sound(records.forgetting, shelf, 30, long_after) == 4
        rows, files = await everything(database), bytes_of(tmp_path)
    assert WORDS not in rows and NUMBER in rows
    assert WORDS.encode() not in files and SOUND not in files
