"""What ended calls have left is removed now and again, whatever the database does."""

import asyncio
import logging
from datetime import datetime, timedelta
from typing import cast

import pytest

from bot.records import DatabaseUnavailable
from bot.records.thread import Threads
from bot.records.thread.sweeping import sweep

pytestmark = [pytest.mark.unit, pytest.mark.looptime, pytest.mark.asyncio(loop_scope="function")]

KEEP = timedelta(minutes=15)


class FakeThreads:
    """Swept `times`; away at the first time."""

    times = 0

    async def sweep(self, now: datetime, keep: timedelta) -> int:
        assert keep == KEEP and now.tzinfo is not None
        self.times += 1
        if self.times == 1:
            raise DatabaseUnavailable("away")
        return 2


async def test_a_database_that_was_away_is_swept_the_next_time(
    caplog: pytest.LogCaptureFixture,
) -> None:
    threads = FakeThreads()
    caplog.set_level(logging.INFO)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(65):
            await sweep(cast(Threads, threads), KEEP)
    assert threads.times == 3
    assert [each.levelname for each in caplog.records] == ["WARNING", "INFO", "INFO"]
