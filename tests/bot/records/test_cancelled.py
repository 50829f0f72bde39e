"""A statement that took too long and was cancelled is in nobody's way."""

import asyncio
import gc
import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress

import pytest

from bot.records import Records
from tests.bot.conftest import SQLITE
from tests.bot.records.records import a_call

pytestmark = pytest.mark.unit

# From before the connection is there to after the last row was read.
MOMENTS_S = [step * 0.0003 for step in range(1, 40)]


@pytest.fixture
def no_garbage_collected() -> Iterator[None]:
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("no_garbage_collected")
async def test_the_log_can_be_emptied_after_a_cancelled_read(
    database: str, records: Records
) -> None:
    await records.calls.save(a_call())
    cancelled = 0
    with closing(sqlite3.connect(database.removeprefix(SQLITE), timeout=0.2)) as other:
        for moment_s in MOMENTS_S:
            with suppress(TimeoutError):
                async with asyncio.timeout(moment_s):
                    await records.calls.recent(5)
                    cancelled -= 1
            cancelled += 1
            await asyncio.sleep(0.01)  # the connection's thread closes it
            other.execute("UPDATE calls SET turns = turns + 1")
            other.commit()
            busy, _, _ = other.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            assert not busy, f"cancelled after {moment_s:g} s"
    assert cancelled
