"""What is rehearsed is what a call asks of its records before it is answered."""

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine
from sqlalchemy.engine.interfaces import CacheStats
from sqlalchemy.pool import QueuePool

from bot.records import CallerLimits, CostLimits, InboundLimits, LineLimits, Records
from bot.records.rehearsal import rehearse_reading, rehearse_records
from tests.bot.conftest import SQLITE
from tests.bot.records.records import NOON, a_call

pytestmark = pytest.mark.unit

NUMBER = "+12025550123"
LIMITS = InboundLimits(
    CallerLimits(2, 10, 30),
    CallerLimits(2, 10, 30),
    LineLimits(1000, 1000),
    longest_call_s=900.0,
    costs=CostLimits(5.0, 50.0),
)


async def test_every_statement_before_the_answer_is_rehearsed() -> None:
    said: list[str] = []

    def note(*execution: Any) -> None:
        said.append(execution[2])

    event.listen(Engine, "before_cursor_execute", note)
    try:
        await rehearse_records()
    finally:
        event.remove(Engine, "before_cursor_execute", note)

    def is_said(*words: str) -> bool:
        return any(all(word in statement for word in words) for statement in said)

    assert is_said("INSERT INTO calls", "ON CONFLICT")
    assert is_said("BEGIN IMMEDIATE")
    assert is_said("UPDATE calls SET", "from_number")
    assert is_said("SELECT", "FROM remembered_callers")
    assert is_said("SELECT", "FROM call_threads")


async def test_a_call_finds_the_statements_that_were_made_before_it_came(database: str) -> None:
    made: list[str] = []
    async with Records.open(database) as records:
        await rehearse_reading(records)
        record = a_call()
        await records.calls.save(record)
        with compiling(made):
            await records.gate.ask(record, LIMITS, NOON)
            await records.memories.of(NUMBER)
            await records.unfinished.take_newest(NUMBER, record.call_id, NOON, timedelta(hours=1))
    assert [statement.split()[0] for statement in made] == ["UPDATE"]


async def test_a_rehearsal_writes_nothing_and_leaves_no_connection(database: str) -> None:
    async with Records.open(database) as records:
        await rehearse_reading(records)
        assert isinstance(pool := records._engine.pool, QueuePool)
        assert pool.checkedin() + pool.checkedout() == 0
        assert await records.calls.recent(5) == []


async def test_a_file_that_somebody_writes_to_is_not_waited_for(database: str) -> None:
    with closing(sqlite3.connect(database.removeprefix(SQLITE))) as writer:
        writer.execute("BEGIN IMMEDIATE")
        async with Records.open(database, patience_s=30.0) as records, asyncio.timeout(10.0):
            await rehearse_reading(records)


async def test_the_log_can_be_emptied_while_a_process_waits_for_its_call(database: str) -> None:
    async with Records.open(database) as records, Records.open(database) as others:
        await rehearse_reading(records)
        await others.calls.save(a_call())
        with closing(sqlite3.connect(database.removeprefix(SQLITE))) as other:
            assert other.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone() == (0, 0, 0)


async def test_a_postgresql_is_left_alone_until_a_call_comes() -> None:
    async with Records.open("postgresql://nobody@127.0.0.1:1/calls") as records:
        await rehearse_reading(records)


@contextmanager
def compiling(made: list[str]) -> Iterator[None]:
    """Note every statement that SQLAlchemy has to make, because no engine has made it before."""

    def note(*execution: Any) -> None:
        if execution[4].cache_hit is CacheStats.CACHE_MISS:
            made.append(execution[2])

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield
    finally:
        event.remove(Engine, "before_cursor_execute", note)
