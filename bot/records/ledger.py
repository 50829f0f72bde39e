"""The ledger of outbound calls: what makes sure that nobody is called twice.

Every step of an order is one conditional write, so of all the processes that may try it one wins.
The intention to dial is written before the INVITE is sent (`may_dial`); what happens afterwards
cannot be undone by forgetting it, so an order that has been there is never dialled again.
"""

from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any, Self

from sqlalchemy import ColumnElement, and_, case, exists, or_, select, update
from sqlalchemy import text as sql
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.records.admission import LIVE, by_key, check, is_listed
from bot.records.database import create_engine, database_errors
from bot.records.order import Blocked, BlockedBy, Order, OrderState, TrunkLimits
from bot.records.orders_table import do_not_call, from_row, orders, to_row
from bot.records.table import calls
from sip.calls.outcome import Outcome

# Any number will do, as long as nobody else in the same database uses it.
_ADVISORY_LOCK = 0x53544F5245
# Twenty commands at once ask one after another.
_PATIENCE_S = 10.0

# A job writes the record of its call within its first second.
_NO_RECORD = timedelta(seconds=15)
# Guardians end a dead call within ten seconds, by whatever clock. After this there is none.
_FORSAKEN = timedelta(minutes=1)
# Between closing the record and ending the order a living job needs a moment.
_CLOSED = timedelta(seconds=5)


class Ledger:
    """The orders and the do-not-call list. Methods raise DatabaseUnavailable."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._insert = postgresql.insert if engine.dialect.name == "postgresql" else sqlite.insert

    @classmethod
    @asynccontextmanager
    async def open(cls, url: str) -> AsyncIterator[Self]:
        """The ledger in the database at `url`. Connects at the first use."""
        engine = create_engine(url, patience_s=_PATIENCE_S)
        try:
            yield cls(engine)
        finally:
            await engine.dispose()

    # --- asking for a call ------------------------------------------------------------------------

    async def accept(
        self, order: Order, limits: TrunkLimits, *, again: bool = False
    ) -> tuple[Order, bool]:
        """Write the order down, and return it with True; or the older one of the same key.

        Everything is checked and written in one transaction that other processes wait for, so two
        of them can never both be the first. `again` allows a number that was dialled less than a
        minute ago. Raises OrderRefused.
        """
        async with self._alone() as connection:
            older = await by_key(connection, order)
            if older is not None:
                return older, False
            await check(connection, order, limits, again=again)
            await connection.execute(orders.insert().values(to_row(order)))
            return order, True

    async def check(
        self, order: Order, limits: TrunkLimits, *, again: bool = False
    ) -> Order | None:
        """What `accept` would do, without writing: an older order of the same key, or None.

        Raises OrderRefused.
        """
        with database_errors():
            async with self._engine.connect() as connection:
                older = await by_key(connection, order)
                if older is None:
                    await check(connection, order, limits, again=again)
                return older

    # --- the steps of an order; each returns whether this process took it -------------------------

    async def take(self, call_id: str, job_id: str, now: datetime) -> Order | None:
        """Give the order to a job. None when it has one already, or has ended."""
        changes = {"state": OrderState.TAKEN, "job_id": job_id, "taken_at": now}
        took = await self._step(call_id, (OrderState.QUEUED,), changes)
        return await self.get(call_id) if took else None

    async def ready(self, call_id: str) -> bool:
        """The storyteller is there."""
        return await self._step(call_id, (OrderState.TAKEN,), {"state": OrderState.READY})

    async def may_dial(self, call_id: str, now: datetime) -> bool:
        """Write down that the number is dialled now; True for exactly one asker, once.

        False when the order was cancelled meanwhile or the number was blocked.
        """
        blocked = exists().where(do_not_call.c.number == orders.c.number)
        return await self._step(
            call_id,
            (OrderState.READY,),
            {"state": OrderState.DIALING, "dialed_at": now},
            orders.c.cancel_asked.is_(False),
            ~blocked,
        )

    async def ringing(self, call_id: str) -> bool:
        """The callee's telephone rings."""
        return await self._step(call_id, (OrderState.DIALING,), {"state": OrderState.RINGING})

    async def answered(self, call_id: str, now: datetime) -> bool:
        """Somebody, or something, has answered."""
        return await self._step(
            call_id,
            (OrderState.DIALING, OrderState.RINGING),
            {"state": OrderState.ANSWERED, "answered_at": now, "outcome": Outcome.ANSWERED},
        )

    async def note(self, call_id: str, outcome: Outcome) -> bool:
        """What it was that answered, once that is known better."""
        return await self._step(call_id, (OrderState.ANSWERED,), {"outcome": outcome})

    async def end(
        self,
        call_id: str,
        outcome: Outcome,
        now: datetime,
        *,
        sip_status: int | None = None,
        detail: str | None = None,
        before: Collection[OrderState] = tuple(OrderState),
    ) -> bool:
        """The order is over. What is known of an answered call stays as it is.

        `before`: only if the order is in one of these states.
        """
        answered = orders.c.state == OrderState.ANSWERED
        return await self._step(
            call_id,
            [state for state in before if state is not OrderState.ENDED],
            {
                "state": OrderState.ENDED,
                "outcome": case((answered, orders.c.outcome), else_=outcome.value),
                "sip_status": sip_status,
                "detail": detail,
                "ended_at": now,
            },
        )

    async def cancel(self, call_id: str, now: datetime) -> Order | None:
        """Stop the call: ends it if nothing was dialled yet, else asks its job to.

        Returns the order as it is then.
        """
        detail = "It was cancelled before it was dialled."
        before = (OrderState.QUEUED, OrderState.TAKEN, OrderState.READY)
        if not await self.end(call_id, Outcome.CANCELLED, now, detail=detail, before=before):
            await self._step(call_id, LIVE, {"cancel_asked": True})
        return await self.get(call_id)

    # --- reading ----------------------------------------------------------------------------------

    async def get(self, call_id: str) -> Order | None:
        return await self._one(orders.c.call_id == call_id)

    async def with_key(self, idempotency_key: str) -> Order | None:
        return await self._one(orders.c.idempotency_key == idempotency_key)

    async def with_keys(self, number: str, prefix: str) -> list[Order]:
        """Every order for a number whose key begins with `prefix`, the oldest first."""
        found = select(orders).where(
            orders.c.number == number,
            orders.c.idempotency_key.startswith(prefix, autoescape=True),
        )
        with database_errors():
            async with self._engine.connect() as connection:
                rows = await connection.execute(found.order_by(orders.c.asked_at))
                return [from_row(row) for row in rows]

    async def recent(self, limit: int) -> list[Order]:
        """The newest orders first."""
        found = select(orders).order_by(orders.c.asked_at.desc()).limit(limit)
        with database_errors():
            async with self._engine.connect() as connection:
                return [from_row(row) for row in await connection.execute(found)]

    async def is_blocked(self, number: str) -> bool:
        with database_errors():
            async with self._engine.connect() as connection:
                return await is_listed(connection, number)

    async def bury_the_dead(self, now: datetime) -> None:
        """End the orders whose job died: their record was closed by the guardian, or never begun,
        or its lease ran out a minute ago and no guardian has come.

        Nobody knows whether the telephone of one that was dialling has rung, so it says so.
        """
        closed = exists().where(
            calls.c.call_id == orders.c.call_id, calls.c.ended_at < now - _CLOSED
        )
        recorded = exists().where(calls.c.call_id == orders.c.call_id)
        forsaken = exists().where(
            calls.c.call_id == orders.c.call_id,
            calls.c.ended_at.is_(None),
            calls.c.lease_until < now - _FORSAKEN,
        )
        never_began = and_(~recorded, orders.c.taken_at < now - _NO_RECORD)
        dead = select(orders).where(orders.c.state.in_(LIVE), or_(closed, forsaken, never_began))
        with database_errors():
            async with self._engine.connect() as connection:
                found = [from_row(row) for row in await connection.execute(dead)]
        for order in found:
            detail = _epitaph(order)
            await self.end(order.call_id, Outcome.FAILED, now, detail=detail, before=[order.state])

    # --- the do-not-call list ---------------------------------------------------------------------

    async def block(self, number: str, by: BlockedBy, now: datetime) -> bool:
        """Never call this number again. False if it was on the list already."""
        row = {"number": number, "by": by, "since": now}
        return await self._write(self._insert(do_not_call).values(row).on_conflict_do_nothing())

    async def unblock(self, number: str) -> bool:
        """Take the number off the list. False if it was not on it."""
        return await self._write(do_not_call.delete().where(do_not_call.c.number == number))

    async def blocked(self) -> list[Blocked]:
        """The list, the oldest entry first."""
        with database_errors():
            async with self._engine.connect() as connection:
                rows = await connection.execute(select(do_not_call).order_by(do_not_call.c.since))
                return [Blocked(row.number, row.since, row.by) for row in rows]

    # --- underneath -------------------------------------------------------------------------------

    @asynccontextmanager
    async def _alone(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that no other one of this kind overlaps."""
        with database_errors():
            async with self._engine.begin() as connection:
                if self._engine.dialect.name == "postgresql":
                    lock = sql("SELECT pg_advisory_xact_lock(:key)")
                    await connection.execute(lock, {"key": _ADVISORY_LOCK})
                else:
                    # The driver begins by itself only at the first write: too late.
                    await connection.exec_driver_sql("BEGIN IMMEDIATE")
                yield connection

    async def _step(
        self,
        call_id: str,
        before: Collection[OrderState],
        changes: dict[str, Any],
        *conditions: ColumnElement[bool],
    ) -> bool:
        return await self._write(
            update(orders)
            .where(orders.c.call_id == call_id, orders.c.state.in_(before), *conditions)
            .values(changes)
        )

    async def _one(self, condition: ColumnElement[bool]) -> Order | None:
        with database_errors():
            async with self._engine.connect() as connection:
                row = (await connection.execute(select(orders).where(condition))).first()
                return None if row is None else from_row(row)

    async def _write(self, statement: Any) -> bool:
        with database_errors():
            async with self._engine.begin() as connection:
                result = await connection.execute(statement)
                return bool(result.rowcount)


def _epitaph(order: Order) -> str:
    match order.state:
        case OrderState.TAKEN | OrderState.READY:
            return "The storyteller's process died before anybody was dialled."
        case OrderState.ANSWERED:
            return "The storyteller's process died during the call."
        case _:
            return (
                "The storyteller's process died while dialling: nobody knows whether the telephone "
                "has rung. It is not dialled again."
            )
