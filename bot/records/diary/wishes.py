"""A caller's own wish to be forgotten, which must not help anybody around the limits.

What limits count of a call (its number, times, reason, what it cost) stays for the day for which
they count it. All the rest goes at once.
"""

import asyncio
from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import exists, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.records.database import Database
from bot.records.diary.removal import EVERYTHING, Forgotten, parts, remove, remove_memory
from bot.records.diary.tables import events, to_forget, turns
from bot.records.limits.limits import DAY
from bot.records.orders.admission import LIVE
from bot.records.orders.order import OrderState
from bot.records.orders.tables import orders
from bot.records.outbox.table import letters
from bot.records.sound.shelf import Shelf
from bot.records.table import calls, theirs
from bot.records.thread.tables import threads

# What no limit asks for.
_SAID_AND_DONE = (turns, events, letters, threads)

_is_open = exists().where(calls.c.call_id == to_forget.c.call_id, calls.c.ended_at.is_(None))
_is_ordered = exists().where(
    orders.c.call_id == to_forget.c.call_id, orders.c.state.in_((OrderState.QUEUED, *LIVE))
)


class Wishes:
    """Methods raise DatabaseUnavailable, or SoundNotRemoved; then no row has gone.

    The do-not-call list stays. Calls in progress are noted, and go when they are over: `settle`
    does so at once, `carry_out` where their process died before.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def forget_number(self, number: str, shelf: Shelf, now: datetime) -> Forgotten:
        """Everything about a number: whoever is remembered under it, and all calls with it."""
        theirs_since = select(calls.c.call_id, calls.c.started_at).where(theirs(number))
        ordered_since = select(orders.c.call_id, orders.c.asked_at).where(orders.c.number == number)
        async with self._database.writing(durable=True, alone=True) as connection:
            since: dict[str, datetime] = {}
            for statement in (theirs_since, ordered_since):
                for call_id, at in await connection.execute(statement):
                    since[call_id] = max(at, since.get(call_id, at))
            await self._note(connection, since)
            forgotten = await _forget_noted(connection, shelf, now, since)
            rows = forgotten.rows | await remove_memory(connection, number)
        await self._database.empty_log()
        return Forgotten(rows, forgotten.files, forgotten.in_progress)

    async def forget_call(
        self, call_id: str, shelf: Shelf, now: datetime, *, person: tuple[str, str] | None = None
    ) -> Forgotten:
        """One call, and with `person` (number and first name) what is remembered of them."""
        async with self._database.writing(durable=True, alone=True) as connection:
            await self._note(connection, {call_id: now})
            forgotten = await _forget_noted(connection, shelf, now, [call_id])
            rows = forgotten.rows
            if person is not None:
                rows |= await remove_memory(connection, *person)
        await self._database.empty_log()
        return Forgotten(rows, forgotten.files, forgotten.in_progress)

    async def settle(self, call_id: str, shelf: Shelf, now: datetime) -> Forgotten:
        """The call is over: what its caller wanted forgotten goes. Nothing without such a wish."""
        async with self._database.writing(durable=True, alone=True) as connection:
            forgotten = await _forget_noted(connection, shelf, now, [call_id])
        await self._database.empty_log()
        return forgotten

    async def is_noted(self, call_id: str) -> bool:
        """Whether the caller of this call has wanted to be forgotten."""
        noted = select(to_forget.c.call_id).where(to_forget.c.call_id == call_id)
        async with self._database.reading() as connection:
            return (await connection.scalars(noted)).first() is not None

    async def carry_out(self, shelf: Shelf, now: datetime) -> Forgotten:
        """Everything that is due of all wishes."""
        async with self._database.writing(durable=True, alone=True) as connection:
            noted = set(await connection.scalars(select(to_forget.c.call_id)))
            forgotten = await _forget_noted(connection, shelf, now, noted)
        if forgotten.total:
            await self._database.empty_log()
        return forgotten

    async def _note(self, connection: AsyncConnection, since: Mapping[str, datetime]) -> None:
        for call_id, at in since.items():
            noted = self._database.insert(to_forget).values(call_id=call_id, forget_at=at + DAY)
            await connection.execute(noted.on_conflict_do_nothing())


async def _forget_noted(
    connection: AsyncConnection, shelf: Shelf, now: datetime, call_ids: Collection[str]
) -> Forgotten:
    """Of these calls those that are noted and over: whole after their day, else but the limits'."""
    over: set[str] = set()
    old: set[str] = set()
    noted = 0
    for part in parts(call_ids):
        among = to_forget.c.call_id.in_(part)
        noted += len((await connection.scalars(select(to_forget.c.call_id).where(among))).all())
        found = select(to_forget.c.call_id, to_forget.c.forget_at <= now)
        for call_id, is_old in await connection.execute(
            found.where(among, ~_is_open, ~_is_ordered)
        ):
            (old if is_old else over).add(call_id)
    files = await asyncio.to_thread(shelf.remove, sorted(over | old))
    rows = await remove(connection, EVERYTHING, old)
    for name, count in (await remove(connection, _SAID_AND_DONE, over)).items():
        rows[name] += count
    for part in parts(over):
        ordered = update(orders).where(orders.c.call_id.in_(part))
        await connection.execute(ordered.values(name=None, location=None))
        await connection.execute(update(calls).where(calls.c.call_id.in_(part)).values(error=None))
    return Forgotten(rows, files, noted - len(over) - len(old))
