"""What must not be kept any longer: a number to be forgotten, and words by their age."""

import asyncio
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select, update

from bot.records.database import Database
from bot.records.diary.removal import EVERYTHING, Forgotten, parts, remove, remove_memory
from bot.records.diary.tables import turns
from bot.records.orders.admission import LIVE
from bot.records.orders.order import OrderState
from bot.records.orders.tables import orders
from bot.records.sound.shelf import Shelf
from bot.records.table import calls, theirs


class Forgetting:
    """Removes what must not be kept. Methods raise DatabaseUnavailable; `forget` also
    SoundNotRemoved, and then no row has gone.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def forget(self, number: str, shelf: Shelf) -> Forgotten:
        """Remove every call from or to `number`, all that hangs on it, the recordings on `shelf`
        too, every order for it, and what is remembered of its callers.

        Calls in progress are left, and counted: forget again when they are over. The do-not-call
        list stays: it holds the number alone, by the number's own wish.
        """
        # Not the line's own number: whoever types that by mistake would forget everybody.
        ordered = orders.c.number == number
        is_live = orders.c.state.in_((OrderState.QUEUED, *LIVE))
        async with self._database.writing(durable=True, alone=True) as connection:
            over = select(calls.c.call_id).where(theirs(number), calls.c.ended_at.is_not(None))
            ids = set(await connection.scalars(over))
            ids |= set(await connection.scalars(select(orders.c.call_id).where(ordered, ~is_live)))
            still = select(calls.c.call_id).where(theirs(number), calls.c.ended_at.is_(None))
            open_ids = set(await connection.scalars(still))
            open_ids |= set(
                await connection.scalars(select(orders.c.call_id).where(ordered, is_live))
            )
            files = await asyncio.to_thread(shelf.remove, sorted(ids - open_ids))
            rows = await remove(connection, EVERYTHING, ids - open_ids)
            rows |= await remove_memory(connection, number)
        await self._database.empty_log()
        return Forgotten(rows, files, len(open_ids))

    async def drop_words(self, before: datetime) -> int:
        """Remove the words of every turn that began before; returns of how many."""
        old = turns.c.words.is_not(None) & (turns.c.began_at < before)
        async with self._database.writing() as connection:
            dropped = await connection.execute(update(turns).where(old).values(words=None))
        if dropped.rowcount:
            await self._database.empty_log()
        return dropped.rowcount

    async def strangers(self, call_ids: Collection[str]) -> set[str]:
        """Those of `call_ids` that are no calls any more."""
        known: set[str] = set()
        async with self._database.reading() as connection:
            for part in parts(call_ids):
                found = select(calls.c.call_id).where(calls.c.call_id.in_(part))
                known |= set(await connection.scalars(found))
        return set(call_ids) - known
