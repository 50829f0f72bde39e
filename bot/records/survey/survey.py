"""Reads many calls at once: for people who look, never for a call."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select, union
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.records.database import Database
from bot.records.diary.tables import turns
from bot.records.orders.order import OrderState
from bot.records.orders.tables import do_not_call, orders
from bot.records.record import CallRecord
from bot.records.survey.call_filter import CallFilter, Cursor
from bot.records.survey.failures import model_failures
from bot.records.survey.figures import Figures, count
from bot.records.survey.lists import ListProgress, progress
from bot.records.table import calls, from_row

# Turns that are looked up one by one in some hundredths of a second.
_FEW = 5000


@dataclass(frozen=True)
class CallPage:
    """The newest calls first; `next` is where the following page begins, if there is one."""

    calls: tuple[CallRecord, ...]
    next: Cursor | None


@dataclass(frozen=True)
class OrderCounts:
    """How many orders are in which state, and how long the do-not-call list is."""

    by_state: dict[OrderState, int]
    blocked: int


class Survey:
    """Looks over the calls. Methods raise DatabaseUnavailable."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def page(self, wanted: CallFilter, limit: int, below: Cursor | None = None) -> CallPage:
        """At most `limit` calls, the newest first, below the end of the page before."""
        async with self._database.reading() as connection:
            conditions = [
                *wanted.conditions(
                    is_postgresql=self._database.is_postgresql,
                    slow=await _slow_calls(connection, wanted.slow_s),
                )
            ]
            if below is not None:
                conditions.append(below.condition)
            found = _newest(wanted.number, conditions, limit + 1)
            records = [from_row(row) for row in await connection.execute(found)]
        more = len(records) > limit
        records = records[:limit]
        return CallPage(tuple(records), Cursor.after(records[-1]) if more and records else None)

    async def ended(self, since: datetime, before: datetime) -> list[CallRecord]:
        """The calls that ended between these moments."""
        lately = (calls.c.ended_at >= since) & (calls.c.ended_at < before)
        async with self._database.reading() as connection:
            return [from_row(row) for row in await connection.execute(select(calls).where(lately))]

    async def figures(self, since: datetime) -> Figures:
        """What the calls that began at `since` or later came to."""
        async with self._database.reading() as connection:
            return await count(connection, since)

    async def lists(self, since: datetime, limit: int) -> list[ListProgress]:
        """How far the lists have come that were worked on since, the newest first."""
        async with self._database.reading() as connection:
            return await progress(
                connection, since, limit, is_postgresql=self._database.is_postgresql
            )

    async def model_failures(self, since: datetime, limit: int) -> list[CallRecord]:
        """The newest calls since in which a model failed for good."""
        async with self._database.reading() as connection:
            return await model_failures(connection, since, limit)

    async def orders(self, since: datetime) -> OrderCounts:
        """The orders of calls that were asked for at `since` or later, by state."""
        by_state = (
            select(orders.c.state, func.count())
            .where(orders.c.asked_at >= since)
            .group_by(orders.c.state)
        )
        async with self._database.reading() as connection:
            states = {row[0]: row[1] for row in await connection.execute(by_state)}
            blocked = await connection.scalar(select(func.count()).select_from(do_not_call))
        return OrderCounts(states, blocked or 0)


def _newest(
    number: str | None, conditions: Sequence[ColumnElement[bool]], limit: int
) -> Select[Any]:
    """The newest calls, of one number or of all."""

    def by_time(found: Select[Any]) -> Select[Any]:
        newest = (calls.c.started_at.desc(), calls.c.call_id.desc())
        return found.where(*conditions).order_by(*newest).limit(limit)

    if number is None:
        return by_time(select(calls))
    # Each side by its own index; with one condition for both, a database reads all calls.
    sides = (
        select(by_time(select(calls.c.call_id).where(side == number)).subquery())
        for side in (calls.c.from_number, calls.c.to_number)
    )
    either = union(*sides).subquery()
    return by_time(select(calls).where(calls.c.call_id.in_(select(either.c.call_id))))


async def _slow_calls(connection: AsyncConnection, slow_s: float | None) -> set[str] | None:
    """The calls with a turn so slow; None where they are so many that one of the newest calls soon
    has one. Named, as PostgreSQL reads all calls when it is to find them by itself.
    """
    if slow_s is None:
        return None
    found = select(turns.c.call_id).where(turns.c.gap_s >= slow_s).limit(_FEW + 1)
    slow = (await connection.scalars(found)).all()
    return set(slow) if len(slow) <= _FEW else None
