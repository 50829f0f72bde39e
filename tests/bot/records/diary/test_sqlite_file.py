"""What is removed from an SQLite file is not left in its free pages, nor in its log."""

from pathlib import Path
from uuid import uuid4

import pytest

from bot.records import Records, migrate
from bot.records.diary import Entry
from bot.records.sound.shelf import Shelf
from tests.bot.records.diary.entries import a_turn
from tests.bot.records.diary.test_nothing_is_left import NUMBER, WORDS, bytes_of
from tests.bot.records.records import NOON, a_call

pytestmark = pytest.mark.unit


@pytest.mark.parametrize("pages", [1, 400])
async def test_no_byte_is_left_of_a_number_and_its_words(tmp_path: Path, pages: int) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path}/of-their-own.db"
    await migrate(url)
    long_words = WORDS * 40  # more than a page: it spills over into others
    async with Records.open(url) as records:
        call = a_call(call_id=str(uuid4()), from_number=NUMBER, ended_at=NOON)
        await records.calls.save(call)
        turns: list[tuple[int, Entry]] = [
            (number, a_turn(number, words=long_words)) for number in range(pages)
        ]
        await records.diaries.write(call.call_id, turns)
        await records.forgetting.forget(NUMBER, Shelf(tmp_path))
        files = bytes_of(tmp_path)
    assert WORDS.encode() not in files
    assert NUMBER.encode() not in files
