"""Recordings go by their age, and when their call is not known any more."""

import os
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from bot.records import Records
from bot.records.diary.retention import drop_sound
from bot.records.errors import SoundNotRemoved
from bot.records.sound.shelf import Shelf
from tests.bot.records.records import EVERY_DATABASE, NOON, a_call

pytestmark = EVERY_DATABASE

NUMBER = "+12025550123"


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path)


def keep(shelf: Shelf, call_id: str, *, days: float) -> str:
    """A recording that was written so many days ago."""
    at_s = (NOON - timedelta(days=days)).timestamp()
    for path in (shelf.sound(call_id), shelf.levels(call_id)):
        path.write_bytes(b"sound")
        os.utime(path, (at_s, at_s))
    return call_id


async def a_recorded_call(records: Records, shelf: Shelf, *, days: float = 2) -> str:
    call = a_call(from_number=NUMBER, ended_at=NOON)
    await records.calls.save(call)
    return keep(shelf, call.call_id, days=days)


async def test_old_recordings_go_and_younger_ones_stay(records: Records, shelf: Shelf) -> None:
    await a_recorded_call(records, shelf, days=31)
    young = await a_recorded_call(records, shelf, days=29)
    assert await drop_sound(records.forgetting, shelf, 30, NOON) == 2
    assert [each.call_id for each in shelf.kept()] == [young]


async def test_a_recording_of_no_call_goes_after_a_day(records: Records, shelf: Shelf) -> None:
    keep(shelf, str(uuid4()), days=1.1)
    new = keep(shelf, str(uuid4()), days=0.9)
    assert await drop_sound(records.forgetting, shelf, 30, NOON) == 2
    assert [each.call_id for each in shelf.kept()] == [new]


async def test_what_was_forgotten_elsewhere_goes_in_the_next_night(
    records: Records, shelf: Shelf, tmp_path: Path
) -> None:
    await a_recorded_call(records, shelf)
    another_machine = Shelf(tmp_path / "another")
    assert (await records.forgetting.forget(NUMBER, another_machine)).files == 0
    assert await drop_sound(records.forgetting, shelf, 30, NOON) == 2
    assert shelf.kept() == []


async def test_forgetting_takes_the_files_and_leaves_those_of_others(
    records: Records, shelf: Shelf
) -> None:
    mine = await a_recorded_call(records, shelf)
    other = a_call(from_number="+12025550199", ended_at=NOON)
    await records.calls.save(other)
    keep(shelf, other.call_id, days=1)
    forgotten = await records.forgetting.forget(NUMBER, shelf)
    assert forgotten.files == 2
    assert [each.call_id for each in shelf.kept()] == [other.call_id]
    assert not shelf.has(mine)


async def test_no_row_goes_while_a_file_cannot(records: Records, shelf: Shelf) -> None:
    stuck = await a_recorded_call(records, shelf)
    shelf.sound(stuck).unlink()
    shelf.sound(stuck).mkdir()
    with pytest.raises(SoundNotRemoved):
        await records.forgetting.forget(NUMBER, shelf)
    assert await records.calls.get(stuck) is not None


async def test_the_recording_of_a_call_in_progress_stays(records: Records, shelf: Shelf) -> None:
    call = a_call(from_number=NUMBER, ended_at=None)
    await records.calls.save(call)
    keep(shelf, call.call_id, days=0)
    assert (await records.forgetting.forget(NUMBER, shelf)).files == 0
    assert shelf.has(call.call_id)
