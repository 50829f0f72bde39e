"""What a call may cost is asked of the database, and never in its way."""

import pytest

from bot.call.allowance import asking
from bot.call.turning_away import costs_of
from bot.records import CallRecorder, CostLimits, Records
from tests.bot.records.records import a_call
from tests.bot.settings.made import made

pytestmark = pytest.mark.unit

LIMITS = CostLimits(per_number=0.5, per_day=20.0)


def test_the_limits_are_those_of_the_settings() -> None:
    settings = made(STORYLINE_MAX_CALLER_COST_PER_DAY="0.5", STORYLINE_MAX_COST_PER_DAY="20")
    assert costs_of(settings) == LIMITS
    assert costs_of(made()) == CostLimits()


async def test_a_call_asks_what_is_left_for_it(records: Records) -> None:
    recorder = CallRecorder(records.calls, a_call())
    ask = asking(records.gate, recorder, LIMITS)
    assert ask is not None
    assert await ask() == 0.5


async def test_where_nothing_limits_it_nothing_is_asked(records: Records) -> None:
    assert asking(records.gate, CallRecorder(records.calls, a_call()), CostLimits()) is None


async def test_without_a_database_nothing_is_known() -> None:
    async with Records.open("sqlite+aiosqlite:////nowhere/calls.db") as records:
        ask = asking(records.gate, CallRecorder(records.calls, a_call()), LIMITS)
        assert ask is not None
        assert await ask() is None
