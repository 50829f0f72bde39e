"""Records read from beside the line."""

from collections import Counter
from pathlib import Path

import pytest

from bench.chaos.records import Records
from bench.chaos.seen import Row
from bot.records import EndReason
from bot.records import Records as Written
from bot.records.migrate import migrate
from tests.bot.records.records import NOON, a_call

pytestmark = pytest.mark.unit


@pytest.fixture
async def url(tmp_path: Path) -> str:
    """A database with a call that has ended and, after it, one that has not."""
    url = f"sqlite+aiosqlite:///{tmp_path / 'calls.db'}"
    await migrate(url)
    async with Written.open(url) as records:
        ended = a_call(ended_at=NOON, end_reason=EndReason.FAILED, error="why\x1b]0;x")
        await records.calls.save(ended)
        await records.calls.save(a_call(started_at=NOON.replace(hour=13)))
    return url


async def test_the_first_call_is_the_one_of_the_fault(url: str) -> None:
    assert await Records(url).first() == Row("failed", "why\x1b]0;x", is_closed=True)


async def test_the_last_call_of_a_number_is_told_in_words(url: str) -> None:
    assert await Records(url).of_caller("+12025550123") == ("no reason, open", False)
    assert await Records(url).of_caller("+12025550199") == ("none", False)


async def test_each_call_has_its_job(url: str) -> None:
    assert list((await Records(url).jobs()).values()) == [None, None]


async def test_calls_are_counted_by_their_end(url: str) -> None:
    assert await Records(url).reasons() == Counter({"failed": 1, "open": 1})


async def test_orders_to_a_terminal_are_found(url: str) -> None:
    assert await Records(url).unclean() == ["error"]


async def test_looking_for_a_database_that_is_gone_does_not_make_one(tmp_path: Path) -> None:
    path = tmp_path / "calls.db"
    records = Records(f"sqlite+aiosqlite:///{path}")
    assert await records.first() is None
    assert await records.reasons() == Counter()
    assert not path.exists()
