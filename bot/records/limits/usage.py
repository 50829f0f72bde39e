"""How much has been used: counted over the calls' own rows."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, extract, func, literal, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.records.limits.limits import DAY, Limit, LineLimits
from bot.records.record import EndReason
from bot.records.table import UtcDateTime, calls

# Nothing was told in these calls: who is turned away and tries again does not wait longer for it.
_NOT_COUNTED = (EndReason.LIMIT_REACHED, EndReason.NEVER_ANSWERED)


def counted() -> ColumnElement[bool]:
    """Calls that use something up: those in progress, and those in which somebody was told."""
    return or_(calls.c.end_reason.is_(None), calls.c.end_reason.not_in(_NOT_COUNTED))


async def count(connection: AsyncConnection, *conditions: ColumnElement[bool]) -> int:
    """How many calls fulfil all of these."""
    (found,) = await count_each(connection, conditions)
    return found


async def count_each(
    connection: AsyncConnection, *groups: Sequence[ColumnElement[bool]]
) -> tuple[int, ...]:
    """How many calls fulfil all conditions of each group, in one question: a caller waits."""
    each = (select(func.count()).select_from(calls).where(*group) for group in groups)
    row = (await connection.execute(select(*(one.scalar_subquery() for one in each)))).one()
    return tuple(row)


async def line_is_full(
    connection: AsyncConnection, limits: LineLimits, now: datetime, *but: ColumnElement[bool]
) -> Limit | None:
    """The limit that the whole line has reached, if any. `but`: which calls are to be counted."""
    today = (calls.c.started_at > now - DAY, counted(), *but)
    if await count(connection, *today) >= limits.calls_per_day:
        return Limit.CALLS_PER_DAY
    used = await minutes(connection, now, *but)
    return Limit.MINUTES_PER_DAY if used >= limits.minutes_per_day else None


async def minutes(connection: AsyncConnection, now: datetime, *but: ColumnElement[bool]) -> float:
    """How many minutes were talked in a day."""
    today = (calls.c.started_at > now - DAY, counted(), *but)
    until = func.coalesce(calls.c.ended_at, literal(now, UtcDateTime), type_=UtcDateTime)
    seconds = extract("epoch", until) - extract("epoch", calls.c.answered_at)
    used_s = (await connection.execute(select(func.sum(seconds)).where(*today))).scalar_one()
    return float(used_s or 0) / 60
