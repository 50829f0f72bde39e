"""What calls have cost lately, and what is left of what they may cost."""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, column, func, select, table
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.records.limits.limits import DAY, CostLimits, Limit
from bot.records.record import Direction
from bot.records.table import calls

# What is asked of bot/records/diary/tables.py.
usage = table("call_usage", column("call_id"), column("cost_usd"))


async def cost_usd(connection: AsyncConnection, *conditions: ColumnElement[bool]) -> float:
    """What the calls that fulfil all of these have cost, as far as there are prices."""
    statement = (
        select(func.sum(usage.c.cost_usd))
        .select_from(calls.join(usage, calls.c.call_id == usage.c.call_id))
        .where(*conditions)
    )
    return float((await connection.execute(statement)).scalar_one() or 0.0)


async def left_usd(
    connection: AsyncConnection,
    limits: CostLimits,
    number: str | None,
    now: datetime,
    *but: ColumnElement[bool],
) -> dict[Limit, float]:
    """What is left of each limit that is set. `number`: who is at the other end; None where they
    do not show it, and have no limit of their own. `but`: which calls are to be counted.
    """
    today = (calls.c.started_at > now - DAY, *but)
    left: dict[Limit, float] = {}
    if limits.per_number is not None and number is not None:
        rang = and_(calls.c.from_number == number, calls.c.direction == Direction.INBOUND)
        was_called = and_(calls.c.to_number == number, calls.c.direction == Direction.OUTBOUND)
        # Two sums, each by its own index.
        used = await cost_usd(connection, rang, *today)
        used += await cost_usd(connection, was_called, *today)
        left[Limit.NUMBER_COST_PER_DAY] = limits.per_number - used
    if limits.per_day is not None:
        left[Limit.COST_PER_DAY] = limits.per_day - await cost_usd(connection, *today)
    return left


def used_up(left: dict[Limit, float]) -> Limit | None:
    """The limit of which nothing is left, if any."""
    return next((limit for limit, usd in left.items() if usd <= 0), None)
