"""Many processes behind a real PgBouncer that has fewer connections than there are calls."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.database_url import split_pooler
from bot.records import CallerLimits, CostLimits, InboundLimits, LineLimits, Records
from bot.records.migrate import migrate
from tests.bot.records import postgres
from tests.bot.records.pooler import CONNECTIONS, pooler
from tests.bot.records.records import NOON, a_call

CALLS = 4 * CONNECTIONS
BEATS = 5
LIMITS = InboundLimits(
    CallerLimits(100, 100, 100),
    CallerLimits(100, 100, 100),
    LineLimits(calls_per_day=100, minutes_per_day=1000),
    longest_call_s=900,
    costs=CostLimits(),
)


@pytest.mark.unit
@pytest.mark.parametrize(
    ("url", "rest", "is_pooled"),
    [
        ("postgresql://h/n?pgbouncer=true", "postgresql://h/n", True),
        ("postgresql://h/n?ssl=require&pgbouncer=1", "postgresql://h/n?ssl=require", True),
        ("postgresql://h/n?pgbouncer=false", "postgresql://h/n", False),
        ("postgresql://u:p%40w@h:5/n", "postgresql://u:p%40w@h:5/n", False),
        ("sqlite+aiosqlite:////var/story.db", "sqlite+aiosqlite:////var/story.db", False),
    ],
)
def test_a_pooler_is_told_by_the_address(url: str, rest: str, is_pooled: bool) -> None:
    assert split_pooler(url) == (rest, is_pooled)


@pytest.fixture
async def pooled_url() -> AsyncIterator[str]:
    with postgres.server() as server:
        database = await postgres.create_database(server)
        try:
            async with pooler(database) as url:
                yield f"{url}?pgbouncer=true"
        finally:
            await postgres.drop_database(database)


@pytest.mark.stack
async def test_more_calls_than_connections_keep_their_records(pooled_url: str) -> None:
    await migrate(pooled_url)

    async def carry(number: int) -> None:
        """What a call's process does: a record, a question for a place, and beats."""
        call = a_call(room_name=f"room-{number}")
        async with Records.open(pooled_url) as records:
            assert await records.calls.save(call)
            assert await records.gate.ask(call, LIMITS, NOON) is None
            for beat in range(BEATS):
                lease = NOON + timedelta(seconds=beat)
                assert await records.calls.save(replace(call, lease_until=lease))
            found = await records.calls.get(call.call_id)
            assert found is not None and found.lease_until == lease

    await asyncio.gather(*(carry(number) for number in range(CALLS)))
