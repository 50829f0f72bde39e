"""The ledger of outbound calls: what makes sure that nobody is called twice.

Every step of an order is one conditional write, so of all the processes that may try it one wins.
The intention to dial is written before the INVITE is sent (`claim_dialling`); what happens
afterwards cannot be undone by forgetting it: an order that has been there is never dialled again.
Whatever the ledger has answered is on the disk: a power cut does not take it back.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, case, exists, func, select, update

from bot.records.database import Database
from bot.records.limits.limits import OrderLimits
from bot.records.orders.admission import LIVE, by_key, check, is_listed
from bot.records.orders.order import Blocked, BlockedBy, Order, OrderState
from bot.records.orders.tables import do_not_call, from_row, orders, to_row
from sip.calls.outcome import Outcome


class Ledger:
    """The orders and the do-not-call list. Methods raise DatabaseUnavailable."""

    def __init__(self, database: Database) -> None:
        self._database = database

    # --- asking for a call ------------------------------------------------------------------------

    async def accept(
        self, order: Order, limits: OrderLimits, *, again: bool = False
    ) -> tuple[Order, bool]:
        """Write the order down, and return it with True; or the older one of the same key.

        Everything is checked and written in one transaction that other processes wait for, so two
        of them can never both be the first. `again` allows a number that was dialled less than a
        minute ago. Raises OrderRefused.
        """
        async with self._database.writing(durable=True, alone=True) as connection:
            older = await by_key(connection, order)
            if older is not None:
                return older, False
            await check(connection, order, limits, again=again)
            await connection.execute(orders.insert().values(to_row(order)))
            return order, True

    async def check(
        self, order: Order, limits: OrderLimits, *, again: bool = False
    ) -> Order | None:
        """What `accept` would do, without writing: an older order of the same key, or None.

        Raises OrderRefused.
        """
        async with self._database.reading() as connection:
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

    async def mark_ready(self, call_id: str) -> bool:
        """The storyteller is there."""
        return await self._step(call_id, (OrderState.TAKEN,), {"state": OrderState.READY})

    async def claim_dialling(self, call_id: str, now: datetime) -> bool:
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

    async def mark_ringing(self, call_id: str) -> bool:
        """The callee's telephone rings."""
        return await self._step(call_id, (OrderState.DIALING,), {"state": OrderState.RINGING})

    async def mark_answered(self, call_id: str, now: datetime) -> bool:
        """Somebody, or something, has answered."""
        return await self._step(
            call_id,
            (OrderState.DIALING, OrderState.RINGING),
            {"state": OrderState.ANSWERED, "answered_at": now, "outcome": Outcome.ANSWERED},
        )

    async def correct_outcome(self, call_id: str, outcome: Outcome) -> bool:
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
        dialled: bool = True,
    ) -> bool:
        """The order is over. What is known of an answered call stays as it is.

        `before`: only if the order is in one of these states. `dialled=False`: whoever may have
        claimed the dialling knows that it was not begun.
        """
        answered = orders.c.state == OrderState.ANSWERED
        changes = {
            "state": OrderState.ENDED,
            "outcome": case((answered, orders.c.outcome), else_=outcome.value),
            "sip_status": sip_status,
            "detail": detail,
            "ended_at": now,
        }
        if not dialled:
            changes["dialed_at"] = None
        states = [state for state in before if state is not OrderState.ENDED]
        return await self._step(call_id, states, changes)

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
        # Not LIKE: on SQLite that takes "March" for "march".
        beginning = func.substr(orders.c.idempotency_key, 1, len(prefix))
        found = select(orders).where(orders.c.number == number, beginning == prefix)
        return await self._read(found.order_by(orders.c.asked_at))

    async def recent(self, limit: int) -> list[Order]:
        """The newest orders first."""
        return await self._read(select(orders).order_by(orders.c.asked_at.desc()).limit(limit))

    async def in_the_way_of(self, order: Order) -> list[Order]:
        """The orders that a job has, on the same trunk or for the same number."""
        return await self._read(
            select(orders).where(
                orders.c.state.in_(LIVE),
                (orders.c.trunk_id == order.trunk_id) | (orders.c.number == order.number),
            )
        )

    async def is_blocked(self, number: str) -> bool:
        async with self._database.reading() as connection:
            return await is_listed(connection, number)

    # --- the do-not-call list ---------------------------------------------------------------------

    async def block(self, number: str, by: BlockedBy, now: datetime) -> bool:
        """Never call this number again. False if it was on the list already."""
        row = {"number": number, "by": by, "since": now}
        insert = self._database.insert(do_not_call).values(row).on_conflict_do_nothing()
        return await self._database.write(insert, durable=True)

    async def unblock(self, number: str) -> bool:
        """Take the number off the list. False if it was not on it."""
        delete = do_not_call.delete().where(do_not_call.c.number == number)
        return await self._database.write(delete, durable=True)

    async def blocked(self) -> list[Blocked]:
        """The list, the oldest entry first."""
        async with self._database.reading() as connection:
            rows = await connection.execute(select(do_not_call).order_by(do_not_call.c.since))
            return [Blocked(row.number, row.since, row.by) for row in rows]

    # --- underneath -------------------------------------------------------------------------------

    async def _step(
        self,
        call_id: str,
        before: Collection[OrderState],
        changes: dict[str, Any],
        *conditions: ColumnElement[bool],
    ) -> bool:
        step = (
            update(orders)
            .where(orders.c.call_id == call_id, orders.c.state.in_(before), *conditions)
            .values(changes)
        )
        return await self._database.write(step, durable=True)

    async def _one(self, condition: ColumnElement[bool]) -> Order | None:
        found = await self._read(select(orders).where(condition))
        return found[0] if found else None

    async def _read(self, statement: Select[Any]) -> list[Order]:
        async with self._database.reading() as connection:
            return [from_row(row) for row in await connection.execute(statement)]
