"""What is looked through again and again: at once, by the clock, and soon after a failure."""

import asyncio
from datetime import datetime
from pathlib import Path
from typing import Any, cast

import pytest

from bot.records import DatabaseUnavailable
from bot.records.diary.removal import Forgotten
from bot.records.diary.retention import heed_wishes, keep_memories_short, until_night_s
from bot.records.record import utc_now
from bot.records.sound.shelf import Shelf
from tests.bot.talk.fakes import now_s

pytestmark = [pytest.mark.unit, pytest.mark.looptime, pytest.mark.asyncio(loop_scope="function")]


class FakeRecords:
    """Wishes and memories that note when they were looked through; `fails` so often at first."""

    def __init__(self, fails: int = 0) -> None:
        self.looked_s: list[float] = []
        self._fails = fails

    async def carry_out(self, _: Shelf, now: datetime) -> Forgotten:
        self._look()
        return Forgotten({"calls": 1}, files=1)

    async def drop(self, before: datetime) -> int:
        self.oldest = before
        self._look()
        return 1

    def _look(self) -> None:
        self.looked_s.append(now_s())
        if len(self.looked_s) <= self._fails:
            raise DatabaseUnavailable("away")


async def for_a_while(work: Any, seconds: float) -> None:
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(seconds):
            await work


async def test_wishes_are_heeded_every_hour(caplog: pytest.LogCaptureFixture) -> None:
    records = FakeRecords()
    with caplog.at_level("INFO"):
        await for_a_while(heed_wishes(cast(Any, records), Shelf(Path("none"))), 7201)
    assert records.looked_s == [0, 3600, 7200]
    assert "is removed" in caplog.text


async def test_a_database_that_was_away_is_asked_again_in_a_minute() -> None:
    records = FakeRecords(fails=2)
    await for_a_while(heed_wishes(cast(Any, records), Shelf(Path("none"))), 3000)
    assert records.looked_s == [0, 60, 120]


async def test_callers_of_long_ago_are_forgotten_at_once_and_in_the_night() -> None:
    records = FakeRecords()
    await for_a_while(keep_memories_short(cast(Any, records), 365), 60)
    assert records.looked_s == [0]
    assert (utc_now() - records.oldest).days == 365
    assert until_night_s(utc_now()) <= 86400
