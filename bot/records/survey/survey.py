"""Reads many calls at once: for people who look, never for a call."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from bot.records.database import Database
from bot.records.order import OrderState
from bot.records.orders_table import do_not_call, orders
from bot.records.record import CallRecord
from bot.records.survey.call_filter import CallFilter, Cursor
from bot.records.survey.failures import model_failures
from bot.records.survey.figures import Figures, count
from bot.records.survey.lists import ListProgress, progress
from bot.records.table import calls, from_row


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
        conditions = [*wanted.conditions(is_postgresql=self._database.is_postgresql)]
        if below is not None:
            conditions.append(below.condition)
        found = (
            select(calls)
            .where(*conditions)
            .order_by(calls.c.started_at.desc(), calls.c.call_id.desc())
            .limit(limit + 1)
        )
        async with self._database.reading() as connection:
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
