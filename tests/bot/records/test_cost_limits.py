"""What calls may cost in a day: counted over what they used, on SQLite and on PostgreSQL."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.records import (
    CallRecord,
    CostLimits,
    Direction,
    EndReason,
    Limit,
    Records,
    Refusal,
)
from bot.records.errors import NotToday
from tests.bot.records.diary.entries import some_usage
from tests.bot.records.orders import PLENTY, an_order
from tests.bot.records.records import EVERY_DATABASE, NOON, a_call
from tests.bot.records.test_gate import NO_LIMITS

pytestmark = EVERY_DATABASE

NUMBER = "+12025550123"
OTHER = "+12025550199"


async def cost(records: Records, usd: float | None, *, hours_ago: float = 1, **changes: Any) -> str:
    """A call that has cost so much; None: of a model without a price."""
    call = a_call(
        **{
            "from_number": NUMBER,
            "started_at": NOON - timedelta(hours=hours_ago),
            "end_reason": EndReason.STORY_FINISHED,
            **changes,
        }
    )
    await records.calls.save(call)
    await records.diaries.write(call.call_id, [], [some_usage(1000, usd)])
    return call.call_id


async def refusal(records: Records, costs: CostLimits, **changes: Any) -> Refusal | None:
    call = a_call(**{"from_number": NUMBER, "sip_call_id": "SCL", **changes})
    await records.calls.save(call)
    return await records.gate.ask(call, replace(NO_LIMITS, costs=costs), NOON)


async def left(records: Records, costs: CostLimits, call: CallRecord) -> float | None:
    return await records.gate.left_usd(call, costs, NOON)


async def test_a_number_that_has_used_up_its_money_is_turned_away(records: Records) -> None:
    await cost(records, 0.6)
    await cost(records, 0.4)
    assert await refusal(records, CostLimits(per_number=1.01)) is None
    assert await refusal(records, CostLimits(per_number=1.0)) == Refusal(Limit.NUMBER_COST_PER_DAY)
    assert await refusal(records, CostLimits(per_number=1.0), from_number=OTHER) is None


async def test_what_our_calls_to_a_number_cost_counts_too(records: Records) -> None:
    ours: dict[str, Any] = {
        "direction": Direction.OUTBOUND,
        "from_number": "+12025550100",
        "to_number": NUMBER,
    }
    await cost(records, 1.0, **ours)
    refused = await refusal(records, CostLimits(per_number=1.0))
    assert refused is not None and not refused.limit.is_the_lines


async def test_a_day_that_has_used_up_its_money_turns_everybody_away(records: Records) -> None:
    await cost(records, 1.0)
    refused = await refusal(records, CostLimits(per_day=1.0), from_number=OTHER)
    assert refused is not None
    assert refused.limit is Limit.COST_PER_DAY and refused.limit.is_the_lines


async def test_yesterdays_money_and_what_has_no_price_do_not_count(records: Records) -> None:
    await cost(records, 1.0, hours_ago=24.1)
    await cost(records, None)
    assert await refusal(records, CostLimits(per_number=1.0, per_day=1.0)) is None


async def test_callers_without_a_number_have_the_days_limit_alone(records: Records) -> None:
    await cost(records, 5.0, from_number=None)
    assert await refusal(records, CostLimits(per_number=1.0), from_number=None) is None


async def test_a_call_in_progress_is_told_what_others_leave_it(records: Records) -> None:
    mine = await records.calls.get(await cost(records, 0.3))
    assert mine is not None
    await cost(records, 0.5)
    await cost(records, 0.1, from_number=OTHER)
    assert await left(records, CostLimits(per_number=1.0), mine) == pytest.approx(0.5)
    assert await left(records, CostLimits(per_number=1.0, per_day=0.9), mine) == pytest.approx(0.3)
    assert await left(records, CostLimits(), mine) is None


async def test_nobody_is_called_when_the_money_is_used_up(records: Records) -> None:
    await cost(records, 0.8)
    for costs in (CostLimits(per_number=0.8), CostLimits(per_day=1.0)):  # three quarters are 0.75
        with pytest.raises(NotToday, match="a limit is reached: cost of"):
            await records.orders.accept(an_order(number=NUMBER), replace(PLENTY, costs=costs))
    await records.orders.accept(
        an_order(number=NUMBER), replace(PLENTY, costs=CostLimits(per_day=1.2))
    )


async def test_what_is_used_up_of_the_day_is_told(records: Records) -> None:
    await cost(records, 0.8, answered_at=NOON - timedelta(minutes=30), ended_at=NOON)
    used = await records.gate.used_today(NOON)
    assert used == {
        Limit.CALLS_PER_DAY: 1,
        Limit.MINUTES_PER_DAY: pytest.approx(30),
        Limit.COST_PER_DAY: pytest.approx(0.8),
    }
