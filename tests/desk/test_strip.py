"""The figures above the calls: how old they may be."""

from datetime import datetime, timedelta

import pytest

from bot.records import Records
from desk.strip import Strip
from tests.bot.records.records import NOON, a_call

pytestmark = pytest.mark.unit


class Clock:
    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


@pytest.mark.parametrize(("later_s", "calls"), [(0, 1), (29, 1), (30, 2), (3600, 2)])
async def test_figures_are_counted_again_after_half_a_minute(
    records: Records, later_s: float, calls: int
) -> None:
    clock = Clock()
    strip = Strip(records, clock)
    await records.calls.save(a_call())
    assert [each.calls for _, each in await strip.figures()] == [1, 1]
    await records.calls.save(a_call())
    clock.now += timedelta(seconds=later_s)
    assert [each.calls for _, each in await strip.figures()] == [calls, calls]


async def test_a_day_begins_at_midnight_and_a_week_is_seven_days(records: Records) -> None:
    clock = Clock()
    for ago in (timedelta(), timedelta(hours=13), timedelta(days=6), timedelta(days=8)):
        await records.calls.save(a_call(started_at=NOON - ago))
    figures = dict(await Strip(records, clock).figures())
    assert (figures["today"].calls, figures["7 days"].calls) == (1, 3)
